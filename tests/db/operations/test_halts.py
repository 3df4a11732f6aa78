"""What operators halt: nothing new begins, what runs goes on, and nothing is lost."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from stack.identity import as_owner, as_role
from tests.world.bad_input.right_commands import COMMANDS
from tests.world.escrow import Escrow
from tests.world.halts import ask_to_lift, halt, lift
from tests.world.market import PARTS, listing
from tests.world.operators import confirm
from tests.world.prices import list_rates, quote, record, record_price
from tests.world.rails import (
    FINGERPRINT,
    apply,
    awaiting,
    claim,
    destination,
    outcome,
    payment_of,
    released,
    report,
)
from tests.world.refused import refused
from tests.world.trades import contract, draft, publish, sell_order, take
from tests.world.webhooks import relay
from tests.world.world import World

PAIR = "BTC/USD"


def _told(world: World, who: UUID) -> list[str]:
    relay(world)
    return [
        event
        for (event,) in world.rows(
            "select event from public.notifications where user_id = %s and event like 'halt.%%'"
            " order by event", who,
        )
    ]  # fmt: skip


def _shown(world: World) -> list[tuple[str, str]]:
    as_role(world.connection, "anon")
    found = world.one("select public.halted()")
    as_owner(world.connection)
    assert all(each.keys() == {"kind", "name", "since", "ends_at"} for each in found)
    return [(each["kind"], each["name"]) for each in found]


@pytest.mark.parametrize(
    ("kind", "name"), [("pair", PAIR), ("network", "bitcoin"), ("rail", "internal")]
)
def test_nothing_new_begins_in_a_halted_pair(world: World, kind: str, name: str) -> None:
    order, maker = sell_order(world)
    rested, resting = sell_order(world)
    world.command("order_pause", order_id=rested, actor_id=resting)
    fresh = draft(world, maker, amount="0.5")
    stranger = world.user()
    trade = Escrow(world, take(world, order, taker := world.user()), maker, taker)

    halted = halt(world, kind, name)
    assert _shown(world) == [(kind, name)]
    with refused(world.connection, "halted"):
        take(world, order, world.user())
    with refused(world.connection, "halted"):
        publish(world, fresh, maker)
    with refused(world.connection, "halted"):
        world.command("order_resume", order_id=rested, actor_id=resting, aal="aal2")
    trade.commit("perform", "payee")
    trade.commit("accept", "payer")
    assert trade.place == ("released", "")
    world.command("order_pause", order_id=order, actor_id=maker)
    if kind == "pair":
        other = draft(world, maker, amount="0.1", fiat_currency="EUR", max_order_amount="0.1")
        publish(world, other, maker)
    world.command("order_cancel", order_id=rested, actor_id=resting)

    assert lift(world, halted)["still_halted"] is False
    assert _shown(world) == []
    world.command("order_resume", order_id=order, actor_id=maker, aal="aal2")
    take(world, order, world.user())
    assert _told(world, maker) == ["halt.begun", "halt.lifted"]
    assert _told(world, stranger) == []
    audited = world.rows(
        "select action, after ->> 'reason', after ->> 'lift_reason', actor_id, one_operator"
        " from public.audit_log where table_name = 'halts' and row_id = %s order by id",
        halted["halt_id"],
    )
    assert audited == [
        ("create", "it lies", "", world.operator, False),
        ("update", "it lies", "mended", world.operator, False),
    ]


def test_each_halt_has_its_own_end(world: World) -> None:
    order, _ = sell_order(world)
    ends = world.now() + timedelta(hours=2)
    first = halt(world, "pair", PAIR, ends_at=ends)
    second = halt(world, "pair", PAIR, actor_id=world.second_operator)
    assert lift(world, second)["still_halted"] is True
    with refused(world.connection, "halt_not_found"):
        ask_to_lift(world, second)
    with refused(world.connection, "halted"):
        take(world, order, world.user())
    world.advance(hours=2)
    take(world, order, world.user())
    with refused(world.connection, "halt_not_found"):
        ask_to_lift(world, first)
    for change in ("update public.halts set reason = 'other'", "delete from public.halts"):
        with refused(world.connection, "append_only"):
            world.connection.execute(change.encode())


def test_the_end_of_a_halt_is_told_once(world: World) -> None:
    _, maker = sell_order(world)
    ends = world.now() + timedelta(hours=2)
    timed, lifted = halt(world, "pair", PAIR, ends_at=ends), halt(world, "pair", PAIR, ends_at=ends)
    lift(world, lifted)
    assert _end(world) == 0
    world.advance(hours=2)
    assert _shown(world) == []
    assert (_end(world), _end(world)) == (1, 0)
    assert _told(world, maker) == ["halt.begun", "halt.begun", "halt.ended", "halt.lifted"]
    assert "halt.ended" in _told(world, world.operator)
    with refused(world.connection, "halt_not_found"):
        ask_to_lift(world, timed)
    for change in ("ended_at = null", "lifted_at = private.clock()"):
        with refused(world.connection, "append_only"):
            world.connection.execute(f"update public.halts set {change}".encode())
    # Nothing is over before its end, whoever writes it.
    running = halt(world, "pair", PAIR, ends_at=world.now() + timedelta(hours=1))
    with refused(world.connection, "halts_ended_by_the_clock"):
        world.run("update public.halts set ended_at = private.clock() where id = %s",
                  running["halt_id"])  # fmt: skip


def _end(world: World) -> int:
    with world.acting("service_role"):
        told: int = world.one("select service.halts_end()")
    return told


def test_two_lift_what_one_has_halted(world: World) -> None:
    halted = halt(world, "pair", PAIR)
    asked = ask_to_lift(world, halted)
    assert (asked["state"], _shown(world)) == ("open", [("pair", PAIR)])
    with refused(world.connection, "second_operator_required"):
        confirm(world, asked, actor_id=world.operator)
    confirm(world, asked)
    assert _shown(world) == []


def test_one_operator_alone_lifts_and_every_row_says_so(world: World) -> None:
    world.run("update public.operator_rules set one_operator = true")
    halted = halt(world, "pair", PAIR)
    assert "lifted_at" in ask_to_lift(world, halted)
    assert world.rows(
        "select distinct one_operator from public.audit_log where row_id = %s", halted["halt_id"]
    ) == [(True,)]


def test_a_halted_source_makes_no_index(world: World) -> None:
    now = record_price(world, "50000")
    halted = halt(world, "price_source", "coinbase")
    with world.acting("service_role"):
        assert world.one("select service.prices_due()")["halted_sources"] == ["coinbase"]
    later = now + timedelta(seconds=1)
    told = [quote(name, "50002", later) for name in ("coinbase", "coingecko", "kraken")]
    index = {"price": "50002", "as_of": later}
    # Whoever has not heard of the halt yet renews nothing.
    assert record(world, *told, index=index) == {"quotes": 3, "indexes": 0}
    later += timedelta(seconds=1)
    told = [quote(name, "50002", later) for name in ("coingecko", "kraken")]
    aside = quote("coinbase", "70000", later, "halted")
    assert record(world, *told, aside, index=index | {"as_of": later})["indexes"] == 1
    said = world.rows("select distinct outcome from public.price_history where source = 'coinbase'"
                      " and as_of > %s", now)  # fmt: skip
    assert said == [("halted",)]
    lift(world, halted)
    later += timedelta(seconds=1)
    told = [quote(name, "50003", later) for name in ("coingecko", "coinbase")]
    assert record(world, *told, index={"price": "50003", "as_of": later})["indexes"] == 1
    assert list_rates(world, {"EUR": "1.1"}) == 1
    halt(world, "price_source", "ecb")
    assert list_rates(world, {"EUR": "1.11"}) == 0
    heard = world.rows("select source, as_of from public.price_sources where source = 'coinbase'")
    assert heard == [("coinbase", later)]


@pytest.mark.parametrize("kind", ["rail", "network"])
def test_nothing_new_begins_over_a_halted_rail(world: World, kind: str) -> None:
    proposed, waiting, paid = contract(world), awaiting(world), awaiting(world)
    assert waiting.payer
    destination(world, waiting.payer)
    done, sent = released(world), released(world)
    for each in (done, sent):
        destination(world, each.payee)
        (taken,) = (one for one in claim(world) if one["group_id"] == str(each.id))
        outcome(world, taken, "submit", provider_reference=f"tx_{uuid4()}", next_in=1)
    queued = released(world)
    destination(world, queued.payee)
    deposit = {"escrow_id": waiting.id, "actor_id": waiting.payer, "address_kind": "evm",
               "key_fingerprint": FINGERPRINT}  # fmt: skip
    wallet = COMMANDS["wallet_deposit_begin"](world)
    withdrawal = COMMANDS["withdrawal_request"](world)
    offer = COMMANDS["offer_make"](world) | {"rail": "base"}
    world.run("update public.listings set rails = '{internal,base}' where id = %s",
              offer["listing_id"])  # fmt: skip

    halted = halt(world, kind, "base")
    for name, command in (
        ("escrow_deposit_begin", deposit), ("wallet_deposit_begin", wallet),
        ("withdrawal_request", withdrawal), ("offer_make", offer),
    ):  # fmt: skip
        with refused(world.connection, "halted"):
            world.command(name, **command)
    with refused(world.connection, "halted"):
        proposed.commit("sign", "payer")
    with refused(world.connection, "halted"):
        contract(world)
    # What came counts, what is held is settled, what was sent is followed.
    report(world, paid, "late")
    apply(world)
    assert paid.place == ("funded", "")
    paid.commit("accept", "payer")
    waiting.commit("cancel", "payer")
    world.advance(minutes=1)
    followed = {each["state"] for each in claim(world)}
    assert followed == {"submitted"}
    assert payment_of(world, queued)[0] == "created"
    told = [_told(world, who) for who in (queued.payee, waiting.payer, waiting.payee)]
    assert told == [["halt.begun"]] * 3

    lift(world, halted)
    went = {each["group_id"] for each in claim(world) if each["state"] == "claimed"}
    assert str(queued.id) in went
    proposed.commit("sign", "payer")
    world.command("withdrawal_request", **withdrawal)
    assert world.problems() == []


def test_another_rail_is_not_halted(world: World) -> None:
    halt(world, "rail", "stripe")
    awaiting(world, "base")
    with refused(world.connection, "halted"):
        awaiting(world, "stripe")
    seller = world.user("seller")
    world.command("offer_make", listing_id=listing(world, seller), actor_id=world.user("buyer"),
                  amount="100", milestones=PARTS)  # fmt: skip


def test_what_is_refused(world: World) -> None:
    wrong: list[tuple[str, str]] = [
        ("pair", "USD/BTC"), ("pair", "BTC"), ("rail", "solana"), ("network", "stripe"),
        ("price_source", "nobody"), ("party", "base"),
    ]  # fmt: skip
    for kind, name in wrong:
        with refused(world.connection, "halt_unknown"):
            halt(world, kind, name)
    now = world.now()
    bad: list[tuple[dict[str, Any], str]] = [
        ({"reason": " "}, "reason_required"), ({"reason": "x" * 501}, "reason_required"),
        ({"ends_at": now}, "bad_halt_end"), ({"ends_at": now + timedelta(days=32)}, "bad_halt_end"),
        ({"actor_id": world.arbiters[0]}, "operator_only"), ({"aal": "aal1"}, "step_up_required"),
    ]  # fmt: skip
    for fields, code in bad:
        with refused(world.connection, code):
            halt(world, "pair", PAIR, **fields)
    halted = halt(world, "pair", PAIR, idempotency_key="once")
    again = halt(world, "pair", PAIR, idempotency_key="once")
    assert again == halted | {"replayed": True}
    with refused(world.connection, "reason_required"):
        ask_to_lift(world, halted, reason="")
    with refused(world.connection, "halt_not_found"):
        ask_to_lift(world, {"halt_id": uuid4()})


def test_a_halt_that_is_forgotten_is_counted(world: World) -> None:
    old = "select service.halts_old()"
    halted = halt(world, "pair", PAIR)
    halt(world, "rail", "stripe", ends_at=world.now() + timedelta(days=9))
    assert world.one(old) == 0
    world.advance(days=1)
    assert world.one(old) == 1
    lift(world, halted)
    assert world.one(old) == 0
