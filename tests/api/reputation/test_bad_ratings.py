"""Bad ratings, which people write straight into a table."""

import json
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from stack.stack import Stack
from tests.world.bad_input import nasty
from tests.world.bad_input.fingerprint import Fingerprint
from tests.world.bad_input.rest_client import flaw
from tests.world.escrow import Escrow
from tests.world.ratings import settled
from tests.world.world import World

KINDS = {"trade_id": "uuid", "score": "integer", "comment": "text"}
# What only the database may say.
STAMPED = ("author_role", "author_id", "party_id", "blind_until", "created_at")


@pytest.fixture
def trade(world: World) -> Escrow:
    with world.connection.transaction():
        return settled(world, world.user("seller"), world.user("buyer"))


class Author:
    """Posts ratings as one person."""

    def __init__(self, stack: Stack, http: httpx.Client, user: UUID) -> None:
        self._http = http
        self._url = f"{stack.postgrest.url}/p2p_ratings"
        self._headers = {
            "Authorization": f"Bearer {stack.token(user)}", "Content-Type": "application/json",
        }  # fmt: skip

    def post(self, body: Any) -> httpx.Response:
        content = json.dumps(body).encode()
        return self._http.post(self._url, content=content, headers=self._headers)


def test_ratings(stack: Stack, http: httpx.Client, trade: Escrow, fingerprint: Fingerprint) -> None:
    author = Author(stack, http, trade.payee)
    right = {"trade_id": str(trade.id), "score": 5, "comment": "Quick."}
    before = fingerprint.take()
    flaws = []
    for name, kind in KINDS.items():
        for value in nasty.values(kind):
            if name == "comment" and value is nasty.MISSING:
                continue
            answer = author.post(nasty.changed(right, name, value))
            if fault := flaw(answer):
                flaws.append(f"{name} {nasty.shown(value)}: {fault}")
    for name in STAMPED:
        if fault := flaw(author.post({**right, name: None})):
            flaws.append(f"{name}: {fault}")
    lists: tuple[Any, ...] = ({}, [right, right], [right, {**right, "trade_id": str(uuid4())}])
    for body in lists:
        if fault := flaw(author.post(body)):
            flaws.append(f"{nasty.shown(body)}: {fault}")
    assert not flaws, "\n".join(flaws)
    assert fingerprint.take() == before
    assert author.post(right).status_code == 201
    assert fingerprint.take() != before
