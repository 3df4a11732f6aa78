"""Orders: drafts, publishing, parallel takes, cancelling, running out."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any, LiteralString
from uuid import UUID, uuid4

import pytest

from stack.identity import as_owner, as_role, as_user
from tests.world.escrow import Escrow
from tests.world.refused import refused
from tests.world.trades import draft, publish, sell_order, take, take_command
from tests.world.world import World


def _order(world: World, order: Any) -> tuple[Any, ...]:
    return world.rows(
        "select status::text, remaining::numeric, reserved::numeric, settled::numeric, "
        "withdrawn::numeric, completed_trades from public.p2p_orders where id = %s", order,
    )[0]  # fmt: skip


def test_a_sell_order_locks_its_amount_when_published(world: World) -> None:
    order, maker = sell_order(world)
    assert _order(world, order) == ("active", 1, 0, 0, 0, 0)
    assert world.balance(maker) == (1, 0, 1)
    assert world.problems() == []


def test_a_buy_order_locks_nothing_but_the_takers_coins(world: World) -> None:
    maker, taker = world.user("maker"), world.user("taker")
    order = draft(world, maker, "buy")
    publish(world, order, maker)
    with refused(world.connection, "insufficient_funds"):
        take(world, order, taker)
    world.deposit(taker, "0.1")
    trade = take(world, order, taker)
    assert world.rows("select payer_id, payee_id from private.escrow_transactions where id = %s",
                      trade) == [(taker, maker)]  # fmt: skip
    assert world.balance(taker) == (0, 0, Decimal("0.1"))
    assert world.problems() == []


def test_publishing_needs_the_money_and_happens_once(world: World) -> None:
    maker = world.user("maker")
    order = draft(world, maker)
    with refused(world.connection, "insufficient_funds"):
        publish(world, order, maker)
    world.deposit(maker, "2")
    publish(world, order, maker)
    with refused(world.connection, "order_not_draft"):
        publish(world, order, maker)
    assert world.balance(maker) == (1, 0, 1)


def test_only_its_maker_publishes_and_cancels(world: World) -> None:
    order, _ = sell_order(world)
    other = world.user()
    hidden = draft(world, world.user())
    for function in ("order_publish", "order_pause", "order_resume", "order_cancel"):
        with refused(world.connection, "not_your_order"):
            world.command(function, order_id=order, actor_id=other)
        # A stranger does not learn that a draft exists.
        with refused(world.connection, "order_not_found"):
            world.command(function, order_id=hidden, actor_id=other)
        with refused(world.connection, "order_not_found"):
            world.command(function, order_id=uuid4(), actor_id=other)
        with refused(world.connection, "idempotency_key_required"):
            world.command(function, order_id=order, actor_id=None)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"expected_price": "49999"}, "price_changed"),
        ({"expected_price": None}, "price_changed"),
        ({"amount": "0.009"}, "amount_out_of_range"),
        ({"amount": "0.51"}, "amount_out_of_range"),
        ({"amount": "-0.1"}, "amount_out_of_range"), ({"amount": "0"}, "amount_out_of_range"),
        ({"amount": "0.00999999"}, "amount_out_of_range"),
        ({"amount": "0.50000001"}, "amount_out_of_range"),
        ({"amount": "0.100000001"}, "amount_out_of_range"),
        ({"amount": "NaN"}, "bad_type"), ({"amount": None}, "amount_out_of_range"),
        ({"order_id": uuid4()}, "order_not_found"),
        ({"actor_id": None}, "idempotency_key_required"),
        ({"idempotency_key": None}, "idempotency_key_required"),
    ],
)  # fmt: skip
def test_a_wrong_take_is_refused(world: World, changes: dict[str, Any], code: str) -> None:
    order, maker = sell_order(world, max_order_amount="0.5")
    with refused(world.connection, code):
        world.command("order_take", **take_command(order, world.user(), "0.1") | changes)
    assert _order(world, order)[:3] == ("active", 1, 0)
    assert world.balance(maker) == (1, 0, 1)


@pytest.mark.parametrize("closed_by", ["order_pause", "order_cancel"])
def test_only_its_maker_knows_an_order_outside_of_the_book(world: World, closed_by: str) -> None:
    order, maker = sell_order(world)
    world.command(closed_by, order_id=order, actor_id=maker)
    stranger = world.user()
    for command in ("order_publish", "order_pause", "order_resume", "order_cancel"):
        with refused(world.connection, "order_not_found"):
            world.command(command, order_id=order, actor_id=stranger)
    with refused(world.connection, "order_not_found"):
        take(world, order, stranger)


def test_nobody_takes_the_own_order(world: World) -> None:
    order, maker = sell_order(world)
    colleague = world.user()
    world.join(maker, colleague, "operator")
    for taker in (maker, colleague):
        with refused(world.connection, "own_order"):
            take(world, order, taker)


def test_parallel_takes_share_what_there_is(world: World) -> None:
    order, maker = sell_order(world)
    for amount in ("0.4", "0.4"):
        take(world, order, world.user(), amount)
    with refused(world.connection, "not_enough_remaining"):
        take(world, order, world.user(), "0.4")
    take(world, order, world.user(), "0.195")
    # The last remainder may be smaller than the smallest take.
    with refused(world.connection, "amount_out_of_range"):
        take(world, order, world.user(), "0.004")
    take(world, order, world.user(), "0.005")
    assert _order(world, order) == ("active", 0, 1, 0, 0, 0)
    assert world.balance(maker) == (1, 0, 1)
    with refused(world.connection, "not_enough_remaining"):
        take(world, order, world.user(), "0.01")
    assert world.problems() == []


def test_an_order_follows_its_trades_to_the_end(world: World) -> None:
    order, maker = sell_order(world)
    trades = [Escrow(world, take(world, order, taker := world.user(), "0.25"), maker, taker)
              for _ in range(4)]  # fmt: skip
    released, conceded, split, timed_out = trades
    released.commit("accept", "payer")
    assert _order(world, order) == ("active", 0, Decimal("0.75"), Decimal("0.25"), 0, 1)
    conceded.commit("concede", "payee")
    split.commit("offer_split", "payer")
    split.commit("accept_split", "payee")
    timed_out.expire()
    timed_out.commit("timeout_refund", "timer")
    # What a buyer did not pay or gave up is listed again.
    quarter = Decimal("0.25")
    assert _order(world, order) == ("active", 2 * quarter, 0, 2 * quarter, 0, 1)
    statuses = [world.one("select status::text from public.p2p_trades where id = %s", t.id)
                for t in trades]  # fmt: skip
    assert statuses == ["completed", "cancelled", "split", "cancelled"]
    last = Escrow(world, take(world, order, taker := world.user(), "0.5"), maker, taker)
    last.commit("accept", "payer")
    assert _order(world, order)[0] == "completed"
    assert world.problems() == []


def test_cancelling_returns_what_remains_and_leaves_trades_alone(world: World) -> None:
    order, maker = sell_order(world)
    taker = world.user()
    trade = Escrow(world, take(world, order, taker, "0.4"), maker, taker)
    world.command("order_cancel", order_id=order, actor_id=maker)
    assert _order(world, order)[:3] == ("cancelled", 0, Decimal("0.4"))
    assert world.balance(maker) == (Decimal("1.6"), 0, Decimal("0.4"))
    with refused(world.connection, "order_not_open"):
        world.command("order_cancel", order_id=order, actor_id=maker)
    with refused(world.connection, "order_not_found"):
        take(world, order, world.user())
    trade.expire()
    trade.commit("timeout_refund", "timer")
    # Nothing is listed again on an order that is closed: the money is free.
    assert world.balance(maker) == (2, 0, 0)
    assert _order(world, order) == ("cancelled", 0, 0, 0, 1, 0)
    assert world.problems() == []


def test_a_paused_order_is_taken_by_nobody_and_keeps_its_money(world: World) -> None:
    order, maker = sell_order(world)
    taker = world.user()
    trade = Escrow(world, take(world, order, taker, "0.4"), maker, taker)
    answer = world.command("order_pause", order_id=order, actor_id=maker)
    assert (answer["status"], answer["remaining"]) == ("paused", "0.6")
    with refused(world.connection, "order_not_found"):
        take(world, order, world.user())
    with refused(world.connection, "order_not_active"):
        take(world, order, maker)
    with refused(world.connection, "order_not_active"):
        world.command("order_pause", order_id=order, actor_id=maker)
    as_role(world.connection, "anon")
    assert not world.rows("select id from public.p2p_order(%s)", order)
    as_owner(world.connection)
    # What a silent buyer leaves is listed when the order is.
    trade.expire()
    trade.commit("timeout_refund", "timer")
    assert _order(world, order)[:3] == ("paused", 1, 0)
    assert world.balance(maker) == (1, 0, 1)
    assert (
        world.command("order_resume", order_id=order, actor_id=maker, aal="aal2")["status"]
        == "active"
    )
    with refused(world.connection, "order_not_paused"):
        world.command("order_resume", order_id=order, actor_id=maker, aal="aal2")
    take(world, order, world.user(), "1")
    assert world.problems() == []


def test_a_paused_order_ends_as_others_do(world: World) -> None:
    cancelled, filled, expired = (sell_order(world) for _ in range(3))
    taker = world.user()
    trade = Escrow(world, take(world, filled[0], taker, "1"), filled[1], taker)
    for order, maker in (cancelled, filled, expired):
        world.command("order_pause", order_id=order, actor_id=maker)
    world.command("order_cancel", order_id=cancelled[0], actor_id=cancelled[1])
    trade.commit("accept", "payer")
    world.advance(days=31)
    with refused(world.connection, "order_expired"):
        world.command("order_resume", order_id=expired[0], actor_id=expired[1], aal="aal2")
    with world.acting("service_role"):
        assert world.one("select service.orders_expire(500)") == 1
    statuses = [_order(world, order)[0] for order, _ in (cancelled, filled, expired)]
    assert statuses == ["cancelled", "completed", "expired"]
    assert world.balance(cancelled[1]) == world.balance(expired[1]) == (2, 0, 0)
    assert world.problems() == []


def test_orders_run_out(world: World) -> None:
    order, maker = sell_order(world)
    unpublished = draft(world, maker)
    world.advance(days=31)
    with refused(world.connection, "order_expired"):
        take(world, order, world.user())
    with refused(world.connection, "order_expired"):
        publish(world, unpublished, maker)
    with world.acting("service_role"):
        assert world.one("select service.orders_expire(500)") == 2
        assert world.one("select service.orders_expire(500)") == 0
    assert _order(world, order)[0] == _order(world, unpublished)[0] == "expired"
    assert world.balance(maker) == (2, 0, 0)
    assert world.problems() == []


def test_a_take_repeated_is_one_trade(world: World) -> None:
    order, _ = sell_order(world)
    taker = world.user()
    command = take_command(order, taker, "0.1") | {"idempotency_key": "once"}
    first = world.command("order_take", **command)
    assert world.command("order_take", **command) == first | {"replayed": True}
    assert _order(world, order)[2] == Decimal("0.1")
    with refused(world.connection, "idempotency_key_reused"):
        world.command("order_take", **command, request_hash="other")


def _fiat(world: World, trade: UUID) -> Decimal:
    paid: Decimal = world.one("select fiat_amount::numeric from public.p2p_trades where id = %s",
                              trade)  # fmt: skip
    return paid


@pytest.mark.parametrize(
    ("price", "amount", "fiat"),
    [
        ("33333.33", "0.00001005", "0.33"), ("33333.33", "0.0000102", "0.34"),
        ("33333.33", "0.5", "16666.67"), ("50000.37", "0.1", "5000.04"),
        ("500", "0.00001", "0.01"), ("500", "0.00003", "0.02"),
    ],
)  # fmt: skip
def test_fiat_is_rounded_half_up_to_its_decimals(
    world: World, price: str, amount: str, fiat: str
) -> None:
    order, _ = sell_order(world, price=price, min_order_amount="0.00001")
    trade = take(world, order, world.user(), amount, expected_price=price)
    assert _fiat(world, trade) == Decimal(fiat)


@pytest.mark.parametrize("currency", ["USD", "IDR"])
def test_fiat_is_exact_for_any_price(world: World, currency: str) -> None:
    random = Random(currency)
    decimals = world.one("select private.decimals_of(%s)", currency)
    for _ in range(12):
        units, price_units = random.randint(10**6, 10**8), random.randint(10**6, 10**12)
        amount, price = Decimal(units).scaleb(-8), Decimal(price_units).scaleb(-6)
        order, _ = sell_order(world, price=price, fiat_currency=currency)
        trade = take(world, order, world.user(), str(amount), expected_price=price)
        exact = Fraction(units, 10**8) * Fraction(price_units, 10**6) * 10**decimals
        rounded = (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
        assert _fiat(world, trade) == Decimal(rounded).scaleb(-decimals)


def test_nothing_is_sold_for_nothing(world: World) -> None:
    cheap, _ = sell_order(world, price="499", min_order_amount="0.00001")
    with refused(world.connection, "fiat_amount_not_exact"):
        take(world, cheap, world.user(), "0.00001", expected_price="499")


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"amount": "0"}, "bad_order"), ({"price": "-1"}, "bad_order"),
        ({"amount": "NaN"}, "23514"),
        ({"min_order_amount": "2"}, "bad_order"), ({"max_order_amount": "2"}, "bad_order"),
        ({"cryptocurrency": "USD"}, "bad_order"), ({"fiat_currency": "BTC"}, "bad_order"),
        ({"cryptocurrency": "DOGE"}, "bad_order 23503"), ({"amount": "1.000000001"}, "bad_order"),
        ({"min_order_amount": "0.000000001"}, "bad_order"), ({"time_limit": 14}, "bad_order"),
        ({"time_limit": 4321}, "bad_order"), ({"payment_methods": []}, "bad_order"),
        ({"payment_methods": ["barter"]}, "bad_order"),
        ({"payment_methods": ["sepa", "sepa"]}, "bad_order"),
        ({"payment_methods": ["sepa", None]}, "bad_order"),
        ({"payment_methods": ["sepa", "bank_transfer"], "time_limit": 59}, "bad_order"),
        ({"min_taker_tier": 4}, "bad_order"), ({"min_taker_tier": -1}, "bad_order"),
        ({"expires_at": "infinity"}, "bad_order"),
        ({"expires_at": datetime.now(UTC) + timedelta(days=91)}, "bad_order"),
        ({"terms": "x" * 5001}, "23514 bad_order"),
    ],
)  # fmt: skip
def test_a_draft_makes_sense(world: World, changes: dict[str, Any], codes: str) -> None:
    with refused(world.connection, *codes.split()):
        draft(world, world.user(), **changes)


@pytest.mark.parametrize(
    "column", ["status", "remaining", "reserved", "settled", "withdrawn", "version",
               "completed_trades", "last_event", "created_at"],
)  # fmt: skip
def test_a_maker_does_not_write_what_commands_keep(world: World, column: str) -> None:
    maker = world.user()
    order = draft(world, maker)
    value = {"status": "'active'", "last_event": "'publish'", "created_at": "now()"}
    as_user(world.connection, maker)
    with refused(world.connection, "42501"):
        world.connection.execute(
            f"update public.p2p_orders set {column} = {value.get(column, '1')} "
            f"where id = '{order}'".encode()
        )
    with refused(world.connection, "42501"):
        world.connection.execute(
            f"insert into public.p2p_orders ({column}) values ({value.get(column, '1')})".encode()
        )
    as_owner(world.connection)


@pytest.mark.parametrize("how", ["active", "paused", "cancelled"])
def test_who_writes_to_a_published_order_is_told(world: World, how: str) -> None:
    """Not answered as if it were done."""
    order, maker = sell_order(world)
    if how != "active":
        word = "order_pause" if how == "paused" else "order_cancel"
        world.command(word, order_id=order, actor_id=maker)
    before = world.rows("select to_jsonb(o) from public.p2p_orders as o where id = %s", order)
    as_user(world.connection, maker)
    for change in ("price = 1", "terms = 'new'", "price = price", "expires_at = now()",
                   "min_taker_tier = 3"):  # fmt: skip
        with refused(world.connection, "order_is_published"):
            world.connection.execute(
                f"update public.p2p_orders set {change} where id = '{order}'".encode()
            )
    with refused(world.connection, "order_is_published"):
        world.connection.execute(f"delete from public.p2p_orders where id = '{order}'".encode())
    as_owner(world.connection)
    assert world.rows(
        "select to_jsonb(o) from public.p2p_orders as o where id = %s", order
    ) == before  # fmt: skip
    # A draft is its maker's, and another's is nobody else's.
    mine = draft(world, maker)
    as_user(world.connection, maker)
    assert world.run("update public.p2p_orders set terms = 'new' where id = %s", mine) == 1
    assert world.run("delete from public.p2p_orders where id = %s", mine) == 1
    as_owner(world.connection)
    as_user(world.connection, world.user("stranger"))
    foreign: LiteralString = "update public.p2p_orders set terms = 'new' where id = %s"
    if how == "active":
        with refused(world.connection, "not_yours"):
            world.run(foreign, order)
    else:
        # Who does not see it is told of nothing.
        assert world.run(foreign, order) == 0


def test_a_published_order_is_fixed_even_for_the_owner(world: World) -> None:
    order, _ = sell_order(world)
    for change in ("amount = amount * 2, max_order_amount = 1", "user_id = gen_random_uuid()",
                   "type = 'buy'", "cryptocurrency = 'ETH'"):  # fmt: skip
        with refused(world.connection, "order_is_published", "p2p_orders_adds_up"):
            world.connection.execute(
                f"update public.p2p_orders set {change}, version = version + 1, "
                f"last_event = 'take', last_actor_role = 'taker' where id = '{order}'".encode()
            )


def test_a_take_names_one_of_the_payment_methods(world: World) -> None:
    order, _ = sell_order(world, payment_methods=["sepa", "cash_deposit"])
    for wrong in (None, "pix", ""):
        with refused(world.connection, "payment_method_not_offered"):
            take(world, order, world.user(), payment_method=wrong)
    trade = take(world, order, world.user(), "0.02", payment_method="cash_deposit")
    two_days = timedelta(hours=48)
    assert world.rows(
        "select t.payment_method, e.perform_within, e.accept_within, e.deadline_at - e.created_at "
        "from public.p2p_trades as t "
        "join private.escrow_transactions as e on e.id = t.id where t.id = %s", trade,
    ) == [("cash_deposit", two_days, timedelta(hours=24), two_days)]  # fmt: skip


def test_an_instant_payment_is_confirmed_within_the_hour(world: World) -> None:
    order, maker = sell_order(world, payment_methods=["sepa_instant"])
    taker = world.user()
    trade = Escrow(world, take(world, order, taker), maker, taker)
    as_user(world.connection, taker)
    snapshot = world.one("select public.escrow_snapshot(%s)", trade.id)
    as_owner(world.connection)
    assert snapshot["escrow"]["perform_within"] == 15 * 60
    assert snapshot["escrow"]["accept_within"] == 60 * 60


def test_a_method_that_is_gone_is_not_published(world: World) -> None:
    maker = world.user("maker")
    order = draft(world, maker, "buy", payment_methods=["pix"])
    world.run("update public.payment_methods set is_active = false where id = 'pix'")
    with refused(world.connection, "bad_order"):
        publish(world, order, maker)


def test_the_deadline_of_a_trade_is_its_orders(world: World) -> None:
    order, _ = sell_order(world, time_limit=60)
    taker = world.user()
    trade = take(world, order, taker)
    assert world.rows(
        "select perform_within, deadline_at - created_at, expires_at - created_at "
        "from private.escrow_transactions where id = %s", trade,
    ) == [(timedelta(hours=1), timedelta(hours=1), timedelta(minutes=70))]  # fmt: skip
