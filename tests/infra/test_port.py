"""The port against the real PostgREST and Postgres: their errors, crashes and restarts."""

import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from shared.db import PostgrestDatabase
from shared.errors import Forbidden, Lost, NotFound, Problem, Unauthorized, Unavailable
from shared.telemetry import instrumented
from stack.stack import Stack
from tests.world.http.event import Context, event

PROBE = """
create function public.port_probe(
    code text default '', amount numeric default 0, seconds numeric default 0
)
returns json language plpgsql set search_path = '' as $$
begin
    perform pg_catalog.pg_sleep(seconds);
    if code <> '' then
        raise exception using errcode = code, message = 'probe_slug', detail = 'Probe detail.';
    end if;
    return pg_catalog.json_build_object(
        'amount', amount::public.money_amount::text,
        'request_id', pg_catalog.current_setting('request.headers')::json ->> 'x-request-id',
        'role', pg_catalog.current_setting('role')
    );
end $$;
create function service.port_probe() returns text language sql
as $$ select current_setting('role') $$;
grant execute on function public.port_probe to anon, authenticated;
grant execute on function service.port_probe to service_role;
notify pgrst, 'reload schema';
"""


@pytest.fixture(scope="module")
def probed() -> Iterator[Stack]:
    # A stack of its own: it is crashed here.
    with Stack.start() as stack:
        with stack.connect() as connection:
            connection.execute(PROBE)
        yield stack


@pytest.fixture(scope="module")
def token(probed: Stack) -> str:
    return probed.token(uuid4())


@pytest.fixture
def db(probed: Stack) -> Iterator[PostgrestDatabase]:
    db = PostgrestDatabase(probed.postgrest.url, probed.anon_key, lambda **_: probed.service_key)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            db.rpc("port_probe", {}, token=None)
            break
        except Problem:
            time.sleep(0.05)
    yield db
    db.close()


def test_each_call_has_the_role_of_its_token(db: PostgrestDatabase, token: str) -> None:
    assert db.rpc("port_probe", {}, token=token)["role"] == "authenticated"
    assert db.service_rpc("port_probe", {}) == "service_role"
    assert db.rpc("port_probe", {}, token=None)["role"] == "anon"


def test_an_amount_of_38_digits_comes_back_whole(db: PostgrestDatabase) -> None:
    largest = Decimal("99999999999999999999.999999999999999999")

    assert db.rpc("port_probe", {"amount": largest}, token=None)["amount"] == str(largest)


def test_the_correlation_id_reaches_sql(db: PostgrestDatabase) -> None:
    handler = instrumented(lambda _event, _context: db.rpc("port_probe", {}, token=None))

    assert handler(event("GET", "/", x_request_id="trace-7"), Context())["request_id"] == "trace-7"


@pytest.mark.parametrize(
    ("code", "status", "slug"),
    [
        ("PT404", 404, "probe_slug"),
        ("PT409", 409, "probe_slug"),
        ("PT422", 422, "probe_slug"),
        ("PT429", 429, "probe_slug"),
        ("42501", 403, "forbidden"),
        ("23505", 409, "duplicate"),
        ("23503", 409, "missing_reference"),
        ("23514", 422, "check_failed"),
        ("22003", 400, "bad_value"),
        ("22007", 400, "bad_value"),
        ("57014", 503, "timeout"),
        ("40P01", 503, "busy"),
        ("53300", 503, "unavailable"),
        ("57P03", 503, "unavailable"),
        ("P0001", 500, "internal"),
        ("XX000", 500, "internal"),
    ],
)
def test_an_error_of_sql(
    db: PostgrestDatabase, token: str, code: str, status: int, slug: str
) -> None:
    with pytest.raises(Problem) as refusal:
        db.rpc("port_probe", {"code": code}, token=token)

    assert (refusal.value.status, refusal.value.slug) == (status, slug)
    ours = code.startswith("PT")
    assert (refusal.value.detail == "Probe detail.") == ours


@pytest.mark.parametrize("params", [{"amount": "many"}, {"amount": "1e9999"}, {"code": "\x00"}])
def test_a_value_that_sql_cannot_read(db: PostgrestDatabase, params: dict[str, Any]) -> None:
    with pytest.raises(Problem) as refusal:
        db.rpc("port_probe", params, token=None)

    assert (refusal.value.status, refusal.value.slug) == (400, "bad_value")


def test_a_function_that_is_not_there_yet_is_asked_for_again(db: PostgrestDatabase) -> None:
    """After a deployment PostgREST may not have read the schema yet."""
    with pytest.raises(Unavailable, match="not_ready"):
        db.rpc("no_such_function", {}, token=None)


def test_tokens_that_are_not_good(db: PostgrestDatabase, probed: Stack, token: str) -> None:
    def slug(bad: str) -> str:
        with pytest.raises(Unauthorized) as refusal:
            db.rpc("port_probe", {}, token=bad)
        return refusal.value.slug

    header, payload, _ = token.split(".")
    assert slug(probed.token(uuid4(), expires_in=-60)) == "token_expired"
    assert slug(f"{header}.{payload}.c2lnbmF0dXJl") == "bad_token"
    assert slug("nonsense") == "bad_token"


def test_a_command_is_not_for_callers(db: PostgrestDatabase, token: str) -> None:
    with pytest.raises(Forbidden, match="forbidden"):
        db.rpc("port_probe", {}, token=token, schema="service")
    with pytest.raises(Unauthorized, match="unauthorized"):
        db.rpc("port_probe", {}, token=None, schema="service")


def test_an_invisible_row_is_not_found(db: PostgrestDatabase, token: str) -> None:
    with pytest.raises(NotFound, match="escrow_not_found"):
        db.rpc("escrow_snapshot", {"escrow_id": uuid4()}, token=token)


def test_postgrest_restarts_between_two_calls(db: PostgrestDatabase, probed: Stack) -> None:
    probed.postgrest.kill()
    with pytest.raises(Lost):
        db.rpc("port_probe", {}, token=None, repeatable=True)
    probed.postgrest.start()

    assert db.rpc("port_probe", {}, token=None)["role"] == "anon"


def test_a_call_that_loses_its_backend_is_repeated(
    db: PostgrestDatabase, probed: Stack, token: str
) -> None:
    answers: list[Any] = []
    caller = threading.Thread(
        target=lambda: answers.append(
            db.rpc("port_probe", {"seconds": Decimal(1)}, token=token, repeatable=True)
        )
    )
    caller.start()
    ended = 0
    deadline = time.monotonic() + 60
    with probed.cluster.connect("supabase_admin") as admin:
        while not ended and time.monotonic() < deadline:
            row = admin.execute(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity"
                " where wait_event = 'PgSleep'"
            ).fetchone()
            ended = row[0] if row else 0
    caller.join(timeout=20)

    assert ended == 1
    assert [answer["role"] for answer in answers] == ["authenticated"]
