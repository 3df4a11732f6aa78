"""The schedule that asks about addresses, on a provider that warns, lags and misbehaves."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from stack.people import OLGA
from stack.stack import Stack
from stack.stand_ins.screening import Screening
from tests.world.http.desk import Desk
from tests.world.http.market import listing, milestone
from tests.world.screenings import address

FUNCTION = "ScreenFunction"


@pytest.fixture
def provider(stack: Stack) -> Iterator[Screening]:
    with Screening() as provider:
        stack.configure(**provider.variables())
        yield provider


def one(stack: Stack, query: str, *values: Any) -> Any:
    with stack.connect() as connection:
        row = connection.execute(query.encode(), values).fetchone()
    assert row
    return row[0]


def watch(stack: Stack, party: UUID) -> str:
    """A new address of the party, watched."""
    made = address()
    one(stack, "select private.watch_address('base', %s, %s, 'payout')", made, party)
    return made


def known(stack: Stack, where: str) -> Any:
    return one(stack, "select private.address_is_clear('base', %s, private.clock())", where)


def signed_contract(desk: Desk, buyer: UUID, seller: UUID) -> str:
    """A milestone on the chain that waits for its money; its escrow."""
    listed = listing(desk, seller)
    body = {"amount": "300", "milestones": [milestone("300")], "rail": "base"}
    offer = desk.done(buyer, f"/listings/{listed}/offers", body)["offer_id"]
    made = desk.done(seller, f"/offers/{offer}/accept")
    for who in (buyer, seller):
        path = f"/contracts/{made['contract_id']}/sign"
        desk.done(who, path, {"document_hash": made["document_hash"]})
    return str(made["milestones"][0]["milestone_id"])


def test_a_new_address_is_asked_about_once(stack: Stack, desk: Desk, provider: Screening) -> None:
    where = watch(stack, stack.create_user())
    assert known(stack, where) == "unknown"
    stack.tick(FUNCTION)
    stack.tick(FUNCTION)
    assert (known(stack, where), provider.asked[where]) == ("clear", 1)
    (row,) = desk.read(OLGA.id, f"/screening_status?address=eq.{where}")
    assert (row["result"], row["provider"], row["standing_hit"], row["is_stale"]) == (
        "clear", "chainalysis", None, False,
    )  # fmt: skip


def test_a_hit_freezes_and_an_operator_lifts_it(
    stack: Stack, desk: Desk, provider: Screening
) -> None:
    buyer, seller = stack.create_user(), stack.create_user()
    escrow = signed_contract(desk, buyer, seller)
    where = watch(stack, seller)
    provider.warn_of(where)
    assert stack.tick(FUNCTION)["hits"] == 1
    assert known(stack, where) == "hit"
    path = f"/escrow_transactions?id=eq.{escrow}&select=state,frozen_at"
    holds = f"/escrow_holds?escrow_id=eq.{escrow}&select=kind,reason,closed_event"
    (row,) = desk.read(buyer, path)
    assert (row["state"], row["frozen_at"] is None) == ("awaiting_funds", False)
    held = {"kind": "screening", "reason": "screening_hit"}
    assert desk.read(buyer, holds) == [held | {"closed_event": None}]
    # It is not an operator's to lift: the hit is to be decided.
    assert desk.post(OLGA.id, f"/escrows/{escrow}/unfreeze").code == "hold_not_open"
    # The staff reads it, the parties do not.
    (hit,) = desk.read(OLGA.id, f"/wallet_screenings?address=eq.{where}")
    assert (hit["result"], hit["categories"], hit["party_ids"]) == (
        "hit", ["sanctions"], [str(seller)],
    )  # fmt: skip
    (event,) = desk.read(OLGA.id, f"/security_events?party_id=eq.{seller}")
    assert (event["kind"], event["severity"]) == ("screening_hit", "high")
    for who in (buyer, seller):
        assert desk.read(who, f"/wallet_screenings?address=eq.{where}") == []
        assert desk.read(who, f"/screening_status?address=eq.{where}") == []
        assert desk.read(who, f"/security_events?party_id=eq.{seller}") == []
    clear = f"/screenings/{hit['id']}/clear"
    reason = {"reason": "another person of that name"}
    assert desk.post(seller, clear, reason).code == "operator_only"
    assert desk.post(OLGA.id, clear, reason, aal="aal1").code == "step_up_required"
    assert desk.post(OLGA.id, clear, {"reason": ""}).status == 422
    key = "cleared-by-olga-once"
    assert desk.done(OLGA.id, clear, reason, key=key)["status"] == "clear"
    again = desk.post(OLGA.id, clear, reason, key=key)
    assert again.headers["idempotency-replayed"] == "true"
    assert desk.post(OLGA.id, clear, reason).code == "screening_cleared"
    (who_cleared,) = desk.read(OLGA.id, f"/screening_clearances?screening_id=eq.{hit['id']}")
    assert who_cleared["cleared_by"] == str(OLGA.id)
    assert desk.read(buyer, path) == [{"state": "awaiting_funds", "frozen_at": None}]
    assert desk.read(buyer, holds) == [held | {"closed_event": "unfreeze"}]


def test_an_old_answer_is_renewed_and_a_later_warning_is_heard(
    advanced: Stack, desk: Desk, provider: Screening
) -> None:
    where = watch(advanced, advanced.create_user())
    advanced.tick(FUNCTION)
    provider.lag()
    provider.warn_of(where)
    advanced.clock.advance(hours=23)
    advanced.tick(FUNCTION)
    # The provider's own list was old: what it knows by now is heard a day later.
    assert (provider.asked[where], known(advanced, where)) == (2, "clear")
    provider.behave()
    advanced.clock.advance(hours=23)
    advanced.tick(FUNCTION)
    assert (provider.asked[where], known(advanced, where)) == (3, "hit")
    provider.forget(where)
    advanced.clock.advance(hours=24)
    advanced.tick(FUNCTION)
    assert known(advanced, where) == "hit"


@pytest.mark.parametrize(
    "fault", ["fail", "drop_out", "hang", "limit", "talk_nonsense", "says_nothing", "wrong_key"]
)
def test_while_the_provider_is_silent_nothing_is_clear(
    advanced: Stack, provider: Screening, fault: str
) -> None:
    old = watch(advanced, advanced.create_user())
    advanced.tick(FUNCTION)
    new = watch(advanced, advanced.create_user())
    match fault:
        case "wrong_key":
            provider.key = "another"
        case "says_nothing":
            provider.talk_nonsense(b'{"identifications": null}')
        case _:
            getattr(provider, fault)()
    done = advanced.tick(FUNCTION)
    assert done["unknown"] == done["screened"] > 0
    assert (known(advanced, old), known(advanced, new)) == ("clear", "unknown")
    advanced.clock.advance(hours=24)
    advanced.tick(FUNCTION)
    assert (known(advanced, old), known(advanced, new)) == ("stale", "unknown")
    provider.behave()
    provider.key = None
    advanced.clock.advance(minutes=10)
    for _ in range(10):
        if not advanced.tick(FUNCTION)["screened"]:
            break
    assert (known(advanced, old), known(advanced, new)) == ("clear", "clear")


def test_more_addresses_than_one_batch(stack: Stack, provider: Screening) -> None:
    watched = [watch(stack, stack.create_user()) for _ in range(40)]
    provider.warn_of(watched[7])
    done = stack.tick(FUNCTION)
    assert (done["hits"], done["screened"] >= 40) == (1, True)
    assert [known(stack, each) for each in watched].count("clear") == 39
