"""Guesses, codes and sign-ins at the same moment, as Auth's own role on connections of its own."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from stack.cluster import Cluster
from tests.world.accounts import IPHONE, attempt, code, enrol, hook, sign_in, verified
from tests.world.races.market import Market

AT_ONCE = 20


def _at_once(database: Cluster, role: str, works: list[Callable[[Any], Any]]) -> list[Any]:
    """Each on a connection of its own, all at the same moment."""
    line = threading.Barrier(len(works))

    def run(work: Callable[[Any], Any]) -> Any:
        with psycopg.connect(database.url(role), autocommit=True) as connection:
            line.wait(timeout=60)
            return work(connection)

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


@pytest.fixture
def person(market: Market) -> UUID:
    (who,) = market.people(1)
    return who


def test_twenty_wrong_passwords_at_once_give_five_answers(
    database: Cluster, market: Market, person: UUID
) -> None:
    def guess(connection: Any) -> str:
        return str(hook(connection, "password", attempt(person, False))["decision"])

    said = _at_once(database, "supabase_auth_admin", [guess] * AT_ONCE)
    assert sorted(said) == ["continue"] * 5 + ["reject"] * 15
    kept = market.one("select count(*) from public.login_attempts where user_id = %s", person)
    # Who waits for a second is refused unheard, on a machine that is busy.
    assert 5 < kept <= AT_ONCE


def test_one_message_told_twenty_times_at_once_is_one_attempt(
    database: Cluster, market: Market, person: UUID
) -> None:
    event = attempt(person, False, uuid=uuid4())
    said = _at_once(
        database, "supabase_auth_admin", [lambda each: hook(each, "password", event)] * AT_ONCE
    )
    assert said == [{"decision": "continue"}] * AT_ONCE
    assert market.one("select count(*) from public.login_attempts where user_id = %s", person) == 1


def test_while_somebody_holds_an_account_it_is_refused_and_others_are_not(
    database: Cluster, market: Market, person: UUID
) -> None:
    (other,) = market.people(1)
    with psycopg.connect(database.url("postgres")) as holder:
        holder.execute("select private.lock_account(%s)", [person])

        def right(who: UUID) -> Callable[[Any], Any]:
            return lambda each: hook(each, "password", attempt(who, True))["decision"]

        said = _at_once(database, "supabase_auth_admin", [right(person), right(other)])
    assert said == ["reject", "continue"]


def test_while_a_table_is_being_changed_everybody_signs_in(
    database: Cluster, market: Market, person: UUID
) -> None:
    with psycopg.connect(database.url("postgres")) as changer:
        changer.execute("lock table public.login_attempts in access exclusive mode")
        (said,) = _at_once(
            database,
            "supabase_auth_admin",
            [lambda each: hook(each, "password", attempt(person, True))],
        )
    assert said == {"decision": "continue"}
    lost = "select count(*) from public.hook_losses where sqlstate = '55P03'"
    assert market.one(lost) == 1


def test_a_code_shown_by_two_sessions_at_once_opens_one(
    database: Cluster, market: Market, person: UUID
) -> None:
    def auth(work: Callable[[Any], Any]) -> Any:
        return _at_once(database, "supabase_auth_admin", [work])[0]

    factor = auth(lambda each: enrol(each, person))
    sessions = [auth(lambda each: sign_in(each, person)) for _ in range(2)]

    def show(session: UUID) -> Callable[[Any], Any]:
        def work(connection: Any) -> str:
            decision = str(hook(connection, "mfa", code(person, factor, True))["decision"])
            if decision == "continue":
                verified(connection, session, datetime.now(UTC))
            return decision

        return work

    said = _at_once(database, "supabase_auth_admin", [show(each) for each in sessions])
    assert sorted(said) == ["continue", "reject"]


def test_sign_ins_at_once_from_a_new_device_are_told_once(
    database: Cluster, market: Market, person: UUID
) -> None:
    (first,) = _at_once(database, "supabase_auth_admin", [lambda each: sign_in(each, person)])
    many = _at_once(
        database, "supabase_auth_admin", [lambda each: sign_in(each, person, IPHONE)] * 8
    )
    assert len({first, *many}) == 9
    told = "select count(*) from public.security_events where kind = 'new_device' and party_id = %s"
    assert market.one(told, person) == 1
    assert market.one("select count(*) from public.user_devices where user_id = %s", person) == 2


def test_a_recovery_code_used_twice_at_once_is_good_once(
    database: Cluster, market: Market, person: UUID
) -> None:
    hashes = [f"{number:064x}" for number in range(10)]

    def give(name: str, **fields: Any) -> Callable[[Any], Any]:
        def work(connection: Any) -> Any:
            command = {
                "actor_id": str(person), "aal": "aal2", "idempotency_key": str(uuid4()),
                "request_hash": "1", **fields,
            }  # fmt: skip
            connection.execute("set role service_role")
            try:
                row = connection.execute(f"select service.{name}(%s)", [Jsonb(command)]).fetchone()
                return row[0]["codes_left"] if name == "recovery_code_use" else row[0]
            except psycopg.Error as error:
                return error.diag.message_primary

        return work

    _at_once(database, "authenticator", [give("recovery_codes_make", code_hashes=hashes)])
    use = give("recovery_code_use", code_hash=hashes[3])
    assert sorted(map(str, _at_once(database, "authenticator", [use] * 2))) == [
        "9", "recovery_code_wrong"
    ]  # fmt: skip


def test_a_reset_is_cancelled_or_carried_out(
    database: Cluster, market: Market, person: UUID
) -> None:
    def auth(work: Callable[[Any], Any]) -> Any:
        return _at_once(database, "supabase_auth_admin", [work])[0]

    def give(name: str, **fields: Any) -> Callable[[Any], Any]:
        def work(connection: Any) -> Any:
            command = {
                "actor_id": str(person), "aal": "aal1", "idempotency_key": str(uuid4()),
                "request_hash": "1", **fields,
            }  # fmt: skip
            connection.execute("set role service_role")
            try:
                row = connection.execute(f"select service.{name}(%s)", [Jsonb(command)]).fetchone()
                return row[0]
            except psycopg.Error as error:
                return error.diag.message_primary

        return work

    def end(connection: Any) -> Any:
        connection.execute("set role service_role")
        return connection.execute("select service.factor_resets_end()").fetchone()[0]

    auth(lambda each: enrol(each, person))
    (made,) = _at_once(database, "authenticator", [give("factor_reset_ask")])
    market.owner.execute(
        "update public.factor_resets set state = 'waiting', last_event = 'agree', "
        "last_actor_role = 'operator', evidence_hash = repeat('e', 64), "
        "since = private.clock() - interval '3 days', deadline_at = private.clock() where id = %s",
        [made["reset_id"]],
    )
    market.owner.execute("update private.sweep_ticks set last_at = null")
    cancel = give("factor_reset_cancel", reset_id=made["reset_id"])
    said = _at_once(database, "authenticator", [end, cancel, end, cancel])
    state = market.one("select state from public.factor_resets where id = %s", made["reset_id"])
    factors = market.one("select count(*) from auth.mfa_factors where user_id = %s", person)
    assert (state, factors) in [("cancelled", 1), ("done", 0)]
    cancelled = [each for each in said if isinstance(each, dict)]
    assert len(cancelled) == (1 if state == "cancelled" else 0)
    assert said[0] + said[2] == (0 if cancelled else 1)
    moves = "select count(*) from private.outbox where object_id = %s"
    assert market.one(moves, made["reset_id"]) == 3


def test_nobody_but_auth_calls_its_hooks(database: Cluster, market: Market) -> None:
    hooks = [
        row[0]
        for row in market.owner.execute(
            "select oid::regprocedure::text from pg_proc "
            "where pronamespace = 'private'::regnamespace and proname like 'hook!_%' escape '!'"
        )
    ]
    assert len(hooks) == 4
    for role, may in (("supabase_auth_admin", True), ("anon", False), ("authenticated", False),
                      ("service_role", False), ("authenticator", False)):  # fmt: skip
        for each in hooks:
            query = "select has_function_privilege(%s, %s, 'execute')"
            assert market.one(query, role, each) is may, (role, each)
