"""Acceptances and takes at once where only so much may be taken: exactly what fits goes through."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from tests.races.limits.test_limits import WORTH, bounded
from tests.world.races import commands
from tests.world.races.crowd import Crowd
from tests.world.races.direct_db import Door
from tests.world.races.market import Market
from tests.world.races.proofs import prove

MANY = 12


def accept(market: Market, buyer: UUID, seller: UUID) -> Callable[[Door], commands.Said]:
    """The seller's acceptance of an offer of the buyer over what a trade of the race is worth."""
    listing = uuid4()
    market.owner.execute(
        "insert into public.listings (id, seller_id, category, title, price, currency) "
        "values (%s, %s, 'groups', 'A group', 1000, 'USDC_BASE')",
        [listing, seller],
    )
    market.owner.execute(
        "update public.listings set status = 'active', last_event = 'publish' where id = %s",
        [listing],
    )
    part = {"title": "The whole", "description": "", "amount": str(WORTH), "days": 14}
    made = _command(
        "offer_make", buyer, listing_id=listing, amount=str(WORTH), milestones=[part]
    )(market.door)  # fmt: skip
    assert made.done, made.code
    return _command("offer_accept", seller, offer_id=made.body["offer_id"])


def _command(name: str, actor: UUID, **fields: object) -> Callable[[Door], commands.Said]:
    key = str(uuid4())
    return lambda door: commands.service(
        door, name, actor_id=actor, idempotency_key=key, request_hash="hash", **fields
    )


@pytest.mark.parametrize("limit", [{"daily": 5 * WORTH}, {"open_trades": 5}])
def test_contracts_and_takes_of_one_person_at_the_limit(
    crowd: Crowd, market: Market, limit: dict[str, int]
) -> None:
    bounded(market, **limit)
    (person,) = market.people(1, limited=True)
    sellers = market.people(MANY, deposit="1")
    tasks = [
        accept(market, person, other)
        if n % 2
        else commands.take(person, market.order(other), "0.02")
        for n, other in enumerate(sellers)
    ]
    said = crowd.rush(tasks)
    assert [each.done for each in said].count(True) == 5
    assert {each.code for each in said} == {"", "limit_exceeded", "counterparty_limit"}
    used = "select used::integer from private.limits_of(%s, private.clock()) where name = %s"
    assert {name: market.one(used, person, name) for name in limit} == limit
    prove(market)


def test_two_who_accept_from_each_other_do_not_lock_each_other_out(
    crowd: Crowd, market: Market
) -> None:
    bounded(market, daily=1000 * WORTH)
    one, other = market.people(2, limited=True)
    tasks = [accept(market, *pair) for pair in ((one, other), (other, one)) * 4]
    assert {each.code for each in crowd.rush(tasks)} == {""}
    prove(market)
