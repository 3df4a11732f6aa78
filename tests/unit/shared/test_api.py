"""What every HTTP function does with good, bad and hostile requests."""

import io
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

import pytest
from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel

from shared.api import Api, Db, Routes, lambda_handler, make_app
from shared.body import MAX_BODY_BYTES, Body
from shared.caller import Caller
from shared.db import database
from shared.errors import Conflict
from shared.idempotency import IdempotencyKey, answer
from shared.money import PositiveAmount
from shared.settings import bucket
from tests.world.http.event import Answer, Context, call, event

TRADE = "0193a000-0000-7000-8000-000000000001"
PATH = f"/escrows/{TRADE}/pay"
TOKEN = "header.payload.signature"
PERSON = "alice@example.com"


class Payment(Body):
    amount: PositiveAmount
    memo: str = ""


class Paid(BaseModel):
    paid: PositiveAmount


class FakeDatabase:
    """Notes calls and gives what the test put into it."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Any]] = []
        self.result: Any = {"state": "funded", "replayed": False}

    def rpc(self, name: str, params: Any, **how: Any) -> Any:
        self.calls.append((name, {**params, **how}))
        if isinstance(self.result, Exception):
            raise self.result
        return self.result

    def service_rpc(self, name: str, params: Any, **how: Any) -> Any:
        return self.rpc(name, params, **how)


routes = Routes()


@routes.post("/escrows/<trade_id>/pay")
def pay(
    trade_id: UUID, body: Payment, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    params = {"trade_id": trade_id, "amount": body.amount, "hash": key.request_hash}
    return answer(db.rpc("pay", params, token=caller.token))


@routes.get("/open")
def read() -> dict[str, str]:
    return {"is": "open"}


@routes.get("/wrong-answer")
def wrong_answer() -> Paid:
    return cast("Paid", {"paid": 1.5})


@routes.get("/defect")
def defect() -> dict[str, str]:
    raise RuntimeError(f"Bearer {TOKEN}-secret eyJhbGciOiJI.eyJzdWIi.c2ln of alice@example.com")


@routes.get("/quoting-defect")
def quoting_defect() -> dict[str, str]:
    Paid.model_validate({"paid": PERSON})
    return {}


@pytest.fixture
def db() -> FakeDatabase:
    return FakeDatabase()


@pytest.fixture
def app(db: FakeDatabase) -> Api:
    app = make_app(routes)
    app.dependency_overrides[database] = lambda: db
    return app


@pytest.fixture
def send(app: Api) -> Callable[..., Answer]:
    handler = lambda_handler(app)

    def send(
        body: str | bytes | None, path: str = PATH, method: str = "POST", **headers: str
    ) -> Answer:
        known = {
            "authorization": f"Bearer {TOKEN}",
            "idempotency_key": "key-1",
            "content_type": "application/json",
        }
        sent = {name: value for name, value in {**known, **headers}.items() if value is not None}
        return call(handler, event(method, path, body, **sent))

    return send


GOOD = '{"amount": "1.50"}'


def is_problem(answer: Answer, status: int, code: str) -> bool:
    assert (answer.status, answer.body.get("code")) == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.body["type"] == f"urn:holdfast:problem:{code}"
    assert answer.body["status"] == status
    assert answer.body["title"]
    assert answer.body["detail"]
    assert answer.body["request_id"] == answer.headers["X-Request-Id"]
    return True


def test_a_command_reaches_the_database(send: Callable[..., Answer], db: FakeDatabase) -> None:
    got = send(GOOD)

    assert (got.status, got.body) == (200, {"state": "funded"})
    name, params = db.calls[0]
    assert name == "pay"
    assert params["trade_id"] == UUID(TRADE)
    assert params["amount"] == Decimal("1.50")
    assert params["token"] == TOKEN
    assert "Idempotency-Replayed" not in got.headers
    assert got.headers["Cache-Control"] == "no-store"


def test_a_replayed_answer_has_the_same_body_and_says_so(
    send: Callable[..., Answer], db: FakeDatabase
) -> None:
    first = send(GOOD)
    db.result = {"state": "funded", "replayed": True}

    again = send(GOOD)

    assert again.body == first.body
    assert again.headers["Idempotency-Replayed"] == "true"


def test_equal_requests_have_equal_hashes(send: Callable[..., Answer], db: FakeDatabase) -> None:
    send('{"amount": "1.50", "memo": "a"}')
    send('{ "memo":"a","amount":"1.50" }')
    send(b'{"memo": "a", "amount": "1.50"}')
    send('{"memo": "b", "amount": "1.50"}')

    one, two, three, other = (params["hash"] for _, params in db.calls)
    assert one == two == three != other


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ('{"amount": 1.5}', "amount"),
        ('{"amount": "1e9"}', "amount"),
        ('{"amount": "0"}', "amount"),
        ("{}", "amount"),
        ('{"amount": "1", "actor_id": "x"}', "actor_id"),
        ('{"amount": "1", "memo": 5}', "memo"),
        ("[]", "body"),
        ("null", "body"),
        (None, "amount"),
        ("", "amount"),
        ('"text"', "body"),
    ],
)
def test_fields_are_refused_by_name(
    send: Callable[..., Answer], body: str | None, field: str
) -> None:
    got = send(body)

    assert is_problem(got, 422, "invalid_request")
    assert [error["field"] for error in got.body["errors"]] == [field]


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "{'a': 1}",
        '{"amount": NaN}',
        '{"amount": Infinity}',
        '{"amount": "1", "amount": "100"}',
        '{"amount": ' + "[" * 30_000,
        b"\xff\xfe",
        "amount=1",
        '{"amount": "1", "memo": "\\ud800"}',
        "9" * 5_000,
    ],
)
def test_bad_json(send: Callable[..., Answer], body: str | bytes) -> None:
    assert is_problem(send(body), 400, "bad_json")


def test_bad_base64_is_bad_json(app: Api) -> None:
    request = event("POST", PATH, b"{}", authorization=f"Bearer {TOKEN}", idempotency_key="k")
    request["body"] = "%%%"

    assert is_problem(call(lambda_handler(app), request), 400, "bad_json")


@pytest.mark.parametrize("as_bytes", [False, True])
def test_a_body_has_a_largest_size(send: Callable[..., Answer], *, as_bytes: bool) -> None:
    def body(size: int) -> str | bytes:
        text = '{"amount": "1", "memo": "' + "é" * ((size - 27) // 2)
        text += " " * (size - 2 - len(text.encode())) + '"}'
        return text.encode() if as_bytes else text

    assert send(body(MAX_BODY_BYTES)).status == 200
    assert is_problem(send(body(MAX_BODY_BYTES + 1)), 413, "body_too_large")


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_only_json_is_read(send: Callable[..., Answer], kind: str) -> None:
    assert is_problem(send(GOOD, content_type=kind), 415, "unsupported_media_type")


def test_json_may_name_its_charset(send: Callable[..., Answer]) -> None:
    assert send(GOOD, content_type="application/json; charset=utf-8").status == 200


@pytest.mark.parametrize(
    "kind",
    ["Application/JSON", "APPLICATION/JSON", "application/Json; charset=UTF-8", " application/json",
     "application/json;", "Application/Json;charset=x"],
)  # fmt: skip
def test_a_media_type_has_no_case(send: Callable[..., Answer], kind: str) -> None:
    assert send(GOOD, content_type=kind).status == 200
    assert send("{", content_type=kind).body["code"] == "bad_json"


def test_a_setting_that_is_missing_is_said_to_us_and_not_to_the_client(log: io.StringIO) -> None:
    missing = Routes()

    @missing.get("/file")
    def file() -> dict[str, str]:
        return {"bucket": bucket("HOLDFAST_NOT_SET")}

    got = call(lambda_handler(make_app(missing)), event("GET", "/file", authorization="Bearer a.b"))
    assert is_problem(got, 503, "not_configured")
    assert "HOLDFAST_NOT_SET" in log.getvalue()
    assert "HOLDFAST" not in json.dumps(got.body)


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        ("", "unauthorized"),
        ("Basic YTpi", "bad_token"),
        ("Bearer", "bad_token"),
        ("Bearer ", "bad_token"),
        ("Bearer a b", "bad_token"),
        ("Bearer a,Bearer b", "bad_token"),
        ("Bearer a\r\nX-Evil: 1", "bad_token"),
        ("Bearer " + "a" * 8193, "bad_token"),
    ],
)
def test_a_caller_needs_a_token(send: Callable[..., Answer], authorization: str, code: str) -> None:
    got = send("{", authorization=authorization)

    assert is_problem(got, 401, code)
    assert got.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("", "idempotency_key_required"),
        ("   ", "idempotency_key_required"),
        ("a b", "bad_idempotency_key"),
        ("schlüssel", "bad_idempotency_key"),
        ("a" * 256, "bad_idempotency_key"),
        ("a\x00", "bad_idempotency_key"),
    ],
)
def test_a_command_needs_a_key(
    send: Callable[..., Answer], db: FakeDatabase, key: str, code: str
) -> None:
    assert is_problem(send(GOOD, idempotency_key=key), 400, code)
    assert db.calls == []


def test_the_longest_key_is_good(send: Callable[..., Answer]) -> None:
    assert send(GOOD, idempotency_key="~" * 255).status == 200


def test_a_bad_path_parameter_is_named(send: Callable[..., Answer]) -> None:
    got = send(GOOD, path="/escrows/12/pay")

    assert is_problem(got, 422, "invalid_request")
    assert got.body["errors"][0]["field"] == "trade_id"


def test_an_unknown_route(send: Callable[..., Answer]) -> None:
    assert is_problem(send(None, path="/nowhere"), 404, "route_not_found")


def test_a_refusal_of_the_database_is_passed_on(
    send: Callable[..., Answer], db: FakeDatabase
) -> None:
    db.result = Conflict("illegal_move", "The trade is over.", "Look again.")

    got = send(GOOD)

    assert is_problem(got, 409, "illegal_move")
    assert got.body["hint"] == "Look again."


@pytest.mark.parametrize("path", ["/defect", "/quoting-defect", "/wrong-answer"])
def test_a_defect_tells_the_log_but_not_the_client(
    send: Callable[..., Answer], path: str, log: io.StringIO
) -> None:
    got = send(None, path=path, method="GET")

    assert is_problem(got, 500, "internal")
    assert "alice" not in json.dumps(got.body)
    (error,) = [json.loads(line) for line in log.getvalue().splitlines()]
    assert error["level"] == "ERROR"
    assert error["correlation_id"] == got.headers["X-Request-Id"] == "gateway-1"
    assert TOKEN not in json.dumps(error)
    assert "eyJ" not in json.dumps(error)
    if path != "/defect":
        assert "alice" not in json.dumps(error)
        assert "paid" in error["at"][0]


@pytest.mark.parametrize(
    ("claimed", "used"),
    [("abc-1.2_3", "abc-1.2_3"), ("a b", "gateway-1"), ("a" * 129, "gateway-1"), ("", "gateway-1")],
)
def test_correlation_id(send: Callable[..., Answer], claimed: str, used: str) -> None:
    assert send(GOOD, x_request_id=claimed).headers["X-Request-Id"] == used
    assert send("{", x_request_id=claimed).body["request_id"] == used


def test_a_route_for_webhooks_needs_no_token() -> None:
    app = make_app(routes, signed_by={"x-signature": "Of a sender."})

    assert call(lambda_handler(app), event("GET", "/open")).body == {"is": "open"}
    assert is_problem(call(lambda_handler(app), event("POST", PATH, GOOD)), 401, "unauthorized")


def test_one_invocation_leaves_nothing_to_the_next(app: Api) -> None:
    handler = lambda_handler(app)
    first = event("GET", "/open", authorization="Bearer a.b.c", x_request_id="first")
    second = event("GET", "/open", authorization="Bearer a.b.c")

    assert call(handler, first).headers["X-Request-Id"] == "first"
    assert call(handler, second).headers["X-Request-Id"] == "gateway-1"
    assert app.context == {}
    assert Context().aws_request_id
