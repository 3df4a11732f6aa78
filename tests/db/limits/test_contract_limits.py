"""Contracts count into the limits as trades do."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.db.limits.test_limits import limited, mine, order, taker
from tests.world.escrow import Escrow
from tests.world.market import PARTS, listing, offer
from tests.world.refused import refused
from tests.world.trades import take
from tests.world.world import World

__all__ = ["order", "taker"]


@pytest.fixture
def seller(world: World) -> UUID:
    return world.user("seller")


def offered(world: World, buyer: UUID, seller: UUID, *amounts: str) -> UUID:
    """An offer of the buyer with a milestone for each amount."""
    parts = [{**PARTS[0], "amount": each} for each in amounts]
    total = str(sum(map(int, amounts)))
    return offer(world, buyer, listing(world, seller), amount=total, milestones=parts)


def contract(world: World, buyer: UUID, seller: UUID, *amounts: str) -> list[Escrow]:
    """The milestones of a new contract that the seller accepted."""
    made = world.command("offer_accept", offer_id=offered(world, buyer, seller, *amounts),
                         actor_id=seller)  # fmt: skip
    return [Escrow(world, UUID(each["milestone_id"]), buyer, seller) for each in made["milestones"]]


def paid_in(world: World, milestone: Escrow) -> None:
    terms = {"terms_hash": world.one(
        "select terms_hash from private.escrow_transactions where id = %s", milestone.id
    )}  # fmt: skip
    milestone.commit("sign", "payee", payload=terms)
    milestone.commit("countersign", "payer", payload=terms)
    milestone.commit("fund", "payer")


def used(world: World, who: UUID, name: str = "daily") -> Any:
    return mine(world, who)["limits"][name]["used"]


@pytest.mark.parametrize("side", ["buyer", "seller"])
def test_contracts_and_trades_share_one_limit(
    world: World, taker: UUID, order: UUID, seller: UUID, side: str
) -> None:
    """2,500 a day: 1,000 by a trade, 1,000 by a contract, 500 are left for either."""
    take(world, order, taker, "0.02")
    sides = (taker, seller) if side == "buyer" else (seller, taker)
    contract(world, *sides, "400", "600")
    assert used(world, taker) == "2000"
    with limited(world) as told:
        take(world, order, taker, "0.0101")
    assert (told["name"], told["left"]) == ("daily", "500")
    next_one = offered(world, *sides, "501")
    code = "counterparty_limit" if side == "buyer" else "limit_exceeded"
    with refused(world.connection, code):
        world.command("offer_accept", offer_id=next_one, actor_id=sides[1])
    contract(world, *sides, "500")
    assert (used(world, taker), used(world, taker, "monthly")) == ("2500", "2500")


def test_who_accepts_learns_nothing_of_the_other_side(
    world: World, taker: UUID, seller: UUID
) -> None:
    """The seller countered, the limited buyer accepts: the figures are the buyer's own."""
    first = offered(world, taker, seller, "100")
    second = world.command(
        "offer_counter", offer_id=first, actor_id=seller, amount="1001",
        milestones=[{**PARTS[0], "amount": "1001"}],
    )["offer_id"]  # fmt: skip
    with limited(world) as told:
        world.command("offer_accept", offer_id=second, actor_id=taker)
    assert (told["name"], told["side"]) == ("per_trade", "taker")


def test_the_months_and_days_pass(world: World, taker: UUID, seller: UUID) -> None:
    contract(world, taker, seller, "1000")
    world.advance(hours=23)
    assert used(world, taker) == "1000"
    world.advance(hours=1)
    assert (used(world, taker), used(world, taker, "monthly")) == ("0", "1000")
    world.advance(days=29)
    assert used(world, taker, "monthly") == "0"


def test_an_open_contract_is_one_open_trade(world: World, taker: UUID, seller: UUID) -> None:
    world.run("update public.verification_tiers set max_open_trades = 2 where id = 1")
    milestones = contract(world, taker, seller, "10", "20", "30")
    contract(world, taker, seller, "10")
    assert used(world, taker, "open_trades") == "2"
    waiting = offered(world, seller, taker, "10")
    with limited(world) as told:
        world.command("offer_accept", offer_id=waiting, actor_id=taker)
    assert (told["name"], told["left"]) == ("open_trades", "0")
    for each in milestones[:2]:
        each.commit("cancel", "payee")
    assert used(world, taker, "open_trades") == "2"
    milestones[2].commit("cancel", "payee")
    assert used(world, taker, "open_trades") == "1"
    world.command("offer_accept", offer_id=waiting, actor_id=taker)


def test_a_contract_stays_open_however_old(world: World, taker: UUID, seller: UUID) -> None:
    world.deposit(taker, "100", "USDC_BASE")
    (milestone,) = contract(world, taker, seller, "100")
    paid_in(world, milestone)
    world.advance(days=31)
    assert (used(world, taker, "monthly"), used(world, taker, "open_trades")) == ("0", "1")


def test_what_is_void_or_refunded_gives_the_limit_back(
    world: World, taker: UUID, seller: UUID
) -> None:
    world.deposit(taker, "1000", "USDC_BASE")
    void, refunded, released = contract(world, taker, seller, "100", "300", "600")
    assert used(world, taker) == "1000"
    void.commit("cancel", "payee")
    assert used(world, taker) == "900"
    for each in (refunded, released):
        paid_in(world, each)
    refunded.commit("concede", "payee")
    assert used(world, taker) == "600"
    released.commit("perform", "payee")
    released.commit("accept", "payer")
    assert (used(world, taker), used(world, taker, "open_trades")) == ("600", "0")


def test_a_contract_whose_worth_nobody_knows(world: World, taker: UUID, seller: UUID) -> None:
    until = world.now() + timedelta(days=20)
    listed = listing(world, seller)
    made = offer(world, taker, listed, expires_at=until)
    # The offer of a currency without index, peg or equality to the reference.
    world.run("update public.currencies set pegged_to = null where code = 'USDC_BASE'")
    with refused(world.connection, "price_unknown"):
        world.command("offer_accept", offer_id=made, actor_id=seller)
    free = offer(world, world.user(), listed, expires_at=until)
    world.command("offer_accept", offer_id=free, actor_id=seller)
    assert world.one("select count(*) from public.contract_milestones "
                     "where reference_amount is null") == 1  # fmt: skip
