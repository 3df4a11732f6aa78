"""A dispute through the API: file, arbiter, decision, appeal, freeze."""

from collections.abc import Iterator
from uuid import UUID

import psycopg
import pytest

from stack.people import OLGA
from stack.stack import Stack
from tests.world.http.desk import RULING, Trade


def test_decided_and_accepted(trade: Trade) -> None:
    trade.done(trade.buyer, "mark-paid")
    opened = trade.done(trade.seller, "dispute", {"reason": "not_paid", "description": "Nothing."})
    assert (opened["state"], opened["phase"]) == ("disputed", "statements")
    trade.done(trade.buyer, "statement", {"body": "I paid at noon."})
    assert trade.post(trade.buyer, "statement", {"body": "Again."}).code == "statement_exists"
    filed = trade.done(trade.seller, "statement", {"body": "Nothing came."})
    assert (filed["event"], filed["phase"]) == ("statement_reply", "acknowledge")

    arbiter = trade.arbiter()
    assert trade.post(trade.buyer, "acknowledge").code == "not_your_move"
    assert trade.done(arbiter, "acknowledge")["phase"] == "decide"
    wrong = {**RULING, "payee_amount": "0.07"}
    assert trade.post(arbiter, "decide", wrong).code == "award_not_exact"
    assert trade.post(arbiter, "decide", RULING, aal="aal1").code == "step_up_required"
    assert trade.done(arbiter, "decide", RULING)["state"] == "decided"

    assert trade.done(trade.buyer, "accept-decision")["event"] == "accept_decision"
    assert trade.post(trade.buyer, "accept-decision").code == "already_accepted"
    ended = trade.done(trade.seller, "accept-decision")
    assert (ended["event"], ended["state"]) == ("settle_decision", "split")
    assert (ended["payer_amount"], ended["payee_amount"], ended["fee_amount"]) == (
        "0.04",
        "0.0597",
        "0.0003",
    )


def test_an_appeal_goes_to_another_arbiter_once(trade: Trade) -> None:
    trade.dispute()
    first = trade.arbiter()
    trade.done(first, "acknowledge")
    trade.done(first, "decide", RULING)
    assert trade.done(trade.seller, "appeal")["phase"] == "acknowledge"
    second = trade.arbiter()
    assert second != first
    trade.done(second, "acknowledge")
    trade.done(second, "decide", RULING)
    assert trade.post(trade.seller, "appeal").code == "appeal_not_open"


@pytest.fixture
def limited(stack: Stack) -> Iterator[None]:
    """Decisions above 0.05 need two arbiters."""
    change = (
        "update public.escrow_approval_limits set above = %s"
        " where policy_id = 'p2p_crypto' and currency = 'BTC'"
    )
    with psycopg.connect(stack.db_url, autocommit=True) as owner:
        owner.execute(change, ["0.05"])
        yield
        owner.execute(change, ["0.15"])


def eligible(trade: Trade, but: UUID) -> UUID:
    with trade.desk.stack.connect() as connection:
        found = connection.execute(
            "select user_id from public.party_members where role = 'arbiter' and user_id <> %s"
            " limit 1",
            [but],
        ).fetchone()
    assert found is not None
    return UUID(str(found[0]))


@pytest.mark.usefixtures("limited")
def test_above_the_limit_two_arbiters_agree(trade: Trade) -> None:
    trade.dispute()
    first = trade.arbiter()
    second = eligible(trade, first)
    trade.done(first, "acknowledge")
    assert trade.done(first, "decide", RULING)["phase"] == "approve"
    assert trade.post(first, "approve-decision").code == "not_your_move"
    assert trade.done(second, "reject-decision")["phase"] == "decide"
    trade.done(first, "decide", RULING)
    assert trade.done(second, "approve-decision")["state"] == "decided"


def test_operators_freeze_and_assign(trade: Trade) -> None:
    assert trade.post(trade.seller, "freeze", {"reason": "x"}).code == "not_your_move"
    assert trade.done(OLGA.id, "freeze", {"reason": "chargeback"})["frozen"] is True
    assert trade.post(trade.buyer, "mark-paid").code == "escrow_frozen"
    assert trade.done(OLGA.id, "unfreeze")["frozen"] is False
    trade.dispute()
    first = trade.arbiter()
    second = eligible(trade, first)
    stranger = str(trade.desk.stack.create_user())
    assert trade.post(OLGA.id, "assign", {"arbiter_id": stranger}).code == "arbiter_not_eligible"
    trade.done(OLGA.id, "assign", {"arbiter_id": str(second)})
    assert trade.arbiter() == second
    # Who lost the case does not even see it any more.
    assert trade.post(first, "acknowledge").code == "escrow_not_found"
