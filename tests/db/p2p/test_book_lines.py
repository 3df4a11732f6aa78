"""The lines of the book follow their orders, and a page has what fits and nothing else."""

from decimal import Decimal
from random import Random
from typing import Any, LiteralString

import pytest

from tests.db.p2p.test_order_book import MARGIN, book
from tests.world.escrow import Escrow
from tests.world.prices import record_price
from tests.world.trades import draft, publish, sell_order, take
from tests.world.world import World

AMOUNTS = ("0.0004", "0.001", "0.01", "0.3", "0.75", "4", "6", "35", "70", "71")

# What the filters mean, said without the lines.
_FITS: LiteralString = """
select o.id from public.p2p_orders as o, private.price_of_order(o, private.clock()) as now
where o.status = 'active' and now.refusal is null and o.type = %(side)s::public.p2p_order_type
and (%(payment_method)s::text is null or %(payment_method)s = any (o.payment_methods))
and (%(tier)s::integer is null or o.min_taker_tier <= %(tier)s)
and (%(amount)s::numeric is null or (
    %(amount)s <= least(o.max_order_amount, o.remaining)
    and (%(amount)s >= o.min_order_amount or %(amount)s = o.remaining)
))
order by case o.type when 'sell' then now.price else -now.price end, o.id
"""


def _lines_are_right(world: World) -> bool:
    """Whether the lines of the book are those that its orders should have."""
    kept = world.rows("select l::text from private.p2p_book_lines as l order by 1")
    return kept == world.rows(
        "select l::text from public.p2p_orders as o, private.book_lines_of(o) as l order by 1"
    )


def test_the_lines_of_the_book_follow_their_orders(world: World) -> None:
    """Through every move of an order; a take writes lines only where sizes change."""
    lines: LiteralString = (
        "select method, size, xmin::text || ctid::text from private.p2p_book_lines"
        " where order_id = %s order by method"
    )
    order, maker = sell_order(world, "2", payment_methods=["sepa", "wise"], max_order_amount="1.5")
    first = world.rows(lines, order)
    assert [line[:2] for line in first] == [("", 4), ("sepa", 4), ("wise", 4)]
    taker = world.user()
    take(world, order, taker, "0.9", payment_method="sepa")
    assert world.rows(lines, order) == first
    trade = Escrow(world, take(world, order, taker, "0.2", payment_method="sepa"), maker, taker)
    assert [line[:2] for line in world.rows(lines, order)] == [("", 3), ("sepa", 3), ("wise", 3)]
    trade.expire()
    trade.commit("timeout_refund", "timer")
    assert [line[1] for line in world.rows(lines, order)] == [4, 4, 4]
    take(world, order, taker, "1.1", payment_method="sepa")
    assert world.rows(lines, order) == []
    other, owner = sell_order(world)
    world.run(
        "update public.p2p_orders set expires_at = expires_at + interval '1 hour', "
        "version = version + 1, last_event = 'outage_credit', last_actor_role = 'system' "
        "where id = %s", other,
    )  # fmt: skip
    assert _lines_are_right(world)
    for command, count in (("order_pause", 0), ("order_resume", 2), ("order_cancel", 0)):
        world.command(command, order_id=other, actor_id=owner, aal="aal2")
        assert len(world.rows(lines, other)) == count
        assert _lines_are_right(world)


@pytest.mark.parametrize("side", ["sell", "buy"])
def test_a_page_has_what_fits_and_nothing_else(world: World, side: str) -> None:
    """Random orders and filters: the pages together are the orders that fit, best first."""
    record_price(world, "50000")
    random = Random(side)
    for _ in range(60):
        largest = Decimal(random.choice(["0.0005", "0.02", "0.5", "5", "70"]))
        maker = world.user("maker")
        prices = [{"price": random.randint(49000, 51000)},
                  {**MARGIN, "margin_bps": random.randint(-300, 300)}]  # fmt: skip
        fields: dict[str, Any] = random.choice(prices) | {
            "max_order_amount": largest, "min_order_amount": largest / random.choice([1, 2, 50]),
            "payment_methods": random.choice([["sepa"], ["wise", "pix"], ["sepa", "wise"]]),
            "min_taker_tier": random.randint(0, 3),
            "trigger_price": random.choice([None, None, "49999", "50000", "50001"]),
        }  # fmt: skip
        if side == "sell":
            world.deposit(maker, largest * 2)
        order = draft(world, maker, side, str(largest * 2), **fields)
        publish(world, order, maker)
        if random.random() < 0.5:
            world.run(
                "update public.p2p_orders set remaining = %s, reserved = amount - %s, "
                "version = version + 1, last_event = 'take', last_actor_role = 'taker' "
                "where id = %s", left := largest * random.choice([1, 0]) + largest / 2, left, order,
            )  # fmt: skip
    for _ in range(40):
        asked: dict[str, Any] = {
            "payment_method": random.choice([None, "sepa", "pix"]),
            "tier": random.choice([None, 1]),
            "amount": random.choice([None, *AMOUNTS]),
        }
        fits = world.connection.execute(_FITS, asked | {"side": side}).fetchall()
        pages: list[tuple[Any, Any]] = []
        while page := book(world, side, page_size=7, **asked, **(
            {"after_id": pages[-1][0], "after_price": pages[-1][1]} if pages else {}
        )):  # fmt: skip
            pages += page
        assert [(line[0],) for line in pages] == fits
