"""Exports of the own data: who may ask and how often, what is in them, and how they end."""

from typing import Any, LiteralString
from uuid import UUID, uuid4

from stack.identity import as_owner, as_user
from tests.world.accounts import signed_in
from tests.world.erasures import begun
from tests.world.exports import ask, due, pages
from tests.world.refused import refused
from tests.world.world import World

_STATE: LiteralString = "select state from public.data_exports where id = %s"


def _record(world: World, export: Any) -> bool:
    with world.acting("service_role"):
        done: bool = world.one(
            "select service.data_export_record(%s, %s, %s, 9)", export["export_id"],
            f"exports/{export['export_id']}.json", "ab" * 32,
        )  # fmt: skip
    return done


def _over(world: World) -> list[str]:
    with world.acting("service_role"):
        over = world.one("select service.data_exports_over()")
        for each in over:
            assert world.one("select service.data_export_expire(%s)", each["export_id"])
    return [each["export_id"] for each in over]


def _opened(world: World, who: UUID, export: Any, aal: str = "aal2") -> Any:
    as_user(world.connection, who, aal=aal)
    opened = world.one("select public.data_export(%s)", export["export_id"])
    as_owner(world.connection)
    return opened


def test_once_a_day_and_with_the_second_factor(world: World) -> None:
    user = world.user()
    with refused(world.connection, "step_up_required"):
        ask(world, user, aal="aal1")
    key = {"idempotency_key": str(uuid4()), "request_hash": "1"}
    asked = ask(world, user, **key)
    assert asked["state"] == "waiting"
    assert ask(world, user, **key)["export_id"] == asked["export_id"]
    with refused(world.connection, "export_too_soon"):
        ask(world, user)
    ask(world, world.user())
    world.advance(hours=23)
    with refused(world.connection, "export_too_soon"):
        ask(world, user)
    world.advance(hours=1)
    assert ask(world, user)["export_id"] != asked["export_id"]


def test_who_is_stopped_may_ask(world: World) -> None:
    user = world.user()
    world.command("party_suspend", party_id=user, reason="looked into", actor_id=world.operator,
                  aal="aal2")  # fmt: skip
    assert ask(world, user)["state"] == "waiting"


def test_it_is_taken_up_by_one_and_told_when_it_is_there(world: World) -> None:
    user = world.user()
    ask(world, user)
    export = due(world)
    assert due(world) is None
    with refused(world.connection, "export_not_ready"):
        _opened(world, user, export)
    # Whoever took it died.
    world.advance(minutes=16)
    assert due(world)["export_id"] == export["export_id"]
    assert _record(world, export) is True
    assert _record(world, export) is False
    assert due(world) is None
    assert world.rows(
        "select event from private.outbox where event like 'data_export.%%' order by id"
    ) == [("data_export.ask",), ("data_export.finish",)]
    assert _opened(world, user, export)["size_bytes"] == 9


def test_only_its_owner_opens_it_and_only_for_a_week(world: World) -> None:
    user, colleague = world.user(), world.user()
    world.join(user, colleague, "owner")
    ask(world, user)
    export = due(world)
    _record(world, export)
    for other in (colleague, world.operator):
        with refused(world.connection, "export_not_found"):
            _opened(world, other, export)
        as_user(world.connection, other, aal="aal2")
        assert world.rows("select id from public.data_exports") == []
        as_owner(world.connection)
    with refused(world.connection, "step_up_required"):
        _opened(world, user, export, aal="aal1")
    assert _over(world) == []
    world.advance(days=7)
    with refused(world.connection, "export_over"):
        _opened(world, user, export)
    assert _over(world) == [export["export_id"]]
    assert world.one(_STATE, export["export_id"]) == "expired"
    assert _over(world) == []


def test_what_is_not_written_in_two_days_is_given_up(world: World) -> None:
    asked = ask(world, world.user())
    world.advance(days=2)
    assert due(world) is None
    assert world.one(_STATE, asked["export_id"]) == "failed"


def test_an_erasure_takes_it_away(world: World) -> None:
    user, late = world.user(), world.user()
    ask(world, user)
    export = due(world)
    _record(world, export)
    ask(world, late)
    written = due(world)
    for person in (user, late):
        begun(world, person)
    assert _record(world, written) is False
    assert _over(world) == [export["export_id"]]
    assert due(world) is None
    assert world.one(_STATE, written["export_id"]) == "failed"


def test_nothing_of_an_export_is_changed_past_its_moves(world: World) -> None:
    asked = ask(world, world.user())
    for change, code in (
        ("update public.data_exports set party_id = gen_random_uuid() where id = %s",
         "append_only"),
        ("delete from public.data_exports where id = %s", "append_only"),
        ("update public.data_exports set state = 'ready', last_event = 'finish', "
         "last_actor_role = 'person', sha256 = repeat('ab', 32), object_key = 'x', size_bytes = 1 "
         "where id = %s", "illegal_move"),
    ):  # fmt: skip
        with refused(world.connection, code):
            world.connection.execute(change.encode(), [asked["export_id"]])


def test_it_tells_the_sign_in_and_no_secret(world: World) -> None:
    user = world.user()
    world.run("update auth.users set email = 'ada@lovelace.example', "
              "encrypted_password = 'bcrypt-hash' where id = %s", user)  # fmt: skip
    signed_in(world, user)
    world.deposit(user, "1.50")
    ask(world, user)
    told = pages(world, due(world), max_rows=1)
    assert [row["email"] for row in told["auth.users"]] == ["ada@lovelace.example"]
    assert set(told["auth.mfa_factors"][0]) == {
        "friendly_name",
        "factor_type",
        "status",
        "created_at",
    }
    assert "bcrypt-hash" not in str(told)
    assert not {"private.recovery_codes", "auth.refresh_tokens", "private.idempotency_keys"} & set(
        told
    )
    # Amounts are texts, and exact.
    assert {row["amount"] for row in told["public.ledger_entries"]} == {"1.500000000000000000"}
    logins = [row for row in told["public.audit_log"] if row["action"] == "login"]
    assert logins[0]["address"] == "198.51.100.7"
    assert "before" not in logins[0]


def test_every_table_with_words_of_people_is_told_or_says_why_not(world: World) -> None:
    assert world.rows(
        "select distinct c.table_name from private.personal_columns as c "
        "where not exists (select from private.parts_of_export() as p "
        "where p.table_name = c.table_name) and not exists (select from private.export_parts as e "
        "where e.table_name = c.table_name and e.why_not is not null)"
    ) == []  # fmt: skip
    columns: LiteralString = (
        "select e.table_name, w.name from private.export_parts as e "
        "cross join unnest(e.words || coalesce(e.only_columns, '{}')) as w (name) "
        "where not exists (select from pg_attribute as a where a.attrelid = e.table_name::regclass "
        "and a.attname = w.name)"
    )
    assert world.rows(columns) == []


def test_pages_tell_each_row_once(world: World) -> None:
    user = world.user()
    for _ in range(5):
        world.deposit(user, "1")
    ask(world, user)
    export = due(world)
    whole, small = pages(world, export), pages(world, export, max_rows=2)
    assert whole == small
    assert len(whole["public.ledger_entries"]) == 5
