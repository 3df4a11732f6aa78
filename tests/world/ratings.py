"""Settled trades between two people, what they say of each other, and what is public of them."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from stack.identity import as_owner, as_user
from tests.world.escrow import Escrow
from tests.world.trades import draft, publish, take
from tests.world.world import World


@dataclass(frozen=True)
class Profile:
    """A row of trader_profiles, as the owner reads it."""

    completed_trades: int
    volume: Decimal
    counterparties: int
    score: int
    dispute_loss_bps: int
    median_pay_time: timedelta | None
    median_release_time: timedelta | None
    rating_count: int
    rating_average: Decimal | None


def open_between(world: World, seller: UUID, buyer: UUID, amount: str = "0.1") -> Escrow:
    """A trade that waits for its payment; 0.1 is worth 5000 in the reference currency."""
    world.deposit(seller, amount)
    order = draft(world, seller, "sell", amount, min_order_amount=amount)
    publish(world, order, seller)
    return Escrow(world, take(world, order, buyer, amount), seller, buyer)


def settled(world: World, seller: UUID, buyer: UUID, amount: str = "0.1") -> Escrow:
    """A trade whose seller has released without waiting for a payment."""
    trade = open_between(world, seller, buyer, amount)
    trade.commit("accept", "payer")
    return trade


def ruled(world: World, trade: Escrow, winner: str) -> None:
    """Lead an open trade through a dispute that an arbiter decides wholly for one role."""
    for event, role in (("perform", "payee"), ("dispute", "payer"), ("statement", "payer"),
                        ("statement_reply", "payee"), ("acknowledge", "arbiter")):  # fmt: skip
        trade.commit(event, role)
    row = trade.row()
    loser = "payee" if winner == "payer" else "payer"
    finding = "not_paid" if winner == "payer" else "paid"
    parts = {f"{winner}_amount": row.amount, f"{loser}_amount": Decimal(0), "reason": finding}
    trade.commit("decide", "arbiter", payload=trade.payload("decide", "arbiter", row) | parts)
    trade.expire()
    trade.commit("timeout_settle", "timer")


def rate(world: World, trade: UUID, author: UUID, score: Any = 5, comment: str = "") -> None:
    """Rate as PostgREST would write it."""
    as_user(world.connection, author)
    world.run(
        "insert into public.p2p_ratings (trade_id, score, comment) values (%s, %s, %s)",
        trade, score, comment,
    )  # fmt: skip
    as_owner(world.connection)


def refresh(world: World, max_rows: int = 500) -> int:
    """Run the schedule once; how many causes it dealt with."""
    with world.acting("service_role"):
        taken: int = world.one("select service.reputation_refresh(%s)", max_rows)
    return taken


def profile(world: World, party: UUID) -> Profile:
    (row,) = world.rows(
        "select completed_trades, volume::numeric, counterparties, score, dispute_loss_bps, "
        "median_pay_time, median_release_time, rating_count, rating_average::numeric "
        "from public.trader_profiles where party_id = %s",
        party,
    )
    return Profile(*row)


def refreshed(world: World, party: UUID) -> Profile:
    """The profile after everything due was dealt with."""
    while refresh(world):
        pass
    return profile(world, party)
