"""Trades that come to nothing: the part is listed again, and whose doing it was waits."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest

from stack.identity import as_owner, as_user
from tests.world.escrow import Escrow
from tests.world.ratings import ruled
from tests.world.refused import refused
from tests.world.trades import draft, publish, sell_order, take
from tests.world.verifications import operator_says, person
from tests.world.world import World

PART = "0.001"


def concede(world: World, trade: Escrow) -> None:
    trade.commit("concede", "payee")


def concede_after_payment(world: World, trade: Escrow) -> None:
    trade.commit("perform", "payee")
    trade.commit("concede", "payee")


def concede_in_a_dispute(world: World, trade: Escrow) -> None:
    trade.commit("perform", "payee")
    trade.commit("dispute", "payer")
    trade.commit("concede", "payee")


def ask_to_cancel(world: World, trade: Escrow) -> None:
    _agree(world, trade, "payee", "payer")


def be_asked_to_cancel(world: World, trade: Escrow) -> None:
    _agree(world, trade, "payer", "payee")


def _agree(world: World, trade: Escrow, asks: str, accepts: str) -> None:
    trade.commit("offer_split", asks, payload={"payee_amount": "0"})
    trade.commit("accept_split", accepts)


def not_pay(world: World, trade: Escrow) -> None:
    trade.expire()
    trade.commit("timeout_refund", "timer")


def lose_a_dispute(world: World, trade: Escrow) -> None:
    ruled(world, trade, "payer")


def win_a_dispute(world: World, trade: Escrow) -> None:
    ruled(world, trade, "payee")


End = Callable[[World, Escrow], Any]
# How the buyer makes an end of a trade, and what it is called.
GIVES_UP: dict[str, tuple[End, str]] = {
    "concedes": (concede, "conceded"), "concedes paid": (concede_after_payment, "conceded"),
    "concedes disputed": (concede_in_a_dispute, "conceded"), "does not pay": (not_pay, "unpaid"),
    "cancels": (ask_to_cancel, "cancelled"), "loses": (lose_a_dispute, "ruled"),
}  # fmt: skip
HONEST: dict[str, tuple[End, str]] = {
    "is asked to cancel": (be_asked_to_cancel, "cancelled"), "wins": (win_a_dispute, "released"),
    "buys": (lambda world, trade: trade.commit("accept", "payer"), "released"),
}  # fmt: skip


def row(world: World, order: UUID) -> tuple[Any, ...]:
    return world.rows(
        "select status::text, remaining::numeric, reserved::numeric, settled::numeric, "
        "withdrawn::numeric, completed_trades from public.p2p_orders where id = %s", order,
    )[0]  # fmt: skip


def end_of(world: World, trade: Escrow) -> tuple[str, UUID | None]:
    found: tuple[str, UUID | None] = world.rows(
        "select ended_as::text, given_up_by from public.p2p_trades where id = %s", trade.id
    )[0]
    return found


def newcomer(world: World) -> UUID:
    """Somebody who has signed up, with the money for what a dispute may cost."""
    made = world.user("newcomer", limited=True)
    world.deposit(made, "1")
    return made


def waits_until(world: World, who: UUID) -> datetime | None:
    as_user(world.connection, who)
    until = world.one("select public.my_limits() ->> 'waits_until'")
    as_owner(world.connection)
    return datetime.fromisoformat(until) if until else None


def refused_until(world: World, order: UUID, taker: UUID) -> datetime:
    """The take is refused since its taker waits; until when."""
    with pytest.raises(psycopg.Error) as caught, world.connection.transaction():
        take(world, order, taker, PART)
    diag = caught.value.diag
    assert (caught.value.sqlstate, diag.message_primary) == ("PT429", "take_cooldown")
    told = json.loads(diag.message_detail or "")
    assert told["until"][:19] in told["detail"]
    return datetime.fromisoformat(told["until"])


@pytest.mark.parametrize("how", GIVES_UP)
def test_a_taker_who_gives_up_empties_no_order_and_waits(world: World, how: str) -> None:
    end, name = GIVES_UP[how]
    order, maker = sell_order(world, PART, min_order_amount=PART)
    others = [sell_order(world, PART, min_order_amount=PART)[0] for _ in range(2)]
    taker = newcomer(world)
    trade = Escrow(world, take(world, order, taker, PART), maker, taker)
    end(world, trade)
    assert end_of(world, trade) == (name, taker)
    # All of it can be taken again, and the money is that of the order again.
    assert row(world, order) == ("active", Decimal(PART), 0, 0, 0, 0)
    assert world.balance(maker) == (Decimal(PART), 0, Decimal(PART))
    for other in (order, *others):
        assert refused_until(world, other, taker) > world.now()
    take(world, order, world.user("next"), PART)
    assert world.problems() == []


def test_the_wait_grows_with_what_is_given_up(world: World) -> None:
    """A large order in ten parts, or ten makers: hours for an account without a name."""
    order, maker = sell_order(world, "0.01", min_order_amount=PART)
    taker = newcomer(world)
    began, waits = world.now(), []
    for _ in range(3):
        trade = Escrow(world, take(world, order, taker, PART), maker, taker)
        at = world.now()
        concede(world, trade)
        until = refused_until(world, order, taker)
        assert waits_until(world, taker) == until
        waits.append(until - at)
        world.advance_to(until + timedelta(seconds=1))
    assert [round(wait / timedelta(minutes=1)) for wait in waits] == [10, 60, 720]
    assert world.now() - began > timedelta(hours=13)
    assert row(world, order) == ("active", Decimal("0.01"), 0, 0, 0, 0)
    # A day later nothing is held against them.
    world.advance(days=8)
    assert waits_until(world, taker) is None


@pytest.mark.parametrize(("tier", "free"), [(0, 0), (1, 1), (2, 2), (3, 12)])
def test_who_is_better_known_may_change_their_mind(world: World, tier: int, free: int) -> None:
    order, maker = sell_order(world, "0.1", min_order_amount=PART)
    taker = person(world, tier) if tier < 3 else world.user()
    for _ in range(free):
        concede(world, Escrow(world, take(world, order, taker, PART), maker, taker))
    assert waits_until(world, taker) is None
    if tier < 3:
        concede(world, Escrow(world, take(world, order, taker, PART), maker, taker))
        refused_until(world, order, taker)


@pytest.mark.parametrize("how", HONEST)
def test_an_honest_taker_waits_for_nothing(world: World, how: str) -> None:
    end, name = HONEST[how]
    order, maker = sell_order(world, "0.1", min_order_amount=PART)
    taker = newcomer(world)
    trade = Escrow(world, take(world, order, taker, PART), maker, taker)
    end(world, trade)
    assert end_of(world, trade) == (name, None)
    assert waits_until(world, taker) is None
    take(world, order, taker, PART)


def test_what_nobody_decided_is_nobodys_doing(world: World) -> None:
    world.run("update public.escrow_policies set undecided_payee_bps = 0 where id = 'p2p_crypto'")
    order, maker = sell_order(world, PART, min_order_amount=PART)
    taker = newcomer(world)
    trade = Escrow(world, take(world, order, taker, PART), maker, taker)
    for event, role in (("perform", "payee"), ("dispute", "payer"), ("statement", "payer"),
                        ("statement_reply", "payee")):  # fmt: skip
        trade.commit(event, role)
    while trade.place[0] == "disputed":
        trade.expire()
        last = world.one("select reassignments from public.disputes where escrow_id = %s", trade.id)
        trade.commit("timeout_acknowledge" if last < 3 else "timeout_undecided", "timer")
    assert end_of(world, trade) == ("undecided", None)
    assert row(world, order)[:2] == ("active", Decimal(PART))


@pytest.mark.parametrize("how", ["concedes", "concedes paid", "does not pay", "loses"])
def test_a_maker_who_does_not_buy_is_not_listed_again(world: World, how: str) -> None:
    """Whoever sells into the order has done nothing wrong; its maker has."""
    end, name = GIVES_UP[how]
    maker, taker = newcomer(world), newcomer(world)
    order = draft(world, maker, "buy", PART, min_order_amount=PART)
    publish(world, order, maker)
    trade = Escrow(world, take(world, order, taker, PART), taker, maker)
    end(world, trade)
    assert end_of(world, trade) == (name, maker)
    # No trade of it settled: it is not completed.
    assert row(world, order) == ("cancelled", 0, 0, 0, Decimal(PART), 0)
    assert world.one("select last_event from public.p2p_orders where id = %s", order) == "lapse"
    assert world.balance(taker) == (1, 0, 0)
    again = draft(world, maker, "buy", PART, min_order_amount=PART)
    with refused(world.connection, "take_cooldown"):
        publish(world, again, maker)
    take(world, sell_order(world, PART, min_order_amount=PART)[0], taker, PART)
    world.advance_to((waits_until(world, maker) or world.now()) + timedelta(seconds=1))
    publish(world, again, maker)
    assert world.problems() == []


def test_nobody_takes_from_a_maker_who_has_just_given_up(world: World) -> None:
    maker = newcomer(world)
    operator_says(world, maker, "grant_tier", tier=1)
    world.run("update public.take_cooldowns set ends = 1 where tier = 1 and ends = 2")
    first, second = (draft(world, maker, "buy", PART, min_order_amount=PART) for _ in range(2))
    publish(world, first, maker)
    publish(world, second, maker)
    taker = newcomer(world)
    concede(world, Escrow(world, take(world, first, taker, PART), taker, maker))
    with refused(world.connection, "counterparty_limit"):
        take(world, second, taker, PART)
    world.advance(minutes=11)
    take(world, second, taker, PART)


def test_a_part_of_an_order_that_was_closed_meanwhile_goes_to_its_maker(world: World) -> None:
    for how, (end, _) in GIVES_UP.items():
        order, maker = sell_order(world, PART, min_order_amount=PART)
        taker = world.user("taker")
        world.deposit(taker, "1")
        trade = Escrow(world, take(world, order, taker, PART), maker, taker)
        world.command("order_cancel", order_id=order, actor_id=maker)
        end(world, trade)
        assert row(world, order) == ("cancelled", 0, 0, 0, Decimal(PART), 0), how
        assert world.balance(maker) == (2 * Decimal(PART), 0, 0), how
    assert world.problems() == []


def test_a_paused_order_keeps_the_part_for_later(world: World) -> None:
    order, maker = sell_order(world, PART, min_order_amount=PART)
    taker = world.user("taker")
    trade = Escrow(world, take(world, order, taker, PART), maker, taker)
    world.command("order_pause", order_id=order, actor_id=maker)
    concede(world, trade)
    assert row(world, order) == ("paused", Decimal(PART), 0, 0, 0, 0)
    assert world.balance(maker) == (Decimal(PART), 0, Decimal(PART))


def test_an_order_is_completed_by_trades_only(world: World) -> None:
    """Whoever writes the row."""
    order, _ = sell_order(world)
    with refused(world.connection, "p2p_orders_completed_has_trades"):
        world.run(
            "update public.p2p_orders set status = 'completed', withdrawn = amount, remaining = 0, "
            "version = version + 1, last_event = 'fill', last_actor_role = 'system' where id = %s",
            order,
        )


def test_trades_that_end_at_once_are_one_move_of_their_order(world: World) -> None:
    order, maker = sell_order(world, "0.004", min_order_amount=PART)
    trades = [Escrow(world, take(world, order, taker := world.user(), PART), maker, taker)
              for _ in range(4)]  # fmt: skip
    trades[0].commit("accept", "payer")
    trades[1].expire()
    many = trades[1].try_many(*(each.decision("timeout_refund", "timer") for each in trades[1:]))
    assert [each["refusal"] for each in many] == [None] * 3
    assert row(world, order) == ("active", 3 * Decimal(PART), 0, Decimal(PART), 0, 1)
    assert {end_of(world, each)[0] for each in trades[1:]} == {"unpaid"}
    assert world.problems() == []
