"""What stands before every move: version, freeze, time, second factor. And its own conditions."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from functions.escrow.decide import decide
from functions.escrow.decision import Command, Decision
from functions.escrow.snapshot import Actor
from shared.generated.edges import Edge
from tests.world.decisions.asks import ASKS, FUNDS, RULING
from tests.world.decisions.refused import refused
from tests.world.decisions.snapshots import (
    ACTOR_ID,
    DISPUTE,
    HELD,
    HOUR,
    MOVES,
    NOW,
    POLICY,
    hold,
    offer,
    overdue,
    snapshot,
)

BY_PEOPLE = [edge for edge in MOVES if edge.event in ASKS and edge.actor != "system"]


def name(edge: Edge) -> str:
    return f"{edge.from_state}-{edge.from_phase}-{edge.event}-{edge.actor}-{edge.to_state}"


def make(edge: Edge, **situation: Any) -> Decision:
    ask = ASKS[edge.event](edge.actor)
    known = {**ask.situation, **situation}
    read = snapshot(edge.from_state or "", edge.from_phase, edge.actor, **known)
    return decide(read, ask.command(), NOW)


def ask(word: str, role: str, payload: dict[str, Any] | None = None, **situation: Any) -> Decision:
    return decide(snapshot(role=role, **situation), Command(word, payload or {}), NOW)


@pytest.mark.parametrize("edge", BY_PEOPLE, ids=name)
def test_frozen(edge: Edge) -> None:
    if edge.while_frozen:
        assert make(edge, frozen=True).event == edge.event
    else:
        with refused("escrow_frozen"):
            make(edge, frozen=True)


@pytest.mark.parametrize("edge", BY_PEOPLE, ids=name)
def test_second_factor(edge: Edge) -> None:
    if edge.step_up:
        with refused("step_up_required"):
            make(edge, aal="aal1")
    else:
        assert make(edge, aal="aal1").event == edge.event


@pytest.mark.parametrize("edge", BY_PEOPLE, ids=name)
def test_after_the_deadline(edge: Edge) -> None:
    if edge.before_deadline and edge.actor != "rail":
        with refused("deadline_passed"):
            make(edge, **overdue())
    else:
        assert make(edge, **overdue()).event == edge.event


def test_at_the_very_end_of_the_deadline_it_still_counts() -> None:
    assert ask("mark-paid", "payee", expires_at=NOW).event == "perform"


def test_the_caller_may_insist_on_a_version() -> None:
    with refused("stale_version"):
        decide(snapshot(role="payee"), Command("mark-paid", expected_version=6), NOW)
    assert decide(snapshot(role="payee"), Command("mark-paid", expected_version=7), NOW)


def test_whoever_acts_for_both_sides_moves_as_payee() -> None:
    read = replace(
        snapshot("performed"), actor=Actor(ACTOR_ID, "aal2", frozenset({"payer", "payee"}))
    )
    decision = decide(read, Command("offer-split", {"payee_amount": Decimal("0.01")}), NOW)
    assert decision.event == "offer_split"
    with refused("offer_not_open"):
        theirs = replace(read, offers=(offer("payee"),))
        decide(theirs, Command("accept-split", {"offer_id": "offer-of-payee"}), NOW)


def test_the_decision_carries_key_hash_and_who_asks() -> None:
    command = Command("mark-paid", {"reference": "r"}, "key-1", "hash-1")
    decision = decide(snapshot(role="payee", aal="aal1"), command, NOW).to_json()
    assert decision["idempotency_key"] == "key-1"
    assert decision["request_hash"] == "hash-1"
    assert (decision["actor_kind"], decision["actor_id"], decision["aal"]) == (
        "user",
        ACTOR_ID,
        "aal1",
    )
    assert decision["payload"] == {"reference": "r"}
    assert decision["payer_amount"] is None


def test_releasing_early_needs_a_confirmation() -> None:
    for payload in ({}, {"confirm": False}, {"confirm": "true"}):
        with refused("confirmation_required"):
            ask("release", "payer", payload)
    named = {"payer_name_matches": True}
    assert ask("release", "payer", named, state="performed").event == "accept"


def test_who_says_that_another_paid_does_not_release() -> None:
    for state, attests in (("funded", True), ("performed", True), ("funded", False)):
        policy = replace(POLICY, attest_payer_name=attests)
        for word in (False, "true", "", 0):
            said = {"confirm": True, "payer_name_matches": word}
            with refused("attestation_required"):
                ask("release", "payer", said, state=state, policy=policy)
    assert ask("release", "payer", {"confirm": True}).event == "accept"


def test_revisions_run_out() -> None:
    with refused("no_revisions_left"):
        ask("request-revision", "payer", state="performed", revision_count=2)


def test_a_dispute_has_a_reason() -> None:
    with refused("reason_required"):
        ask("dispute", "payer", {"reason": ""})


def test_the_payee_waits_before_a_dispute() -> None:
    reason = {"reason": "no_answer"}
    soon = NOW - POLICY.payee_dispute_wait
    assert ask("dispute", "payee", reason, state="performed", performed_at=soon)
    for performed_at in (soon + timedelta(seconds=1), None):
        with refused("dispute_window_closed"):
            ask("dispute", "payee", reason, performed_at=performed_at)
    goods = replace(POLICY, payee_dispute_from="funded")
    assert ask("dispute", "payee", reason, performed_at=None, policy=goods).event == "dispute"
    assert ask("dispute", "payer", reason, performed_at=None).event == "dispute"


def test_one_statement_a_side() -> None:
    spoken = replace(DISPUTE, statements_by=frozenset({"payer"}))
    with refused("statement_exists"):
        ask(
            "statement",
            "payer",
            {"body": "b"},
            state="disputed",
            phase="statements",
            dispute=spoken,
        )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"payee_amount": Decimal("0.07")}, "award_not_exact"),
        ({"payer_amount": Decimal("-0.01"), "payee_amount": Decimal("0.11")}, "award_not_exact"),
        (
            {"payer_amount": Decimal("0.050000001"), "payee_amount": Decimal("0.049999999")},
            "award_not_exact",
        ),
        ({"reason": ""}, "grounds_required"),
        ({"grounds": "x" * 19}, "grounds_required"),
    ],
)
def test_a_ruling_is_exact_and_has_grounds(change: dict[str, Any], code: str) -> None:
    with refused(code):
        ask("decide", "arbiter", {**RULING, **change}, state="disputed", phase="decide")


def test_above_the_limit_a_ruling_is_a_proposal() -> None:
    at, below = HELD, HELD - Decimal("0.00000001")
    for limit, event in ((at, "decide"), (below, "propose_decision")):
        policy = replace(POLICY, second_approval_above=limit)
        decision = ask("decide", "arbiter", RULING, state="disputed", phase="decide", policy=policy)
        assert decision.event == event
        assert decision.to_json()["payload"]["payee_amount"] == "0.06"


def test_a_side_accepts_a_decision_once() -> None:
    accepted = replace(DISPUTE, accepted_by=frozenset({"payee"}))
    with refused("already_accepted"):
        ask("accept-decision", "payee", state="decided", dispute=accepted)
    decision = ask("accept-decision", "payer", state="decided", dispute=accepted)
    assert (decision.event, decision.payer_amount) == ("settle_decision", Decimal("0.04"))


@pytest.mark.parametrize(
    ("role", "award", "level"), [("payer", "0", 1), ("payee", "0.1", 1), ("payer", "0.06", 2)]
)
def test_no_appeal_against_all_or_twice(role: str, award: str, level: int) -> None:
    file = replace(DISPUTE, level=level, award_payee_amount=Decimal(award))
    with refused("appeal_not_open"):
        ask("appeal", role, state="decided", dispute=file)
    better = replace(DISPUTE, award_payee_amount=Decimal("0.05"))
    assert ask("appeal", role, state="decided", dispute=better).event == "appeal"


def test_a_freeze_says_why() -> None:
    with refused("reason_required"):
        ask("freeze", "operator", {"reason": ""})


@pytest.mark.parametrize(
    ("signed_by", "terms_hash", "code"),
    [
        ({}, "f" * 64, "terms_differ"),
        ({"payer"}, "f" * 64, "terms_differ"),
        ({"payer"}, "a" * 64, "already_signed"),
    ],
)
def test_signatures(signed_by: set[str], terms_hash: str, code: str) -> None:
    with refused(code):
        ask(
            "sign",
            "payer",
            {"terms_hash": terms_hash},
            state="proposed",
            signed_by=frozenset(signed_by),
        )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": HELD * 2}, "funds_not_exact"),
        ({"currency": "ETH"}, "funds_not_exact"),
        ({"provider_time": NOW + HOUR + timedelta(microseconds=1)}, "funds_late"),
    ],
)
def test_funds_are_exact_and_in_time(change: dict[str, Any], code: str) -> None:
    with refused(code):
        ask("funds-confirmed", "rail", {**FUNDS, **change}, state="awaiting_funds")
    last = {**FUNDS, "provider_time": NOW + HOUR}
    assert ask("funds-confirmed", "rail", last, state="awaiting_funds").event == "funds_confirmed"


@pytest.mark.parametrize(
    ("change", "code"),
    [({"amount": Decimal(0)}, "funds_not_exact"), ({"reason": ""}, "reason_required")],
)
def test_a_mismatch_says_how_much_and_why(change: dict[str, Any], code: str) -> None:
    payload = {**FUNDS, "reason": "under", **change}
    with refused(code):
        ask("funds-mismatch", "rail", payload, state="awaiting_funds")


def test_a_top_up_completes_the_amount() -> None:
    missing = {"amount": Decimal("0.04"), "currency": "BTC"}
    refusals: list[tuple[str, dict[str, Any]]] = [
        ("0.05", missing),
        ("0.06", {**missing, "currency": "ETH"}),
        ("0.06", {"amount": Decimal("0.04")}),
        ("0.1", {**missing, "amount": Decimal(0)}),
    ]
    for suspense, payload in refusals:
        with refused("funds_not_exact"):
            ask("top-up", "rail", payload, state="funding_exception", suspense=suspense)
    assert ask("top-up", "rail", missing, state="funding_exception", suspense="0.06")
    assert ask("top-up", "payer", state="funding_exception", suspense="0").event == "top_up"


@pytest.mark.parametrize("word", ["propose-partial", "accept-partial"])
def test_a_partial_amount_needs_money_in_suspense(word: str) -> None:
    with refused("funds_not_exact"):
        ask(word, "payer", state="funding_exception", suspense="0")


def test_a_partial_amount_needs_the_other_side() -> None:
    for offers in ((), (offer("payer", None, "partial"),), (offer("payee"),)):
        with refused("other_side_pending"):
            ask("accept-partial", "payer", state="funding_exception", offers=offers)


def test_an_operator_closes_an_operators_reason_only() -> None:
    mine, second, rails = hold("operator"), hold("operator", id="2"), hold("rail", "chargeback")
    held: dict[str, Any] = {"frozen": True, "holds": (rails, mine)}
    assert ask("unfreeze", "operator", **held).payload == {"hold_id": mine.id}
    for holds, payload, code in (
        ((rails,), {}, "hold_not_open"),
        ((rails,), {"hold_id": rails.id}, "not_your_move"),
        ((mine, second), {}, "hold_required"),
        ((mine, second), {"hold_id": "3"}, "hold_not_open"),
    ):
        with refused(code):
            ask("unfreeze", "operator", payload, frozen=True, holds=holds)
    named = ask("unfreeze", "operator", {"hold_id": "2"}, frozen=True, holds=(mine, second))
    assert named.payload == {"hold_id": "2"}
    with refused("hold_not_open"):
        ask("unfreeze", "operator")
