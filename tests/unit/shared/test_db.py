"""The port to PostgREST over a real connection: headers, errors, repeats, keep-alive."""

import io
import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from shared import db as db_module
from shared.db import PostgrestDatabase
from shared.errors import Conflict, Forbidden, Lost, Problem, Unauthorized, Unavailable
from shared.telemetry import instrumented
from tests.world.http.event import Context, event
from tests.world.http.fake_postgrest import FakePostgrest, Reply, fake_postgrest

SECRET = "Key (email)=(alice@example.com) already exists."


@pytest.fixture
def server() -> Iterator[FakePostgrest]:
    with fake_postgrest() as server:
        yield server


@pytest.fixture
def keys() -> list[str]:
    """The service keys Secrets Manager gives, oldest first."""
    return ["service-key"]


@pytest.fixture
def db(server: FakePostgrest, keys: list[str]) -> Iterator[PostgrestDatabase]:
    def service_key(*, renew: bool) -> str:
        if renew and len(keys) > 1:
            keys.pop(0)
        return keys[0]

    db = PostgrestDatabase(server.url, "anon-key", service_key)
    yield db
    db.close()


def test_a_call_is_a_post_with_the_callers_token(
    db: PostgrestDatabase, server: FakePostgrest
) -> None:
    server.replies.append(Reply(body={"amount": "1.5"}))

    assert db.rpc("escrow_snapshot", {"escrow_id": "e1"}, token="alice") == {"amount": "1.5"}
    (call,) = server.seen
    assert call.path == "/rpc/escrow_snapshot"
    assert call.body == {"escrow_id": "e1"}
    assert call.headers["authorization"] == "Bearer alice"
    assert call.headers["apikey"] == "anon-key"
    assert call.headers["content-profile"] == "public"


def test_values_travel_exactly(db: PostgrestDatabase, server: FakePostgrest) -> None:
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    uuid = UUID(int=7)

    db.rpc(
        "f",
        {"a": Decimal("1E+3"), "b": [{"c": Decimal("0.10")}], "d": uuid, "e": moment, "f": None},
        token=None,
    )

    assert server.seen[0].body == {
        "a": "1000",
        "b": [{"c": "0.1"}],
        "d": str(uuid),
        "e": "2026-01-02T00:00:00+00:00",
        "f": None,
    }


@pytest.mark.parametrize("params", [{"a": 1.5}, {"a": [{"b": float("nan")}]}])
def test_a_float_never_leaves(db: PostgrestDatabase, server: FakePostgrest, params: Any) -> None:
    with pytest.raises(TypeError, match="float"):
        db.rpc("f", params, token=None)
    assert server.seen == []


@pytest.mark.parametrize("body", [1.5, {"a": [{"b": 0.1}]}, [[1e3]]])
def test_a_float_never_comes_in(db: PostgrestDatabase, server: FakePostgrest, body: Any) -> None:
    server.replies.append(Reply(body=body))

    with pytest.raises(TypeError, match="f answered a float"):
        db.rpc("f", {}, token=None)


def test_one_connection_and_no_token_of_another_call(
    db: PostgrestDatabase, server: FakePostgrest
) -> None:
    server.replies.append(Reply(body={}, headers=(("Set-Cookie", "session=alice; Path=/"),)))
    db.rpc("f", {}, token="alice")
    db.service_rpc("f", {})
    db.rpc("f", {}, token="bob")
    db.rpc("f", {}, token=None)

    assert len({call.connection for call in server.seen}) == 1
    assert [call.headers.get("authorization") for call in server.seen] == [
        "Bearer alice",
        "Bearer service-key",
        "Bearer bob",
        None,
    ]
    assert [call.headers["apikey"] for call in server.seen] == [
        "anon-key",
        "service-key",
        "anon-key",
        "anon-key",
    ]
    assert [call.headers["content-profile"] for call in server.seen] == [
        "public",
        "service",
        "public",
        "public",
    ]
    assert not any("cookie" in call.headers for call in server.seen)


def test_the_correlation_id_goes_with_the_call(
    db: PostgrestDatabase, server: FakePostgrest
) -> None:
    handler = instrumented(lambda _event, _context: db.rpc("f", {}, token=None))

    handler(event("GET", "/", x_request_id="trace-7"), Context())
    db.rpc("f", {}, token=None)

    assert [call.headers.get("x-request-id") for call in server.seen] == ["trace-7", None]


def test_a_refusal_becomes_its_problem(
    db: PostgrestDatabase, server: FakePostgrest, log: io.StringIO
) -> None:
    server.error(409, "PT409", "illegal_move", "The trade is over.")
    server.error(409, "23505", "duplicate key value", SECRET)

    with pytest.raises(Conflict, match="illegal_move") as refusal:
        db.rpc("f", {}, token="alice")
    assert refusal.value.detail == "The trade is over."
    with pytest.raises(Conflict, match="duplicate") as refusal:
        db.rpc("f", {}, token="alice")
    assert SECRET not in json.dumps(refusal.value.document(""))
    assert refusal.value.__context__ is None
    assert log.getvalue() == ""


def test_our_defect_is_logged_without_rows(
    db: PostgrestDatabase, server: FakePostgrest, log: io.StringIO
) -> None:
    server.error(404, "42883", "function public.f() does not exist", SECRET)

    with pytest.raises(Problem) as refusal:
        db.rpc("f", {}, token="alice")

    assert (refusal.value.status, refusal.value.slug) == (500, "internal")
    line = json.loads(log.getvalue())
    assert (line["code"], line["rpc"]) == ("42883", "f")
    assert "alice" not in log.getvalue()


@pytest.mark.parametrize("token", ["alice", None])
def test_refused_with_and_without_a_token(
    db: PostgrestDatabase, server: FakePostgrest, token: str | None
) -> None:
    server.error(401, "42501", "permission denied")

    with pytest.raises(Forbidden if token else Unauthorized):
        db.rpc("f", {}, token=token)


@pytest.mark.parametrize("kind", ["drop", "57P01", "PGRST001", "proxy"])
def test_a_lost_answer_is_asked_for_once_more(
    db: PostgrestDatabase, server: FakePostgrest, kind: str
) -> None:
    def lose() -> None:
        if kind == "drop":
            server.replies.append("drop")
        elif kind == "proxy":
            server.replies.append(Reply(502, text="<html>Bad Gateway</html>"))
        else:
            server.error(503, kind, "gone")

    lose()
    server.replies.append(Reply(body={"ok": 1}))
    assert db.service_rpc("f", {"key": "k"}, repeatable=True) == {"ok": 1}
    assert [call.body for call in server.seen] == [{"key": "k"}] * 2

    lose()
    lose()
    with pytest.raises(Lost):
        db.service_rpc("f", {}, repeatable=True)
    assert len(server.seen) == 4

    lose()
    with pytest.raises(Lost):
        db.service_rpc("f", {})
    assert len(server.seen) == 5


def test_a_busy_database_is_not_pressed(db: PostgrestDatabase, server: FakePostgrest) -> None:
    server.error(503, "57014", "canceling statement due to statement timeout")

    with pytest.raises(Unavailable, match="timeout"):
        db.service_rpc("f", {}, repeatable=True)
    assert len(server.seen) == 1


def test_nobody_listens(keys: list[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        db = PostgrestDatabase(f"http://127.0.0.1:{taken.getsockname()[1]}", "a", lambda **_: "s")
        with pytest.raises(Lost, match="unavailable"):
            db.rpc("f", {}, token=None, repeatable=True)


def test_a_silent_server_is_not_asked_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db_module, "TIMEOUT", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        db = PostgrestDatabase(f"http://127.0.0.1:{port}", "a", lambda **_: "s")
        with pytest.raises(Unavailable, match="timeout"):
            db.rpc("f", {}, token=None, repeatable=True)
        silent.settimeout(0)
        silent.accept()
        with pytest.raises(BlockingIOError):
            silent.accept()


def test_a_rotated_service_key_is_fetched_anew(
    db: PostgrestDatabase, server: FakePostgrest, keys: list[str]
) -> None:
    keys.append("new-key")
    server.error(401, "PGRST301", "JWSError JWSInvalidSignature")
    server.replies.append(Reply(body={"ok": 1}))

    assert db.service_rpc("f", {}) == {"ok": 1}
    assert [call.headers["authorization"] for call in server.seen] == [
        "Bearer service-key",
        "Bearer new-key",
    ]


@pytest.mark.parametrize(
    ("code", "message", "status"),
    [
        ("PGRST301", "JWSError JWSInvalidSignature", 503),
        ("PGRST301", "JWT expired", 503),
        ("PGRST303", "JWT issued at future", 503),
        ("PGRST302", "Anonymous access is disabled", 503),
        ("401", "no", 503),
        ("42501", "permission denied", 500),
    ],
)
def test_our_own_bad_credentials_are_not_the_callers_fault(
    db: PostgrestDatabase, server: FakePostgrest, code: str, message: str, status: int
) -> None:
    server.error(401, code, message)
    server.error(401, code, message)

    with pytest.raises(Problem) as refusal:
        db.service_rpc("f", {})

    assert refusal.value.status == status
    assert refusal.value.slug == ("internal" if status == 500 else "not_ready")


@pytest.mark.parametrize("key", ["service-key", "sb_secret_of_a_project"])
def test_a_missing_grant_is_our_defect_whatever_the_key(server: FakePostgrest, key: str) -> None:
    """A secret key is sent as no token, and signs in all the same: nobody fetches it anew."""
    fetched = []

    def service_key(*, renew: bool) -> str:
        fetched.append(renew)
        return key

    server.error(403, "42501", "permission denied")
    with pytest.raises(Problem) as refusal:
        PostgrestDatabase(server.url, "anon-key", service_key).service_rpc("f", {})

    assert (refusal.value.slug, fetched, len(server.seen)) == ("internal", [False], 1)


def test_a_rule_of_a_service_command_is_passed_on(
    db: PostgrestDatabase, server: FakePostgrest
) -> None:
    server.error(403, "PT403", "operator_only", "Only an operator may do this.")

    with pytest.raises(Forbidden, match="operator_only"):
        db.service_rpc("f", {})


def test_redirects_do_not_carry_a_token_away(db: PostgrestDatabase, server: FakePostgrest) -> None:
    server.replies.append(Reply(307, headers=(("Location", server.url + "/elsewhere"),)))

    with pytest.raises(Problem, match="internal"):
        db.rpc("f", {}, token="alice")
    assert [call.path for call in server.seen] == ["/rpc/f"]
