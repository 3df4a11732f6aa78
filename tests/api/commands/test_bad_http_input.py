"""Bad input to every HTTP command: a problem with a code, and nothing has changed."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stack import template
from stack.openapi_document import pages
from stack.routes import Routes
from stack.stack import Stack
from stack.stand_ins.chain.accounts import deposits_xpub
from tests.world.bad_input import nasty
from tests.world.bad_input.fingerprint import Fingerprint
from tests.world.bad_input.http_client import Commands, flaw
from tests.world.bad_input.nasty_fields import bad_bodies
from tests.world.bad_input.openapi_routes import ROUTES, UNKEYED
from tests.world.bad_input.right_callers import Cast
from tests.world.world import World

UNREADABLE: list[tuple[bytes, str]] = [
    (b"{", "bad_json"), (b"x", "bad_json"), (b"NaN", "bad_json"), (b"\xff\xfe{}", "bad_json"),
    (b'{"a": "\xff"}', "bad_json"), (b'{"a": NaN}', "bad_json"), (b'{"a": Infinity}', "bad_json"),
    (b'{"a": 1, "a": 1}', "bad_json"), (b'{"a": "\\ud800"}', "bad_json"), (b"\x00", "bad_json"),
    (b"[" * 30_000, "bad_json"), (b"[" * 30_000 + b"]" * 30_000, "bad_json"),
    (b'{"a": ' + b"9" * 60_000 + b"}", "bad_json"), (b"<x/>", "bad_json"),
    (b"[]", "invalid_request"), (b"[{}]", "invalid_request"), (b'"x"', "invalid_request"),
    (b"1", "invalid_request"), (b"null", "invalid_request"), (b"true", "invalid_request"),
    (b'{"a": 1e999999}', "invalid_request"), (b'{"nobody": {}}', "invalid_request"),
    (b"{}" + b" " * 65_536, "body_too_large"), (b"x" * 1_000_000, "body_too_large"),
]  # fmt: skip

IDS = (
    "x", "1", "-", "0" * 33, "%00", "%27;drop%20table", "%F0%9F%92%A9", "%FF", "..%2f..%2f",
    "a%0Ab", "{trade_id}", "x" * 4_000, "urn:uuid:nothing", "%25s%25n",
)  # fmt: skip

KEYS = ("", "a b", "x" * 256, "x" * 5_000, "é".encode())


@pytest.fixture(scope="module")
def commands(stack: Stack, http: httpx.Client) -> Commands:
    # A rail that is not there answers nobody.
    stack.configure(
        HOLDFAST_EVM_RAILS="base", HOLDFAST_EVM_XPUB=deposits_xpub(),
        HOLDFAST_COIN_RAILS="bitcoin,litecoin", HOLDFAST_BITCOIN_XPUB=deposits_xpub(),
        HOLDFAST_LITECOIN_XPUB=deposits_xpub(),
    )  # fmt: skip
    return Commands(stack, http)


@pytest.fixture(scope="module")
def cast(world: World) -> Cast:
    return Cast(world)


def test_every_route_is_tried_here(stack: Stack, cast: Cast) -> None:
    known = template.functions(template.load())
    # Forms of pages: tests/pages/test_requests.py.
    functions = [known[name] for name in known.keys() - pages()]
    deployed = Routes((each.name, *route) for each in functions for route in each.routes)
    # Signed messages: tests/functions/verification/test_inbox.py. Reads say nothing.
    tried = [deployed.match("POST", path) for path in (*ROUTES, *UNKEYED)]
    assert None not in tried
    assert {each.route for each in tried if each} == {
        route for each in functions for route in each.routes if route[0] == "POST"
    }
    assert all(route.method == "post" for route in ROUTES.values())


@pytest.mark.parametrize("path", ROUTES)
def test_fields(path: str, commands: Commands, cast: Cast, fingerprint: Fingerprint) -> None:
    route = ROUTES[path]
    part = cast.of(path)
    before = fingerprint.take()
    flaws = []
    bodies = bad_bodies(route, {**route.right_body(), **part.fields})
    assert len(bodies) >= 7 + 7 * len(route.fields)
    for what, body in bodies:
        answer = commands.post(part.who, route.at(part.about), body)
        if fault := flaw(answer, "invalid_request", "bad_json", "bad_value"):
            flaws.append(f"{what}: {fault}")
    for content, code in UNREADABLE:
        answer = commands.post(part.who, route.at(part.about), content)
        if fault := flaw(answer, code):
            flaws.append(f"{content[:30]!r}: {fault}")
    assert not flaws, "\n".join(flaws)
    assert fingerprint.take() == before


def test_ids(commands: Commands, world: World, fingerprint: Fingerprint) -> None:
    before = fingerprint.take()
    flaws = []
    for route in ROUTES.values():
        if "{" not in route.path:
            continue
        for identifier in IDS:
            answer = commands.post(world.operator, route.at(identifier), route.right_body())
            # A slash in it makes it a path of the gateway's, which has no such route.
            unrouted = answer.status_code == 404 and answer.json() == {"message": "Not Found"}
            if not unrouted and (fault := flaw(answer, "invalid_request", "route_not_found")):
                flaws.append(f"{route.at(identifier)[:60]}: {fault}")
        nothing = commands.post(world.operator, route.at(uuid4()), route.right_body())
        if fault := flaw(nothing):
            flaws.append(f"{route.path} of nothing: {fault}")
    assert not flaws, "\n".join(flaws)
    assert fingerprint.take() == before


def test_headers(commands: Commands, world: World, fingerprint: Fingerprint) -> None:
    before = fingerprint.take()
    flaws = []
    for route in ROUTES.values():
        path = route.at(uuid4())
        tried: list[tuple[dict[str, Any], str]] = [
            ({"Idempotency-Key": None}, "idempotency_key_required"),
            *(({"Idempotency-Key": key}, "idempotency_key_required" if not key else
               "bad_idempotency_key") for key in KEYS),
            *(({"Content-Type": kind}, "unsupported_media_type") for kind in
              ("text/plain", "application/xml", "multipart/form-data; boundary=x", "nonsense")),
        ]  # fmt: skip
        for headers, code in tried:
            answer = commands.post(world.operator, path, b'{"a": 1}', **headers)
            if fault := flaw(answer, code):
                flaws.append(f"{path} {headers}: {fault}")
    assert not flaws, "\n".join(flaws)
    assert fingerprint.take() == before


def test_other_methods_and_paths(http: httpx.Client, commands: Commands, world: World) -> None:
    for route in ROUTES.values():
        for method in ("GET", "PUT", "PATCH", "DELETE"):
            answer = http.request(method, route.at(uuid4()))
            assert answer.status_code == 404, (method, route.path, answer.text)
    known = template.functions(template.load())
    for function in (known[name] for name in known.keys() - pages()):
        for _, path in function.routes:
            if path.endswith("{proxy+}"):
                below = path.removesuffix("{proxy+}") + f"{uuid4()}/nothing/at/all"
                answer = commands.post(world.operator, below, {})
                assert not flaw(answer, "route_not_found"), below
                assert commands.post(None, below, {}).status_code == 401
    for path in (
        "/",
        "/trades",
        "/escrows/x/y/z",
        "/nothing",
        "/%2e%2e/etc/passwd",
        "/TRADES/1/release",
    ):
        assert commands.post(world.operator, path, {}).status_code == 404
    assert (
        commands.post(world.operator, "/deposits", b"x" * (10 * 1024 * 1024 + 1)).status_code == 413
    )


def test_a_text_like_a_statement_is_a_text(commands: Commands, cast: Cast, world: World) -> None:
    part = cast.of("/escrows/{escrow_id}/mark-paid")
    answer = commands.post(part.who, f"/escrows/{part.about}/mark-paid", {"reference": nasty.SQL})
    assert answer.status_code == 200, answer.text
    stored = world.one(
        "select last_payload ->> 'reference' from private.escrow_transactions where id = %s",
        part.about,
    )
    assert stored == nasty.SQL
    assert world.one("select count(*) from public.wallets") > 0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from([nasty.SQL, nasty.NUL, nasty.HALF_PAIR, "infinity", "NaN", "1e400", "-1"]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)  # fmt: skip


@pytest.fixture(scope="module")
def unmoved(fingerprint: Fingerprint) -> Iterator[None]:
    before = fingerprint.take()
    yield
    assert fingerprint.take() == before


# They need no word but who asks.
_OF_NOTHING = {"/recovery-codes", "/factor-resets", "/sessions/revoke-others", "/data-exports"}


@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@pytest.mark.usefixtures("unmoved")
def test_structured_nonsense(data: st.DataObject, commands: Commands, world: World) -> None:
    route = ROUTES[data.draw(st.sampled_from(sorted(ROUTES.keys() - _OF_NOTHING)))]
    body = data.draw(JSON | st.dictionaries(st.sampled_from(sorted(route.fields) or ["x"]), JSON))
    # About nothing: a body that happens to be right finds no trade, order or party.
    answer = commands.post(world.operator, route.at(uuid4()), body)
    assert not flaw(answer), (route.path, body, flaw(answer))
