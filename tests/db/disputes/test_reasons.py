"""Reasons, findings and limits: which dispute may be raised, and what a decision may say."""

from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from tests.world.escrow import GROUNDS, Escrow
from tests.world.refused import refused
from tests.world.scenes import EVERY_POLICY, POLICIES
from tests.world.trades import funded, p2p_trade
from tests.world.world import World

PRODUCTS = {"p2p": "p2p_crypto", "market": "market_goods"}


def _open(world: World, policy: str, state: str) -> Escrow:
    escrow = EVERY_POLICY[state](world, policy)
    if state == "performed":
        world.advance(minutes=20)
    return escrow


@pytest.mark.parametrize("kind", PRODUCTS)
def test_each_reason_is_open_to_whom_and_when_the_catalogue_says(world: World, kind: str) -> None:
    rows = world.rows(
        "select code, open_to::text[], from_states::text[] from public.dispute_reasons "
        "where product = %s", kind,
    )  # fmt: skip
    assert rows
    for state in ("funded", "performed"):
        escrow = _open(world, PRODUCTS[kind], state)
        for (code, open_to, states), role in product(rows, ("payer", "payee")):
            early = kind == "p2p" and role == "payee" and state == "funded"
            fits = role in open_to and state in states
            payload = {"reason": code}
            with world.connection.transaction(force_rollback=True):
                if early or not fits:
                    code_of = "dispute_window_closed" if early else "reason_not_fitting"
                    with refused(world.connection, code_of):
                        escrow.commit("dispute", role, payload=payload)
                else:
                    escrow.commit("dispute", role, payload=payload)
                    assert escrow.dispute()["reason"] == code
        with refused(world.connection, "reason_unknown"):
            escrow.commit("dispute", "payer", payload={"reason": "weather"})


@pytest.mark.parametrize("kind", PRODUCTS)
def test_each_finding_awards_what_the_table_of_outcomes_says(world: World, kind: str) -> None:
    """Wanted list 9: a fixed outcome table per reason."""
    escrow = EVERY_POLICY["decide"](world, PRODUCTS[kind])
    amount = escrow.row().amount
    parts = {"all_to_payer": Decimal(0), "divided": amount / 4, "all_to_payee": amount}
    rows = world.rows(
        "select finding, award from public.dispute_reason_outcomes "
        "where product = %s and reason = 'other'", kind,
    )  # fmt: skip
    assert {award for _, award in rows} == {*parts, "any"}
    for (finding, award), (given, payee) in product(rows, parts.items()):
        ruling: dict[str, Any] = {
            "payee_amount": payee, "payer_amount": amount - payee, "reason": finding,
            "grounds": GROUNDS,
        }  # fmt: skip
        with world.connection.transaction(force_rollback=True):
            if award in (given, "any"):
                escrow.commit("decide", "arbiter", payload=ruling)
                assert escrow.award() == payee
            else:
                with refused(world.connection, "award_differs_from_finding"):
                    escrow.commit("decide", "arbiter", payload=ruling)
    other_product = "delivered" if kind == "p2p" else "paid"
    with refused(world.connection, "finding_unknown"):
        ruling = {"payee_amount": amount, "payer_amount": Decimal(0), "grounds": GROUNDS}
        escrow.commit("decide", "arbiter", payload=ruling | {"reason": other_product})


def test_every_reason_has_findings_for_either_side_and_a_way_out(world: World) -> None:
    missing = world.rows(
        "select product, code from public.dispute_reasons as r where not "
        "'{all_to_payer,all_to_payee,divided,any}' <@ array(select award "
        "from public.dispute_reason_outcomes as o "
        "where o.product = r.product and o.reason = r.code)"
    )
    assert missing == []


def test_everybody_may_read_reasons_and_outcomes(world: World) -> None:
    for role in ("anon", "authenticated"):
        with world.acting(role):
            assert world.one("select count(*) from public.dispute_reasons") > 10
            assert world.one("select count(*) from public.dispute_reason_outcomes") > 50


def test_each_policy_has_a_limit_for_each_currency(world: World) -> None:
    wanted = {
        (policy, code)
        for policy in POLICIES
        for (code,) in world.rows("select code from public.currencies where is_active")
    }
    found = world.rows("select policy_id, currency from public.escrow_approval_limits")
    assert set(found) == wanted


@pytest.mark.parametrize(
    ("amount", "event", "other", "code"),
    [
        ("0.15", "decide", "propose_decision", "second_approval_not_needed"),
        ("0.15000001", "propose_decision", "decide", "second_approval_required"),
    ],
)
def test_the_limit_of_the_currency_asks_for_a_second_arbiter(
    world: World, amount: str, event: str, other: str, code: str
) -> None:
    escrow = p2p_trade(world, amount)
    for step, role in (
        ("perform", "payee"), ("dispute", "payer"), ("statement", "payer"),
        ("statement_reply", "payee"), ("acknowledge", "arbiter"),
    ):  # fmt: skip
        escrow.commit(step, role)
    with refused(world.connection, code):
        escrow.commit(other, "arbiter")
    escrow.commit(event, "arbiter")


def test_without_a_limit_every_decision_needs_a_second_arbiter(world: World) -> None:
    escrow = EVERY_POLICY["decide"](world, "market_goods")
    world.run("delete from public.escrow_approval_limits where currency = 'USDC_BASE'")
    with refused(world.connection, "second_approval_required"):
        escrow.commit("decide", "arbiter")


def test_who_accepted_a_decision_does_not_appeal_it(world: World) -> None:
    escrow = EVERY_POLICY["decided"](world, "market_service")
    escrow.commit("accept_decision", "payee")
    with refused(world.connection, "already_accepted"):
        escrow.commit("appeal", "payee")
    escrow.commit("appeal", "payer")
    assert escrow.dispute()["level"] == 2


def test_what_a_case_was_paid_is_not_what_was_reported(world: World) -> None:
    escrow = funded(world, "market_goods")
    escrow.commit("accept", "payer")
    raised = world.command("escrow_rail_case", escrow_id=escrow.id, kind="rail_reversal",
                           amount="100", provider_event_id="e", reason="chargeback")  # fmt: skip
    claimed = world.command("escrow_claim", escrow_id=escrow.id, actor_id=escrow.payer, reason="x")
    world.call("escrow_rail_outcome", {"case_id": raised["case_id"], "event": "reversal_lost"})
    world.command("escrow_case_close", case_id=claimed["case_id"], event="uphold", amount="30",
                  resolution="Paid in part.", actor_id=world.operator, aal="aal2")  # fmt: skip
    rows = world.rows(
        "select kind, amount::numeric, paid_amount::numeric from public.escrow_cases order by kind"
    )
    assert rows == [("claim", None, 30), ("rail_reversal", 100, None)]
