"""Discord ids follow what operators and the provider's signed events say, and nobody else."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from shared.signatures import sign
from stack.people import ARTHUR, OLGA
from stack.stack import Stack
from tests.world.http.desk import Desk

SECRET = "whsec_" + "bmV3LXNlY3JldC1vZi10aGUtcHJvdmlkZXI="
_ids = count(80351110224678912)


def snowflake() -> str:
    return str(next(_ids))


@pytest.fixture(scope="module")
def http(stack: Stack) -> Iterator[httpx.Client]:
    stack.aws.put_secret("VerificationSecret", SECRET)
    with httpx.Client(base_url=stack.url, timeout=30) as http:
        yield http


@pytest.fixture
def person(desk: Desk) -> UUID:
    return desk.stack.create_user()


def tell(
    http: httpx.Client, kind: str, data: Any, *, secret: str = SECRET, hours_ago: float = 0
) -> Any:
    """What the inbox answers to a signed event."""
    at, message = datetime.now(UTC), f"msg_{uuid4()}"
    event = {"type": kind, "timestamp": (at - timedelta(hours=hours_ago)).isoformat(), "data": data}
    body = json.dumps(event).encode()
    headers = {
        "content-type": "application/json", "webhook-id": message,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": sign([secret], message, at, body),
    }  # fmt: skip
    answer = http.post("/webhooks/verification", content=body, headers=headers).json()
    return answer.get("outcome") or answer["code"]


def discord_of(desk: Desk, who: UUID) -> Any:
    (row,) = desk.read(who, f"/profiles?id=eq.{who}&select=discord_id")
    return row["discord_id"]


def link(desk: Desk, who: UUID, discord_id: str | None, **options: Any) -> Any:
    body = {"discord_id": discord_id, "reason": "seen in a call"}
    return desk.post(OLGA.id, f"/profiles/{who}/link-discord", body, **options)


def test_an_operator_links_and_takes_back(desk: Desk, person: UUID) -> None:
    mine = snowflake()
    done = link(desk, person, mine, key="link")
    assert done.body == {"party_id": str(person), "guild_id": None, "discord_id": mine}
    again = link(desk, person, mine, key="link")
    assert (again.replayed, again.body) == (True, done.body)
    assert discord_of(desk, person) == mine
    assert link(desk, person, None).body["discord_id"] is None
    assert discord_of(desk, person) is None
    history = desk.read(person, "/discord_links?order=id&select=discord_id,source")
    assert [each["discord_id"] for each in history] == [mine, None]
    assert desk.read(desk.stack.create_user(), "/discord_links?select=id") == []


def test_a_signed_event_links_and_the_latest_decision_counts(
    desk: Desk, http: httpx.Client, person: UUID
) -> None:
    first, second = snowflake(), snowflake()
    told = {"party_id": str(person), "discord_id": second}
    assert tell(http, "discord.linked", told) == "applied"
    # An older one that comes late is kept, and changes nothing.
    late = {"party_id": str(person), "discord_id": first}
    assert tell(http, "discord.linked", late, hours_ago=2) == "applied"
    assert discord_of(desk, person) == second
    assert tell(http, "discord.unlinked", {"party_id": str(person)}) == "applied"
    assert discord_of(desk, person) is None


def test_security_what_is_not_signed_or_not_right_links_nothing(
    desk: Desk, http: httpx.Client, person: UUID
) -> None:
    right = {"party_id": str(person), "discord_id": snowflake()}
    other = "whsec_" + "YW5vdGhlci1zZWNyZXQtb2Ytbm9ib2R5LTI="
    assert tell(http, "discord.linked", right, secret=other) == "bad_signature"
    for wrong in (
        {"party_id": str(person)}, {"discord_id": snowflake()}, right | {"discord_id": "me"},
        right | {"guild_id": str(uuid4())}, right | {"discord_id": 80351110224678912},
    ):  # fmt: skip
        assert tell(http, "discord.linked", wrong) == "bad_event"
    assert tell(http, "discord.unlinked", right) == "bad_event"
    unknown = right | {"party_id": str(uuid4())}
    assert tell(http, "discord.linked", unknown) == "unmatched"
    assert discord_of(desk, person) is None


def test_an_id_belongs_to_one(desk: Desk, http: httpx.Client, person: UUID) -> None:
    taken = snowflake()
    assert link(desk, person, taken).status == 200
    other = desk.stack.create_user()
    assert (link(desk, other, taken).status, link(desk, other, taken).code) == (
        409, "discord_taken",
    )  # fmt: skip
    told = {"party_id": str(other), "discord_id": taken}
    assert tell(http, "discord.linked", told) == "discord_taken"
    assert discord_of(desk, other) is None
    link(desk, person, None)
    assert link(desk, other, taken).status == 200


def test_a_guild_is_linked_as_well(desk: Desk, http: httpx.Client, person: UUID) -> None:
    guild, server = str(uuid4()), snowflake()
    assert desk.write(person, "POST", "/guilds", {"id": guild, "name": "Traders"}).status == 201
    body = {"discord_id": server, "reason": "asked its owner"}
    done = desk.done(OLGA.id, f"/guilds/{guild}/link-discord", body)
    assert done["discord_id"] == server
    (row,) = desk.read(person, f"/guilds?id=eq.{guild}")
    assert row["discord_id"] == server
    assert tell(http, "discord.unlinked", {"guild_id": guild}) == "applied"
    missing = f"/guilds/{uuid4()}/link-discord"
    assert desk.post(OLGA.id, missing, body).code == "guild_not_found"


def test_security_nobody_else_sets_it(desk: Desk, person: UUID) -> None:
    body = {"discord_id": snowflake(), "reason": "it is mine"}
    for who in (person, ARTHUR.id):
        reply = desk.post(who, f"/profiles/{person}/link-discord", body)
        assert (reply.status, reply.code) == (403, "operator_only")
    assert link(desk, person, snowflake(), aal="aal1").code == "step_up_required"
    assert link(desk, OLGA.id, snowflake()).code == "not_your_move"
    row = {"discord_id": body["discord_id"]}
    assert desk.write(person, "PATCH", f"/profiles?id=eq.{person}", row).status == 403
    named = {"id": str(uuid4()), "name": "Mine", **row}
    assert desk.write(person, "POST", "/guilds", named).status == 403
    # Not even the owner of the database writes past the history.
    with desk.stack.connect() as connection, pytest.raises(psycopg.Error) as refused:
        connection.execute(
            "update public.profiles set discord_id = %s where id = %s",
            [body["discord_id"], person],
        )
    assert "discord_is_history" in str(refused.value)
    assert discord_of(desk, person) is None
