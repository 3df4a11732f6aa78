"""Right actor, right state, wrong content: each command is refused with its own code."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.world.refused import refused
from tests.world.scenes import CONTRACTS, EVERY_POLICY, ONCE
from tests.world.world import World

_BUILD = EVERY_POLICY | CONTRACTS | ONCE
_RULING = {"payer_amount": "75", "payee_amount": "25", "reason": "other",
           "grounds": "The statement of the bank."}  # fmt: skip

_BACK = {"amount": "40", "currency": "USDC_BASE", "reference": "dp_1"}

# scene, event, role, what is wrong, code
_CASES: tuple[tuple[str, str, str, dict[str, Any], str], ...] = (
    ("funded", "perform", "payee", {"escrow_id": uuid4()}, "escrow_not_found"),
    ("funded", "perform", "payee", {"escrow_id": None}, "escrow_not_found"),
    ("funded", "perform", "payee", {"idempotency_key": None}, "idempotency_key_required"),
    ("funded", "perform", "payee", {"request_hash": None}, "idempotency_key_required"),
    ("funded", "perform", "payee", {"actor_id": None}, "idempotency_key_required"),
    ("funded", "perform", "payee", {"expected_version": 99}, "stale_version"),
    ("funded", "perform", "payee", {"expected_version": None}, "stale_version"),
    ("funded", "perform", "payee", {"payer_amount": "1"}, "settlement_not_as_ruled"),
    ("funded", "perform", "payee", {"fee_amount": "1"}, "settlement_not_as_ruled"),
    ("funded", "perform", "payee", {"event": None}, "illegal_move"),
    ("funded", "perform", "payee", {"event": "teleport"}, "illegal_move"),
    ("funded", "perform", "payee", {"actor_kind": None}, "not_your_move"),
    ("funded", "perform", "payee", {"actor_kind": "payee"}, "not_your_move"),
    ("funded", "perform", "payee", {"actor_kind": "owner"}, "not_your_move"),
    ("performed", "accept", "payer", {"actor_kind": "payer", "actor_id": None}, "not_your_move"),
    ("decide", "decide", "arbiter", {"actor_kind": "arbiter"}, "not_your_move"),
    ("funded", "freeze", "operator", {"actor_kind": "operator"}, "not_your_move"),
    ("funded", "perform", "payee", {"deadline_at": None}, "deadline_missing"),
    ("funded", "perform", "payee", {"expires_at": None}, "deadline_missing"),
    ("funded", "perform", "payee", {"expires_at": "2020-01-01T00:00:00Z"}, "deadline_missing"),
    ("funded", "perform", "payee", {"payee_amount": "1"}, "settlement_not_as_ruled"),
    ("funded", "accept", "payer", {"payload": {}}, "confirmation_required"),
    ("performed", "accept", "payer", {"aal": "aal1"}, "step_up_required"),
    ("performed", "accept", "payer", {"aal": None}, "step_up_required"),
    ("performed", "accept", "payer", {"payer_amount": None}, "settlement_not_exact"),
    ("performed", "accept", "payer", {"fee_amount": None}, "settlement_not_exact"),
    ("performed", "accept", "payer", {"payee_amount": "95.000001"}, "settlement_not_exact"),
    ("performed", "accept", "payer", {"payee_amount": "94.999999"}, "settlement_not_exact"),
    ("performed", "accept", "payer", {"payee_amount": "105", "fee_amount": "-5"},
     "settlement_not_exact"),
    ("performed", "accept", "payer", {"payee_amount": "100", "fee_amount": "0"}, "fee_not_exact"),
    ("performed", "accept", "payer", {"payee_amount": "94", "fee_amount": "6"}, "fee_not_exact"),
    ("performed", "accept", "payer",
     {"payer_amount": "100", "payee_amount": "0", "fee_amount": "0"}, "settlement_not_as_ruled"),
    ("performed", "concede", "payee",
     {"payer_amount": "0", "payee_amount": "95", "fee_amount": "5"}, "settlement_not_as_ruled"),
    ("performed", "dispute", "payer", {"payload": {}}, "reason_required"),
    ("performed", "dispute", "payer", {"payload": {"reason": ""}}, "reason_required"),
    ("performed", "dispute", "payer", {"payload": {"reason": "not_paid"}}, "reason_unknown"),
    ("performed", "dispute", "payer", {"payload": {"reason": "silence"}}, "reason_not_fitting"),
    ("performed", "dispute", "payee", {"payload": {"reason": "defective"}}, "reason_not_fitting"),
    ("funded", "dispute", "payer", {"payload": {"reason": "defective"}}, "reason_not_fitting"),
    ("decide", "decide", "arbiter", {"payload": _RULING | {"reason": "paid"}}, "finding_unknown"),
    ("decide", "decide", "arbiter", {"payload": _RULING | {"reason": "delivered"}},
     "award_differs_from_finding"),
    ("decide", "decide", "arbiter", {"payload": _RULING | {"reason": "not_delivered"}},
     "award_differs_from_finding"),
    ("decide", "decide", "arbiter",
     {"payload": _RULING | {"reason": "partly_delivered", "payer_amount": "100",
                            "payee_amount": "0"}}, "award_differs_from_finding"),
    ("accepted_by_payee", "appeal", "payee", {}, "already_accepted"),
    ("statements", "statement", "payer", {"deadline_at": None, "expires_at": None},
     "deadline_missing"),
    ("decided", "settle_decision", "payer", {}, "other_side_pending"),
    ("accepted_by_payee", "settle_decision", "payer",
     {"payer_amount": "0", "payee_amount": "95", "fee_amount": "5"}, "settlement_not_as_ruled"),
    ("statements", "statement", "payer", {"payload": {}}, "reason_required"),
    ("statements", "evidence", "payer", {"payload": {}}, "hash_required"),
    ("decide", "decide", "arbiter", {"aal": "aal1"}, "step_up_required"),
    ("decide", "decide", "arbiter", {"payload": {}}, "award_not_exact"),
    ("decide", "decide", "arbiter", {"payload": _RULING | {"payee_amount": "26"}},
     "award_not_exact"),
    ("decide", "decide", "arbiter", {"payload": _RULING | {"payee_amount": "24"}},
     "award_not_exact"),
    ("decide", "decide", "arbiter",
     {"payload": _RULING | {"payee_amount": "-1", "payer_amount": "101"}}, "award_not_exact"),
    ("decide", "decide", "arbiter",
     {"payload": _RULING | {"payee_amount": "0.0000001", "payer_amount": "99.9999999"}},
     "award_not_exact"),
    ("decide", "decide", "arbiter", {"payload": _RULING | {"grounds": "Short."}},
     "grounds_required"),
    ("decide", "decide", "arbiter", {"payload": _RULING | {"grounds": "g" * 19}},
     "grounds_required"),
    ("decide", "decide", "arbiter", {"payload": _RULING | {"reason": ""}}, "grounds_required"),
    ("decide", "propose_decision", "arbiter", {}, "second_approval_not_needed"),
    ("decided", "appeal", "payer", {"deadline_at": None, "expires_at": None}, "deadline_missing"),
    ("acknowledge", "assign", "operator", {"deadline_at": None, "expires_at": None},
     "deadline_missing"),
    ("funded", "rail_return", "rail", {"payload": _BACK | {"reference": ""}}, "reference_required"),
    ("funded", "rail_return", "rail", {"payload": _BACK | {"amount": "100.000001"}},
     "funds_not_exact"),
    ("funded", "rail_return", "rail", {"payload": _BACK | {"amount": "0"}}, "funds_not_exact"),
    ("funded", "rail_return", "rail", {"payload": _BACK | {"amount": "-1"}}, "funds_not_exact"),
    ("funded", "rail_return", "rail", {"payload": _BACK | {"amount": "0.0000001"}},
     "funds_not_exact"),
    ("funded", "rail_return", "rail", {"payload": {"reference": "dp_1"}}, "funds_not_exact"),
    ("funded", "rail_return", "rail", {"payee_amount": "95", "payer_amount": "0",
                                       "fee_amount": "5"}, "settlement_not_as_ruled"),
    ("funding_exception", "rail_void", "rail", {"payload": _BACK | {"reference": None}},
     "reference_required"),
    ("funding_exception", "rail_void", "rail", {"payload": _BACK | {"amount": "50.000001"}},
     "funds_not_exact"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("scene", "event", "role", "changes", "code"),
    [pytest.param(*case, id=f"{n}-{case[1]}-{case[4]}") for n, case in enumerate(_CASES)],
)
def test_a_wrong_command_is_refused_and_changes_nothing(
    world: World, scene: str, event: str, role: str, changes: dict[str, Any], code: str
) -> None:
    escrow = _BUILD[scene](world, "market_service")
    before = escrow.facts()
    with refused(world.connection, code):
        world.command("escrow_commit", **escrow.decision(event, role) | changes)
    if "escrow_id" not in changes:
        # As timers send it: nothing is raised, so nothing is rolled back either.
        key = {"idempotency_key": "a key", "request_hash": "hash"}
        decision = escrow.decision(event, role) | key | changes
        assert [answer["refusal"] for answer in escrow.try_many(decision)] == [code]
    assert escrow.facts() == before


@pytest.mark.parametrize(
    ("scene", "event", "role", "changes"),
    [
        ("funded", "perform", "payee", {"deadline_at": "infinity"}),
        ("funded", "accept", "payer", {"payload": {"confirm": "true"}}),
        ("performed", "accept", "payer", {"payee_amount": "NaN"}),
        ("decide", "decide", "arbiter", {"payload": _RULING | {"payee_amount": "NaN"}}),
    ],
)
def test_a_value_of_another_type_is_refused_before_it_is_validated(
    world: World, scene: str, event: str, role: str, changes: dict[str, Any]
) -> None:
    escrow = _BUILD[scene](world, "market_service")
    before = escrow.facts()
    with refused(world.connection, "bad_type"):
        world.command("escrow_commit", **escrow.decision(event, role) | changes)
    assert escrow.facts() == before


def test_every_refusal_has_a_status_a_sentence_and_a_test(world: World) -> None:
    tests = "\n".join(path.read_text() for path in Path(__file__).parents[2].rglob("*.py"))
    for code, status, detail in world.rows("select code, status, detail from private.refusals"):
        assert status in (400, 401, 403, 404, 409, 422, 429)
        assert detail.endswith(".")
        assert f'"{code}"' in tests, f"{code} is not tested"


def test_a_refusal_says_status_and_hint(world: World) -> None:
    (row,) = world.rows("select status, hint from private.refusals where code = 'stale_version'")
    with (
        pytest.raises(Exception, match="stale_version") as caught,
        world.connection.transaction(),
    ):
        world.rows("select private.refuse('stale_version')")
    assert caught.value.sqlstate == f"PT{row[0]}"  # type: ignore[attr-defined]
    assert caught.value.diag.message_hint == row[1]  # type: ignore[attr-defined]


def test_a_batch_keeps_what_is_right_in_it(world: World) -> None:
    """Losers of a race come back refused; the rest of the batch is done."""
    late = EVERY_POLICY["performed"](world, "market_service")
    gone = EVERY_POLICY["performed"](world, "market_service")
    frozen = EVERY_POLICY["performed"](world, "market_goods")
    for escrow in (late, gone, frozen):
        escrow.expire()
    decisions = [e.decision("timeout_release", "timer") for e in (late, gone, frozen)]
    gone.commit("accept", "payer")
    frozen.commit("freeze", "operator")
    answers = {a["escrow_id"]: a["refusal"] for a in late.try_many(*decisions)}
    assert answers == {
        str(late.id): None, str(gone.id): "stale_version", str(frozen.id): "stale_version",
    }  # fmt: skip
    assert late.place == ("released", "")
    assert world.problems() == []


def test_a_batch_takes_one_decision_for_an_escrow(world: World) -> None:
    escrow = EVERY_POLICY["performed"](world, "market_service")
    escrow.expire()
    decision = escrow.decision("timeout_release", "timer")
    assert len(escrow.try_many(decision, decision)) == 1
    assert escrow.try_many() == []
    assert world.problems() == []
