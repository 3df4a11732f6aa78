"""Bad drafts of orders, the one thing that people write straight into a table."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from stack.people import ALICE
from stack.stack import Stack
from tests.world.bad_input import nasty
from tests.world.bad_input.fingerprint import Fingerprint
from tests.world.bad_input.rest_client import flaw
from tests.world.world import World

KINDS = {"public.money_amount": "amount", "money_amount": "amount", "uuid": "uuid",
         "integer": "integer", "smallint": "integer", "timestamp with time zone": "time",
         "text": "text"}  # fmt: skip


# Any id may be chosen, terms have 5000 characters, and the payment method may give the time.
RIGHT = (("id", "00000000-0000-0000-0000-000000000000"), ("terms", nasty.NOISE),
         ("time_limit", None), ("min_taker_tier", 0), ("margin_bps", None),
         ("trigger_price", None))  # fmt: skip


def columns(world: World) -> dict[str, tuple[str, bool]]:
    """What a person may write: kind, and whether it may be left out."""
    rows = world.rows(
        "select attname::text, format_type(atttypid, null), atthasdef or not attnotnull"
        " from pg_attribute"
        " where attrelid = 'public.p2p_orders'::regclass and attnum > 0 and not attisdropped"
        " and has_column_privilege('authenticated', attrelid, attnum, 'insert')"
    )
    return {name: (KINDS.get(kind, "word"), default) for name, kind, default in rows}


def right_draft() -> dict[str, Any]:
    return {
        "id": str(uuid4()), "user_id": str(ALICE.id), "type": "sell", "cryptocurrency": "BTC",
        "fiat_currency": "USD", "amount": "1", "price": "50000", "min_order_amount": "0.1",
        "max_order_amount": "1", "payment_methods": ["sepa"], "time_limit": 30,
        "expires_at": (datetime.now(UTC) + timedelta(days=60)).isoformat(), "terms": "",
        "min_taker_tier": 0,
    }  # fmt: skip


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_drafts(
    method: str, stack: Stack, http: httpx.Client, world: World, fingerprint: Fingerprint
) -> None:
    headers = {
        "Authorization": f"Bearer {stack.token(ALICE.id)}", "Content-Type": "application/json",
    }  # fmt: skip
    draft = right_draft()
    url = f"{stack.postgrest.url}/p2p_orders"
    assert http.post(url, json=draft, headers=headers).status_code == 201
    before = fingerprint.take()
    flaws = []
    for name, (kind, default) in columns(world).items():
        for value in nasty.values(kind):
            if value is nasty.MISSING and (default or method == "PATCH"):
                continue
            if method == "POST":
                where, bad = "", nasty.changed({**draft, "id": str(uuid4())}, name, value)
            else:
                where, bad = f"?id=eq.{draft['id']}", {name: value}
            if (name, value) in RIGHT:
                continue
            content = json.dumps(bad).encode()
            answer = http.request(method, url + where, content=content, headers=headers)
            if fault := flaw(answer):
                flaws.append(f"{name} {nasty.shown(value)}: {fault}")
    assert not flaws, "\n".join(flaws)
    assert fingerprint.take() == before
