"""Bad input to PostgREST itself, where no function of ours stands before it: never a 500, but for
what PostgREST says before it asks the database."""

import json
from typing import Any

import httpx
import pytest

from stack.people import ALICE
from stack.stack import Stack
from tests.infra.docs import DOCS
from tests.world.bad_input.fingerprint import Fingerprint
from tests.world.world import World

CALLERS = ("alice", "anon", "service")
WRITES: tuple[tuple[str, str, Any], ...] = (
    ("POST", "", {}), ("POST", "", []), ("PATCH", "?{}=is.null", None),
    ("DELETE", "?{}=is.null", 0), ("PUT", "?{}=eq.1", 1), ("POST", "?columns={}", None),
)  # fmt: skip
FILTERS = (
    "terms=eq.a%00b", "terms=match.(((", "amount=eq.1e999999", "amount=eq.NaN", "id=eq.x",
    "created_at=gt.2026-01-01T00:00:00%2B16:30", "created_at=gt.2026-13-45", "limit=-1",
    "offset=99999999999999999999", "limit=99999999999999999999", "select=id::nothing",
    "select=id::regclass", "select=terms::int", "select=count()", "select=amount.sum()",
    "select=" + "a," * 1_000 + "id", "order=nothing", "time_limit=eq.99999999999", "and=(((",
    "payment_methods=cs.{", "select=nothing(*)", "type=eq.nothing", "terms=fts(nothing).x",
)  # fmt: skip
BODIES = (
    b"\xff", b'{"idempotency_key": "\xff"}', b'{"idempotency_key": "a\\u0000"}', b"{",
    b"[" * 20_000, b'{"idempotency_key": "\\ud800"}', b'{"a":' * 20_000,
    b"[" * 20_000 + b"]" * 20_000,
    b'{"idempotency_key": "' + b"x" * 2_000_000 + b'"}',
)  # fmt: skip


@pytest.fixture(scope="module")
def callers(stack: Stack) -> dict[str, dict[str, str]]:
    def signed(token: str) -> dict[str, str]:
        return {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}

    return {
        "alice": signed(stack.token(ALICE.id, aal="aal2")),
        "service": signed(stack.service_key),
        "anon": {"Content-Type": "application/json"},
    }


def test_writes_to_views(
    stack: Stack,
    http: httpx.Client,
    callers: dict[str, dict[str, str]],
    world: World,
    fingerprint: Fingerprint,
) -> None:
    views = world.rows(
        "select c.relname::text, a.attname::text from pg_class as c"
        " join pg_attribute as a on a.attrelid = c.oid and a.attnum = 1"
        " where c.relnamespace = 'public'::regnamespace and c.relkind = 'v'"
    )
    before = fingerprint.take()
    flaws = []
    for view, column in views:
        for method, query, value in WRITES:
            body = json.dumps(value if isinstance(value, dict | list) else {column: value})
            for caller, headers in callers.items():
                url = f"{stack.postgrest.url}/{view}{query.format(column)}"
                answer = http.request(method, url, content=body, headers=headers)
                empty = value == [] and answer.status_code < 300
                if not (400 <= answer.status_code < 500 or empty):
                    flaws.append(f"{caller} {method} {view}: {answer.status_code} {answer.text}")
    assert not flaws, "\n".join(flaws)
    assert len(views) >= 8
    assert fingerprint.take() == before


def test_every_view_says_that_it_is_read(world: World) -> None:
    assert not world.rows(
        "select c.relname::text from pg_class as c where c.relkind = 'v'"
        " and c.relnamespace in ('public'::regnamespace, 'service'::regnamespace)"
        " and not exists (select from pg_trigger as t where t.tgrelid = c.oid"
        " and t.tgfoid = 'private.tg__view'::regproc)"
    )


@pytest.mark.parametrize("caller", CALLERS[:2])
def test_filters(
    caller: str, stack: Stack, http: httpx.Client, callers: dict[str, dict[str, str]]
) -> None:
    flaws = []
    for query in FILTERS:
        for table in ("p2p_orders", "listings"):
            answer = http.get(f"{stack.postgrest.url}/{table}?{query}", headers=callers[caller])
            if answer.status_code >= 500:
                flaws.append(f"{table} {query[:60]}: {answer.status_code} {answer.text[:200]}")
    assert not flaws, "\n".join(flaws)


def test_bodies(
    stack: Stack, http: httpx.Client, callers: dict[str, dict[str, str]], fingerprint: Fingerprint
) -> None:
    before = fingerprint.take()
    for body in BODIES:
        answer = http.post(
            f"{stack.postgrest.url}/rpc/whoami", content=body, headers=callers["alice"]
        )
        assert answer.status_code < 500, (body[:40], answer.text[:200])
    assert fingerprint.take() == before


def test_what_is_not_utf8_is_known_not_to_be_mended_by_us(
    stack: Stack, http: httpx.Client, callers: dict[str, dict[str, str]]
) -> None:
    """When PostgREST refuses it, this and the words in docs/errors.md go."""
    answer = http.get(f"{stack.postgrest.url}/p2p_orders?terms=eq.%FF", headers=callers["alice"])
    assert (answer.status_code, answer.text) == (500, "Something went wrong")
    assert "is not UTF-8" in (DOCS / "errors.md").read_text()
