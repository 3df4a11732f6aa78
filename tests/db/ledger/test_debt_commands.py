"""Two operators give up what a party owes, or let money go beside it for a while."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.world.debts import USD, booked, change, dispute, in_debt, owed, owing, owing_and_paid
from tests.world.operators import confirm, limit
from tests.world.prices import record_price
from tests.world.rails import claim, payments, withdraw
from tests.world.refused import refused
from tests.world.world import World


def write_off(world: World, debtor: UUID, amount: str, **changes: Any) -> dict[str, Any]:
    command = {"receivable_id": owing(world, debtor), "amount": amount, "reason": "bankrupt",
               "actor_id": world.operator, "aal": "aal2"} | changes  # fmt: skip
    answer: dict[str, Any] = world.command("receivable_write_off", **command)
    return answer


def lift(world: World, debtor: UUID, **changes: Any) -> dict[str, Any]:
    command = {"receivable_id": owing(world, debtor), "until": world.now() + timedelta(days=3),
               "reason": "no rate of it", "actor_id": world.operator,
               "aal": "aal2"} | changes  # fmt: skip
    answer: dict[str, Any] = world.command("receivable_lift", **command)
    return answer


@pytest.fixture
def debtor(world: World) -> UUID:
    """Somebody who owes 95 USD."""
    made = world.user("debtor")
    world.deposit(made, "1", USD)
    in_debt(world, made)
    return made


def test_what_two_operators_write_off_is_lost_and_owed_no_more(world: World, debtor: UUID) -> None:
    """Law 14: the debt goes to losses, to the cent, and nobody's money moves."""
    before = booked(world)
    asked = write_off(world, debtor, "35")
    assert (asked["state"], change(world, before)) == ("open", {})
    with refused(world.connection, "second_operator_required"):
        confirm(world, asked, actor_id=world.operator)
    answer = confirm(world, asked)["answer"]
    assert (answer["owed"], answer["written_off_amount"]) == ("60", "35")
    assert change(world, before) == {"losses": -35, "receivables": 35}
    assert owed(world, debtor) == 60
    told = world.rows(
        "select parties, payload ->> 'owed' from private.outbox where event = "
        "'receivable.write_off'"
    )
    assert told == [([debtor], "60")]
    memo = world.one("select memo from private.ledger_transfers where kind = 'debt.write_off'")
    assert memo == "bankrupt"
    # The rest is set off as ever, and what comes beyond it is the party's.
    world.deposit(debtor, "80", USD)
    assert (owed(world, debtor), world.balance(debtor, USD)[0]) == (0, 20)
    assert world.problems() == []


def test_no_more_is_written_off_than_is_owed(world: World, debtor: UUID) -> None:
    for amount, code in (
        ("95.01", "more_than_owed"), ("0", "bad_amount"), ("-1", "bad_amount"),
        ("0.001", "bad_amount"), ("NaN", "bad_type"),
    ):  # fmt: skip
        with refused(world.connection, code):
            write_off(world, debtor, amount)
    for reason in (None, "", " ", "\u200b"):
        with refused(world.connection, "reason_required"):
            write_off(world, debtor, "1", reason=reason)
    with refused(world.connection, "receivable_not_found"):
        write_off(world, debtor, "1", receivable_id=uuid4())
    with refused(world.connection, "operator_only"):
        write_off(world, debtor, "1", actor_id=debtor)
    # It was settled between the asking and the confirming.
    asked = write_off(world, debtor, "90")
    world.deposit(debtor, "10", USD)
    with refused(world.connection, "more_than_owed"):
        confirm(world, asked)
    assert world.one("select state from public.operator_requests") == "open"
    assert owed(world, debtor) == 85
    assert world.problems() == []


def test_nobody_is_spared_by_one_operator(world: World, debtor: UUID) -> None:
    assert write_off(world, debtor, "0.01")["state"] == "open"
    assert lift(world, debtor)["state"] == "open"
    world.join(debtor, world.second_operator, "viewer")
    for asked in world.rows("select id, command_hash from public.operator_requests"):
        with refused(world.connection, "not_your_move"):
            confirm(world, {"request_id": asked[0], "command_hash": asked[1]})


def test_what_was_written_off_and_is_won_after_all_is_no_loss(world: World, debtor: UUID) -> None:
    """Law 14: whoever bore it has it back: the party what it paid, the platform what it gave up."""
    before = booked(world)
    with limit(world, "write_off", None, "1000000"):
        record_price(world, Decimal(50000))
        write_off(world, debtor, "60")
    world.deposit(debtor, "15", USD)
    assert owed(world, debtor) == 20
    escrow = world.one("select escrow_id from public.escrow_cases where kind = 'rail_reversal'")
    _won(world, escrow)
    assert owed(world, debtor) == 0
    # The rail gave 95 back: 15 go to the party, 60 were lost, 20 were still owed.
    now = change(world, before)
    assert "losses" not in now
    assert now["receivables"] == 95
    assert now["clearing"] == -95 - 15
    assert world.problems() == []
    with refused(world.connection, "more_than_owed"):
        write_off(world, debtor, "1", receivable_id=world.one("select id from public.receivables"))


def _won(world: World, escrow_id: UUID) -> None:
    case = world.one("select id from public.escrow_cases where kind = 'rail_reversal'")
    world.command("escrow_rail_outcome", case_id=case, event="reversal_won")
    world.settle()
    assert escrow_id


def test_a_second_reversal_does_not_charge_again_what_was_written_off(world: World) -> None:
    """Entry 3: nobody bears more than it got, also of what it was let off."""
    debtor = world.user("debtor")
    world.deposit(debtor, "1", USD)
    escrow = in_debt(world, debtor)
    confirm(world, write_off(world, debtor, "95"))
    dispute(world, escrow, "opened", of="dp_2", amount="30")
    assert owed(world, debtor) == 0
    assert world.problems() == []


def test_a_lifted_debt_keeps_no_money_in_other_currencies(world: World, debtor: UUID) -> None:
    world.deposit(debtor, "1", "BTC")
    with refused(world.connection, "debt_open"):
        withdraw(world, debtor, "0.4", "BTC")
    answer = confirm(world, lift(world, debtor))["answer"]
    assert answer["owed"] == "95"
    withdraw(world, debtor, "0.4", "BTC")
    # It is owed all the same, and set off in its own currency.
    assert owed(world, debtor) == 95
    world.deposit(debtor, "20", USD)
    assert (owed(world, debtor), world.balance(debtor, USD)[0]) == (75, 0)
    world.advance(days=3, seconds=1)
    with refused(world.connection, "debt_open"):
        withdraw(world, debtor, "0.4", "BTC")
    assert world.problems() == []


def test_a_payment_goes_beside_a_lifted_debt(world: World) -> None:
    debtor, made = owing_and_paid(world)
    assert claim(world) == []
    confirm(world, lift(world, debtor))
    world.advance(hours=1)
    assert len(claim(world)) == 1
    assert [row[4] for row in payments(world, made)] == ["claimed"]
    assert world.problems() == []


@pytest.mark.parametrize("days", [-1, 0, 31.1, 10000])
def test_a_debt_is_lifted_for_a_month_at_most(world: World, debtor: UUID, days: float) -> None:
    with refused(world.connection, "bad_end"):
        lift(world, debtor, until=world.now() + timedelta(days=days))


def test_what_was_given_up_is_never_asked_for_again(world: World, debtor: UUID) -> None:
    """Law 10: what was written off only grows, whoever writes."""
    confirm(world, write_off(world, debtor, "35"))
    for by_hand in ("written_off_amount = 0", "written_off_amount = 34", "amount = 200"):
        with refused(world.connection, "append_only"):
            world.run(f"update public.receivables set {by_hand}")
