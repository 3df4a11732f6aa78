"""Deposits, withdrawals and reversals: operator commands."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from tests.world.refused import refused
from tests.world.trades import p2p_trade
from tests.world.world import OUTSIDE, World


def _move(world: World, **changes: Any) -> dict[str, Any]:
    command = {"kind": "deposit", "party_id": changes.pop("party", None) or world.user(),
               "currency": "BTC", "amount": "1", "actor_id": world.operator,
               "aal": "aal2"} | changes  # fmt: skip
    answer: dict[str, Any] = world.command("ledger_move_external", **command)
    return answer


def test_a_deposit_and_a_withdrawal(world: World) -> None:
    party = world.user()
    outside = world.balance(OUTSIDE, kind="clearing")[0]
    _move(world, party=party, amount="1.5")
    _move(world, party=party, kind="withdrawal", amount="0.5")
    assert world.balance(party) == (1, 0, 0)
    assert world.balance(OUTSIDE, kind="clearing")[0] == outside - 1
    events = world.rows(
        "select event, payload ->> 'amount' from private.outbox where object_id = %s order by id",
        world.wallet(party),
    )
    assert events == [("ledger.deposit", "1.5"), ("ledger.withdrawal", "0.5")]
    assert world.problems() == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": "0"}, "bad_amount"), ({"amount": "-1"}, "bad_amount"),
        ({"amount": None}, "bad_amount"), ({"amount": "NaN"}, "bad_type"),
        ({"amount": "Infinity"}, "bad_type"), ({"amount": "0.000000001"}, "bad_amount"),
        ({"amount": "one"}, "bad_type"), ({"amount": "1" + "0" * 25}, "bad_type"),
        ({"currency": "DOGE"}, "bad_amount"), ({"currency": None}, "bad_amount"),
        ({"party_id": uuid4()}, "party_not_found"), ({"party_id": OUTSIDE}, "party_not_found"),
        ({"kind": "gift"}, "bad_kind"), ({"kind": None}, "bad_kind"),
        ({"kind": "withdrawal"}, "insufficient_funds"), ({"aal": "aal1"}, "step_up_required"),
        ({"aal": None}, "step_up_required"), ({"actor_id": None}, "operator_only"),
        ({"actor_id": uuid4()}, "operator_only"), ({"memo": "x" * 501}, "memo_too_long"),
        ({"idempotency_key": None}, "idempotency_key_required"),
        ({"request_hash": None}, "idempotency_key_required"),
    ],
)  # fmt: skip
def test_a_wrong_command_is_refused_and_moves_nothing(
    world: World, changes: dict[str, Any], code: str
) -> None:
    party = world.user()
    with refused(world.connection, code):
        _move(world, **{"party": party} | changes)
    assert world.balance(party) == (0, 0, 0)


def test_an_arbiter_is_no_operator(world: World) -> None:
    with refused(world.connection, "operator_only"):
        _move(world, actor_id=world.arbiters[0])


def _reverse(world: World, transfer: Any, **changes: Any) -> dict[str, Any]:
    command = {"transfer_id": transfer, "reason": "mistake", "actor_id": world.operator,
               "aal": "aal2"} | changes  # fmt: skip
    answer: dict[str, Any] = world.command("ledger_reverse", **command)
    return answer


@pytest.mark.parametrize("kind", ["deposit", "withdrawal"])
def test_a_reversal_undoes_a_transfer_once(world: World, kind: str) -> None:
    party = world.user()
    _move(world, party=party, amount="2")
    transfer = _move(world, party=party, kind=kind)["transfer_id"]
    reversal = _reverse(world, transfer)["transfer_id"]
    assert world.balance(party)[0] == 2
    assert world.rows(
        "select kind, reverses::text, memo from private.ledger_transfers where id = %s", reversal
    ) == [("reversal", transfer, "mistake")]
    with refused(world.connection, "already_reversed"):
        _reverse(world, transfer)
    with refused(world.connection, "not_reversible"):
        _reverse(world, reversal)
    assert world.problems() == []


def test_a_deposit_that_was_spent_is_not_reversed(world: World) -> None:
    party = world.user()
    transfer = _move(world, party=party)["transfer_id"]
    _move(world, party=party, kind="withdrawal", amount="0.5")
    with refused(world.connection, "insufficient_funds"):
        _reverse(world, transfer)
    assert world.one("select count(*) from public.ledger_reversals") == 0


def test_money_of_an_escrow_is_not_reversed_behind_its_back(world: World) -> None:
    escrow = p2p_trade(world)
    for (transfer,) in world.rows(
        "select id from private.ledger_transfers where kind not in ('deposit', 'withdrawal')"
    ):
        with refused(world.connection, "not_reversible"):
            _reverse(world, transfer)
    assert world.balance(escrow.payer)[2] == Decimal(1)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"reason": ""}, "reason_required"), ({"reason": None}, "reason_required"),
        ({"transfer_id": uuid4()}, "transfer_not_found"), ({"aal": "aal1"}, "step_up_required"),
        ({"actor_id": uuid4()}, "operator_only"),
        ({"idempotency_key": None}, "idempotency_key_required"),
    ],
)  # fmt: skip
def test_a_wrong_reversal_is_refused(world: World, changes: dict[str, Any], code: str) -> None:
    transfer = _move(world)["transfer_id"]
    with refused(world.connection, code):
        _reverse(world, transfer, **changes)


def test_a_repeated_deposit_is_made_once(world: World) -> None:
    party = world.user()
    first = _move(world, party=party, idempotency_key="once")
    again = _move(world, party=party, idempotency_key="once")
    assert again == first | {"replayed": True}
    assert world.balance(party)[0] == 1
    with refused(world.connection, "idempotency_key_reused"):
        _move(world, party=party, idempotency_key="once", request_hash="other")
