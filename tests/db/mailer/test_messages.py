"""Events into messages, and what the database holds to: once, in time, forward, within costs."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg.types.json import Jsonb

from functions.mailer.texts import en
from stack.identity import as_owner, as_user
from tests.world.refused import refused
from tests.world.webhooks import relay, serve
from tests.world.world import World


def tell(world: World, person: UUID, event: str, **data: Any) -> UUID:
    """An event that concerns a person, relayed; its id."""
    world.run(
        "select private.emit_event(%s, 'thing', gen_random_uuid(), 1, array[%s]::uuid[], %s, "
        "private.clock())", event, person, Jsonb(data),
    )  # fmt: skip
    event_id: UUID = world.one("select event_id from private.outbox order by id desc limit 1")
    relay(world)
    return event_id


def messages(world: World, person: UUID) -> list[tuple[Any, ...]]:
    return world.rows(
        "select kind, channel::text, status, next_attempt_at from public.message_deliveries "
        "where user_id = %s order by kind, channel", person,
    )  # fmt: skip


def enqueue(world: World) -> list[dict[str, Any]]:
    queued: list[dict[str, Any]] = serve(world, "select service.message_enqueue()")
    return queued


def claim(world: World, message: dict[str, Any]) -> Any:
    return serve(
        world, "select service.message_claim(%s, %s)", message["delivery_id"], message["attempt"]
    )


def record(world: World, message: dict[str, Any], outcome: str, **told: Any) -> Any:
    return serve(
        world,
        "select service.message_record(%s, %s, %s, %s, 'ses', %s, 'en', %s, 'word')",
        message["delivery_id"], message["attempt"], outcome, told.get("next_in"),
        told.get("provider_id"), told.get("units", 1),
    )  # fmt: skip


def receipt(world: World, delivery_id: str, event: str, provider_id: str) -> Any:
    return serve(
        world, "select service.message_receipt(%s, 'ses', %s, %s)", delivery_id, provider_id, event
    )


def status(world: World, delivery_id: str) -> tuple[Any, ...]:
    (row,) = world.rows(
        "select status, status_detail, next_attempt_at is null, cost, attempt_count "
        "from public.message_deliveries where id = %s", delivery_id,
    )  # fmt: skip
    return row


def reachable(world: World, phone: str | None = None) -> UUID:
    """A person whose feed is told, with a verified number where one is given; nothing waits."""
    person = world.user()
    if phone:
        world.run("update auth.users set phone = %s where id = %s", phone, person)
        world.run(
            "insert into public.profile_verifications (party_id, change, flag, source) "
            "values (%s, 'verify', 'phone', 'operator')",
            person,
        )
    relay(world)
    world.run("delete from public.message_deliveries")
    return person


def test_an_event_is_told_once_to_each_and_only_if_it_has_a_kind(world: World) -> None:
    one, other = reachable(world), reachable(world)
    tell(world, one, "payout.confirm", amount="5", currency="USDC_BASE")
    tell(world, one, "payout.claim")
    tell(world, one, "escrow.timeout_settle", state="refunded")
    tell(world, one, "escrow.timeout_settle", state="void")
    assert [row[0] for row in messages(world, one)] == ["payout.paid", "trade.refunded"]
    assert messages(world, other) == []
    # The feed told twice, as a relay that died in between would not: still one message.
    world.run(
        "insert into public.notifications select private.uuid_v7(private.clock()), user_id, "
        "event_id, event, object_type, object_id, sequence, data, created_at "
        "from public.notifications where user_id = %s", one,
    )  # fmt: skip
    assert len(messages(world, one)) == 2


@pytest.mark.parametrize(
    "gone",
    [
        "update auth.users set email_confirmed_at = null where id = %s",
        "update auth.users set deleted_at = private.clock() where id = %s",
        "update public.profiles set deleted_at = private.clock() where id = %s",
        "insert into public.message_preferences values (%s, 'payout.paid', 'email', false)",
    ],
)
def test_who_is_not_written_to(world: World, gone: Any) -> None:
    person = reachable(world)
    tell(world, person, "payout.confirm")
    world.run(gone, person)
    tell(world, person, "payout.confirm")
    assert len(messages(world, person)) == 1
    # What waits already is looked at again before it goes.
    (queued,) = enqueue(world)
    assert claim(world, queued) is None
    assert status(world, queued["delivery_id"])[1] in ("no_address", "turned_off")


@pytest.mark.parametrize(
    ("zone", "quiet", "channel", "at", "until"),
    [
        ("UTC", None, "email", "23:00", None),
        ("UTC", None, "sms", "23:00", "2026-12-02T07:00"),
        ("UTC", None, "sms", "06:59", "2026-12-01T07:00"),
        ("UTC", None, "sms", "07:00", None),
        ("UTC", None, "sms", "21:59", None),
        # 20:00 in UTC is 23:00 in Nairobi.
        ("Africa/Nairobi", None, "sms", "20:00", "2026-12-02T04:00"),
        ("Africa/Nairobi", None, "sms", "05:00", None),
        (
            "Asia/Kolkata",
            (timedelta(hours=9), timedelta(hours=18)),
            "email",
            "04:00",
            "2026-12-01T12:30",
        ),
        ("Asia/Kolkata", (timedelta(hours=9), timedelta(hours=18)), "sms", "13:00", None),
        (
            "America/New_York",
            (timedelta(hours=21), timedelta(hours=8)),
            "email",
            "02:30",
            "2026-12-01T13:00",
        ),
    ],
)
def test_quiet_hours(
    world: World, zone: str, quiet: Any, channel: str, at: str, until: str | None
) -> None:
    person = world.user()
    world.run(
        "insert into public.message_settings (user_id, time_zone, quiet_from, quiet_until) "
        "values (%s, %s, %s, %s)", person, zone, *(quiet or (None, None)),
    )  # fmt: skip
    now = f"2026-12-01T{at}:00+00:00"
    found = world.one("select private.quiet_until(%s, %s, %s)", person, channel, now)
    assert found == (until and datetime.fromisoformat(f"{until}:00+00:00"))


def test_what_can_wait_waits_for_the_morning_and_what_cannot_does_not(world: World) -> None:
    person = reachable(world, "254700000001")
    for kind in ("payout.paid", "trade.paid"):
        world.run(
            "insert into public.message_preferences values (%s, %s, 'sms', true)", person, kind
        )
    hour = world.now().astimezone(UTC).hour
    world.run(
        "insert into public.message_settings (user_id, quiet_from, quiet_until) "
        "values (%s, make_interval(hours => %s), make_interval(hours => %s))",
        person, hour, (hour + 1) % 24,
    )  # fmt: skip
    tell(world, person, "payout.confirm")
    tell(world, person, "escrow.perform")
    queued = enqueue(world)
    assert [row[:2] for row in messages(world, person)] == [
        ("payout.paid", "email"), ("payout.paid", "sms"),
        ("trade.paid", "email"), ("trade.paid", "sms"),
    ]  # fmt: skip
    assert {claim(world, each)["kind"] for each in queued} == {"trade.paid"}
    world.advance(minutes=61)
    assert {claim(world, each)["kind"] for each in enqueue(world)} >= {"payout.paid"}


def test_a_message_is_claimed_by_one_and_comes_back_when_its_sender_dies(world: World) -> None:
    person = reachable(world)
    tell(world, person, "payout.fail", amount="5", currency="USDC_BASE")
    (queued,) = enqueue(world)
    assert enqueue(world) == []
    claimed = claim(world, queued)
    assert claim(world, queued) is None
    assert (claimed["kind"], claimed["data"]["amount"], claimed["language"]) == (
        "payout.failed", "5", None,
    )  # fmt: skip
    world.advance(seconds=91)
    (again,) = enqueue(world)
    assert again["attempt"] == 1
    assert record(world, queued, "send", provider_id="late") is True
    assert claim(world, again) is None
    assert status(world, queued["delivery_id"])[0] == "sent"


def test_a_message_ends_when_it_is_no_news_any_more(world: World) -> None:
    person = reachable(world)
    tell(world, person, "payout.fail")
    (queued,) = enqueue(world)
    claim(world, queued)
    record(world, queued, "retry", next_in=3600)
    assert enqueue(world) == []
    world.advance(days=3)
    assert enqueue(world) == []
    assert status(world, queued["delivery_id"])[:3] == ("failed", "too_late", True)


def test_the_status_only_goes_forward(world: World) -> None:
    person = reachable(world)
    tell(world, person, "payout.fail")
    (queued,) = enqueue(world)
    claim(world, queued)
    # The receipt may be quicker than the record of the attempt.
    assert receipt(world, queued["delivery_id"], "deliver", "m-1") == "applied"
    assert record(world, queued, "send", provider_id="m-1") is False
    assert status(world, queued["delivery_id"])[0] == "delivered"
    assert receipt(world, queued["delivery_id"], "deliver", "m-1") == "noted"
    assert receipt(world, queued["delivery_id"], "bounce", "another") == "unmatched"
    assert receipt(world, str(uuid4()), "bounce", "m-1") == "unmatched"
    assert receipt(world, queued["delivery_id"], "bounce", "m-1") == "applied"
    for moved in ("sent", "delivered", "waiting"):
        with refused(world.connection, "illegal_move"):
            world.run(
                "update public.message_deliveries set status = %s, last_event = 'deliver', "
                "next_attempt_at = case %s when 'waiting' then private.clock() end "
                "where id = %s", moved, moved, queued["delivery_id"],
            )  # fmt: skip


def test_costs_are_counted_once_and_a_limit_makes_mail_wait(world: World) -> None:
    person = reachable(world)
    world.run("delete from private.message_spending")
    world.run("update private.message_rates set daily_limit = 0.0001 where channel = 'email'")
    tell(world, person, "payout.fail")
    tell(world, person, "payout.fail")
    first, second = enqueue(world)
    claim(world, first)
    record(world, first, "retry", next_in=0)
    (again,) = enqueue(world)
    assert claim(world, again) is not None
    record(world, again, "send", provider_id="m-1", units=3)
    assert world.one("select cost from private.message_spending") == world.one("select 0.0003")
    assert status(world, first["delivery_id"])[3] == world.one("select 0.0003")
    assert claim(world, second) == {"limit_met": True}
    assert status(world, second["delivery_id"])[1:3] == ("limit_met", False)
    assert enqueue(world) == []
    world.advance(days=1)
    (later,) = enqueue(world)
    assert claim(world, later) is not None


@pytest.mark.parametrize("kind", ["auth.nothing", "trade.paid", "", None])
def test_auth_asks_for_kinds_of_its_own(world: World, kind: str | None) -> None:
    with refused(world.connection, "message_kind_unknown"):
        world.run(
            "select service.message_ask(gen_random_uuid(), %s, gen_random_uuid(), 1, 'a@b.org')",
            kind,
        )


def test_a_call_of_auth_is_one_message_however_often_it_comes(world: World) -> None:
    call = {
        "user_id": str(uuid4()), "kind": "auth.signup", "source_id": str(uuid4()), "part": 1,
        "address": "Somebody@Example.org",
    }  # fmt: skip

    def ask() -> Any:
        return serve(world, "select service.message_ask(%s, %s, %s, %s, %s)", *call.values())

    first = ask()
    assert (first["outcome"], ask()["outcome"]) == ("send", "busy")
    # Nobody but Auth can say it again: no sender takes it up.
    world.advance(seconds=4)
    assert enqueue(world) == []
    second = ask()
    assert (second["outcome"], second["attempt"]) == ("send", 1)
    message = {"delivery_id": first["delivery_id"], "attempt": 0}
    assert record(world, message, "send", provider_id="m-1") is False
    assert record(world, {**message, "attempt": 1}, "send", provider_id="m-1") is True
    assert ask()["outcome"] == "sent"
    masked, data, cost = world.rows(
        "select masked_address, data, cost from public.message_deliveries where id = %s",
        first["delivery_id"],
    )[0]  # fmt: skip
    assert (masked, data, f"{cost:.4f}") == ("S***@E***.org", None, "0.0001")
    call["source_id"] = str(uuid4())
    abandoned = ask()
    world.advance(minutes=11)
    enqueue(world)
    assert status(world, abandoned["delivery_id"])[:2] == ("failed", "too_late")


def test_deliveries_are_their_persons_and_forgotten_after_180_days(world: World) -> None:
    person, other = reachable(world), reachable(world)
    tell(world, person, "payout.fail")
    count = "select count(*) from public.message_deliveries"
    assert _seen(world, person, count) == 1
    assert _seen(world, other, count) == 0
    world.advance(days=179)
    serve(world, "select service.housekeeping()")
    assert len(messages(world, person)) == 1
    world.advance(days=2)
    assert serve(world, "select service.housekeeping()")["messages"] >= 1
    assert messages(world, person) == []


def _seen(world: World, person: UUID, query: Any) -> Any:
    as_user(world.connection, person)
    try:
        return world.one(query)
    finally:
        as_owner(world.connection)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (("auth.recovery", "email", False), "message_kind_fixed"),
        (("security.destination", "email", False), "message_kind_fixed"),
        (("security.destination", "sms", False), None),
        (("trade.cancelled", "sms", True), "message_channel_unknown"),
        (("trade.paid", "email", False), None),
        (("no.such_kind", "email", False), "23503"),
    ],
)
def test_what_a_person_may_choose(world: World, row: Any, code: str | None) -> None:
    person = world.user()
    query = "insert into public.message_preferences (user_id, kind, channel, is_wanted) values ({})"
    given = ", ".join(f"'{each}'" for each in (person, *row))
    as_user(world.connection, person)
    with refused(world.connection, code) if code else world.connection.transaction():
        world.connection.execute(query.format(given).encode())


def test_every_kind_has_its_text_and_every_event_is_one_that_happens(world: World) -> None:
    kinds = {row[0] for row in world.rows("select id from public.message_kinds")}
    assert kinds == {*en.MAIL, *en.SMS}
    urgent = world.rows(
        "select id from public.message_kinds "
        "where id like 'auth.%%' and (may_turn_off or not is_urgent)"
    )
    assert urgent == []
    # An event of a machine is one of its moves.
    unknown = world.rows(
        "select e.event from private.message_events as e where split_part(e.event, '.', 1) "
        "in ('escrow', 'payout') and not exists (select from private.state_edges as s "
        "where s.machine || '.' || s.event = e.event) order by 1"
    )
    assert unknown == [("payout.returned",)]
