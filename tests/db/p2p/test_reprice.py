"""A published order gets another price and other bounds by a command."""

from decimal import Decimal
from typing import Any, LiteralString
from uuid import UUID

import pytest

from tests.db.p2p.test_order_book import book
from tests.world.prices import record_price
from tests.world.refused import refused
from tests.world.trades import draft, publish, sell_order, take
from tests.world.verifications import person
from tests.world.world import World


def _reprice(world: World, order: UUID, maker: UUID, **said: Any) -> dict[str, Any]:
    version = world.one("select version from public.p2p_orders where id = %s", order)
    command = {"order_id": order, "actor_id": maker, "aal": "aal2", "expected_version": version}
    answer: dict[str, Any] = world.command("order_reprice", **command | said)
    return answer


def _offers(world: World, order: UUID) -> tuple[Any, ...]:
    return world.rows(
        "select price_type::text, price::numeric, margin_bps, min_order_amount::numeric, "
        "max_order_amount::numeric, version from public.p2p_orders where id = %s", order,
    )[0]  # fmt: skip


def test_takes_to_come_have_the_new_price_and_running_trades_keep_theirs(world: World) -> None:
    order, maker = sell_order(world)
    old = take(world, order, world.user(), "0.2")

    answer = _reprice(world, order, maker, price="51000.5", max_order_amount="0.5")

    assert (answer["status"], answer["version"]) == ("active", 4)
    with refused(world.connection, "price_changed"):
        take(world, order, world.user(), "0.2")
    with refused(world.connection, "amount_out_of_range"):
        take(world, order, world.user(), "0.6", expected_price="51000.5")
    new = take(world, order, world.user(), "0.2", expected_price="51000.5")
    prices = [
        world.one("select price::numeric from public.p2p_trades where id = %s", trade)
        for trade in (old, new)
    ]
    assert prices == [50000, Decimal("51000.5")]
    assert world.balance(maker)[2] == 1
    assert world.problems() == []


def test_the_book_the_history_and_the_maker_learn_of_it(world: World) -> None:
    order, maker = sell_order(world)
    _reprice(world, order, maker, price="42000", min_order_amount="0.05")

    assert book(world) == [(order, 42000)]
    assert world.rows(
        "select event, payload->>'price', payload->>'min_order_amount', sequence "
        "from private.outbox where object_id = %s order by sequence desc limit 1", order,
    ) == [("order.reprice", "42000", "0.05", 3)]  # fmt: skip
    assert world.rows(
        "select (before->>'price')::numeric, (after->>'price')::numeric from public.audit_log "
        "where row_id = %s::text order by id desc limit 1", order,
    ) == [(50000, 42000)]  # fmt: skip


def test_a_price_and_a_margin_take_each_others_place(world: World) -> None:
    order, maker = sell_order(world)
    rule: LiteralString = "update public.price_rules set is_active = %s where cryptocurrency = %s"
    world.run(rule, False, "BTC")
    with refused(world.connection, "bad_order"):
        # The pair has no index to follow.
        _reprice(world, order, maker, margin_bps=100)
    world.run(rule, True, "BTC")
    record_price(world, "50000")
    _reprice(world, order, maker, margin_bps=100)
    assert _offers(world, order)[:3] == ("margin", None, 100)
    _reprice(world, order, maker, price="50500")
    assert _offers(world, order)[:3] == ("fixed", 50500, None)


def test_it_names_the_version_that_was_read(world: World) -> None:
    order, maker = sell_order(world)
    before = _offers(world, order)
    for version in (1, 3, None):
        with refused(world.connection, "stale_version"):
            _reprice(world, order, maker, price="1", expected_version=version)
    assert _offers(world, order) == before
    # A repeated command has its answer, though the version has moved on by it.
    first = _reprice(world, order, maker, price="51000", idempotency_key="once", request_hash="x")
    again = _reprice(world, order, maker, price="51000", idempotency_key="once", request_hash="x")
    assert (again["version"], again["replayed"]) == (first["version"], True)
    assert _offers(world, order)[-1] == 3


@pytest.mark.parametrize(
    "said",
    [
        {"price": "0"}, {"price": "-1"}, {"price": "50000", "margin_bps": 10},
        {"margin_bps": -9901}, {"min_order_amount": "0"}, {"min_order_amount": "0.000000001"},
        {"max_order_amount": "1.1"}, {"min_order_amount": "0.5", "max_order_amount": "0.4"},
    ],
)  # fmt: skip
def test_what_no_draft_may_say_no_reprice_may(world: World, said: dict[str, Any]) -> None:
    record_price(world, "50000")
    order, maker = sell_order(world)
    before = _offers(world, order)
    with refused(world.connection, "bad_order", "bad_type"):
        _reprice(world, order, maker, **said)
    assert _offers(world, order) == before


def test_only_its_maker_and_only_while_it_is_published(world: World) -> None:
    order, maker = sell_order(world)
    hidden = draft(world, maker)
    with refused(world.connection, "not_your_order"):
        _reprice(world, order, world.user(), price="1")
    with refused(world.connection, "order_not_open"):
        _reprice(world, hidden, maker, price="1")
    world.command("order_pause", order_id=order, actor_id=maker)
    assert _reprice(world, order, maker, price="49000")["status"] == "paused"
    assert book(world) == []
    world.command("order_cancel", order_id=order, actor_id=maker)
    with refused(world.connection, "order_not_open"):
        _reprice(world, order, maker, price="1")
    late, owner = sell_order(world)
    world.advance(days=31)
    with refused(world.connection, "order_expired"):
        _reprice(world, late, owner, price="1")


def test_a_session_alone_sells_nothing_at_a_ruinous_price(world: World) -> None:
    record_price(world, "50000")
    order, maker = sell_order(world)
    _reprice(world, order, maker, price="49000", aal="aal1")
    with refused(world.connection, "step_up_required"):
        _reprice(world, order, maker, price="100", aal="aal1")
    assert _offers(world, order)[1] == 49000


def test_nobody_offers_more_than_the_limit_of_one_trade(world: World) -> None:
    record_price(world, "50000")
    maker = person(world, 1)
    world.deposit(maker, "2")
    order = draft(world, maker, min_order_amount="0.001")
    publish(world, order, maker)
    limit = world.one("select per_trade_limit from public.verification_tiers where id = 1")
    least = (limit / 50000).quantize(Decimal("0.0001")) + Decimal("0.01")
    with refused(world.connection, "limit_exceeded"):
        _reprice(world, order, maker, min_order_amount=str(least), max_order_amount="1")
