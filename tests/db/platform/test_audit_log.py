"""The audit log: where a request came from is kept for a time, and nothing of it can be changed."""

import json
from typing import LiteralString
from uuid import UUID

from tests.world.accounts import ADDRESS, FIREFOX, sign_in
from tests.world.refused import refused
from tests.world.world import World

_FROM_WHERE: LiteralString = (
    "select host(address), user_agent, seals -> 'address' ? 'hash', seals -> 'address' ? 'salt' "
    "from public.audit_log where action = 'login' and actor_id = %s order by id"
)


def _forget(world: World) -> int:
    with world.acting("service_role"):
        done: int = world.one("select service.housekeeping()")["origins"]
    return done


def test_addresses_are_forgotten_after_400_days(world: World) -> None:
    user = world.user()
    sign_in(world.connection, user)
    world.advance(days=399)
    sign_in(world.connection, user)
    assert _forget(world) == 0
    known = (ADDRESS, FIREFOX, True, True)
    assert world.rows(_FROM_WHERE, user) == [known, known]
    world.advance(days=2)
    assert _forget(world) >= 1
    # That it can be proved by whoever has kept both stays: the hash.
    assert world.rows(_FROM_WHERE, user) == [(None, None, True, False), known]
    assert _forget(world) == 0
    assert world.problems() == []


def test_nobody_else_takes_them_away(world: World) -> None:
    user = world.user()
    sign_in(world.connection, user)
    for change in (
        "update public.audit_log set address = null, user_agent = null",
        "update public.audit_log set endpoint = 'GET /nothing'",
        "delete from public.audit_log",
    ):
        with refused(world.connection, "append_only"):
            world.connection.execute(change.encode())
    # Not even what may take words away changes anything else.
    world.run("select private.begin_taking_words(null)")
    with refused(world.connection, "append_only"):
        world.run("update public.audit_log set actor_id = null where actor_id = %s", user)


def _origin(world: World, role: str, **headers: str) -> dict[str, str | None]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    world.run("select set_config('request.headers', %s, true), "
              "set_config('request.method', 'POST', true), "
              "set_config('request.path', '/rpc/order_take', true), set_config('role', %s, true)",
              json.dumps(named), role)  # fmt: skip
    # As the trigger does it: in the role of whoever asks, with the rights of its owner.
    told: dict[str, str | None] = world.one("select private.said_of_the_request()")
    world.run(
        "select set_config('role', 'postgres', true), set_config('request.headers', '', true)"
    )
    return told


def test_only_our_functions_are_believed(world: World) -> None:
    world.run("create function private.said_of_the_request() returns jsonb language plpgsql "
              "security definer set search_path = '' as "
              "'begin return private.request_origin(); end'")  # fmt: skip
    world.run("grant usage on schema private to authenticated, anon, service_role")
    world.run("grant execute on function private.said_of_the_request() "
              "to authenticated, anon, service_role")  # fmt: skip
    said = {
        "x_holdfast_address": "203.0.113.7", "x_holdfast_endpoint": "POST /orders/{order_id}/take",
        "x_holdfast_user_agent": "Firefox", "user_agent": "python",
        "x_forwarded_for": "203.0.113.66, 192.0.2.1",
    }  # fmt: skip
    assert _origin(world, "service_role", **said) == {
        "address": "203.0.113.7", "endpoint": "POST /orders/{order_id}/take",
        "user_agent": "Firefox",
    }  # fmt: skip
    for role in ("authenticated", "anon"):
        assert _origin(world, role, **said) == {
            "address": "192.0.2.1", "endpoint": "POST /rpc/order_take", "user_agent": "python",
        }  # fmt: skip
    # A schedule was asked by nobody; what is no address is none.
    assert _origin(world, "service_role", user_agent="python") == {
        "address": None, "endpoint": "POST /rpc/order_take", "user_agent": None,
    }  # fmt: skip
    assert _origin(world, "anon", cf_connecting_ip="drop table", user_agent="x" * 900) == {
        "address": None, "endpoint": "POST /rpc/order_take", "user_agent": "x" * 400,
    }  # fmt: skip


def test_what_a_table_hides_is_looked_up_once_in_a_transaction(world: World) -> None:
    """However many rows a transaction changes: the list is kept for it, and hides all the same."""
    user: UUID = world.user()
    for name in ("Ada", "Ada Lovelace"):
        world.run("update public.profiles set full_name = %s where id = %s", name, user)
    assert world.rows(
        "select distinct left(after ->> 'full_name', 7) from public.audit_log "
        "where table_name = 'profiles' and after ->> 'full_name' <> '' and row_id = %s", str(user),
    ) == [("sha256:",)]  # fmt: skip
    assert world.one("select current_setting('holdfast.words_of.public.profiles')") != ""
