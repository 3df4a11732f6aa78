"""Parties who owe what a bank took back, and what the books say of it."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from tests.world.escrow import Escrow
from tests.world.rails import apply, awaiting, card, destination, keep_all, report, withdraw
from tests.world.world import OUTSIDE, PLATFORM, World

USD = "USD"


def booked(world: World, currency: str = USD) -> dict[str, Decimal]:
    """Balances of the platform and of the world outside, by kind of wallet."""
    kinds = {"fees": PLATFORM, "losses": PLATFORM, "receivables": PLATFORM, "clearing": OUTSIDE}
    return {kind: Decimal(world.balance(party, currency, kind)[0]) for kind, party in kinds.items()}


def change(world: World, before: dict[str, Decimal]) -> dict[str, Decimal]:
    return {kind: now - before[kind] for kind, now in booked(world).items() if now != before[kind]}


def owed(world: World, party: UUID, currency: str = USD) -> Any:
    return world.one("select private.owed_by(%s, %s)::numeric", party, currency)


def cases(world: World) -> list[tuple[Any, ...]]:
    return world.rows(
        "select kind, reason, amount::numeric, state from public.escrow_cases"
        " order by created_at, kind desc"
    )


def dispute(world: World, escrow: Escrow, *stages: str, of: str = "dp_1", amount: str = "100",
            **amounts: str) -> None:  # fmt: skip
    """The payer's bank: opened, won, lost, one after the other. amounts: of stages that differ."""
    for stage in stages:
        again = world.one(
            "select count(*) from public.rail_reports where reference = %s and kind = %s",
            of, f"reversal_{stage}",
        )  # fmt: skip
        report(world, escrow, f"{of}:{stage}:{again}", f"reversal_{stage}", reference=of,
               amount=amounts.get(stage, amount))  # fmt: skip
        assert apply(world).failed == 0
        assert world.problems() == []


def in_debt(world: World, debtor: UUID, amount: str = "95") -> Escrow:
    """Somebody was paid 95 by card, has spent all of it, and the bank takes the payment back."""
    escrow = card(world, parties=(world.user("payer"), debtor))
    escrow.commit("accept", "payer")
    keep_all(world, escrow)
    withdraw(world, debtor, str(world.balance(debtor, USD)[0]))
    dispute(world, escrow, "opened", amount=amount)
    assert owed(world, debtor) == Decimal(amount)
    return escrow


def owing(world: World, debtor: UUID) -> UUID:
    """The debt of a party that has one."""
    found: UUID = world.one("select id from public.receivables where party_id = %s", debtor)
    return found


def owing_and_paid(world: World) -> tuple[UUID, Escrow]:
    """Somebody who owes 95 USD, and whom an escrow in another currency has just begun to pay."""
    debtor = world.user("debtor")
    world.deposit(debtor, "1", USD)
    destination(world, debtor)
    made = awaiting(world, parties=(world.user("payer"), debtor), times=0)
    report(world, made, "log-1")
    apply(world)
    in_debt(world, debtor)
    made.commit("accept", "payer")
    return debtor, made
