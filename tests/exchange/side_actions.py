"""What a trader does besides the moves: writes, shows files, rates, keeps somebody away."""

import hashlib
from typing import Any

import httpx
from postgrest.exceptions import APIError

from tests.exchange.choose_move import Move, Row
from tests.exchange.client import Client

# What PostgREST makes of the two refusals that are not ours: a policy, and a key that is there.
_STATUS = {"42501": "403", "23505": "409"}


def write(trader: Client, escrow: Row) -> None:
    """Now and then a message to the other side."""
    if trader.rng.random() < 0.2:
        _insert(trader, "message", "trade_messages", trade_id=escrow["id"], body="Are you there?")


def rate(trader: Client) -> None:
    """Now and then a rating of a trade that was settled and is not yet rated."""
    if trader.rng.random() > 0.1:
        return
    rated = {each["trade_id"] for each in trader.read("p2p_ratings", "trade_id")}
    done = trader.rest.table("p2p_trades").select("id").in_("status", ["completed", "split"])
    for trade in done.is_("is_rated", "true").limit(500).execute().data:
        if isinstance(trade, dict) and trade["id"] not in rated:
            score = trader.rng.randint(1, 5)
            _insert(trader, "rate", "p2p_ratings", trade_id=trade["id"], score=score, comment="")
            return


def block(trader: Client, other: Client) -> None:
    """Keep another trader away from now on."""
    _insert(trader, "block", "p2p_blocks", blocker_id=trader.id, blocked_id=other.id)


def hand_in(trader: Client, escrow: Row) -> None:
    """Now and then a file: announced, uploaded to object storage, submitted."""
    if trader.rng.random() > 0.6:
        return
    content = f"Statement {trader.rng.random()} of {trader.name}".encode()
    sha256 = hashlib.sha256(content).hexdigest()
    file = {
        "sha256": sha256, "name": "statement.txt", "media_type": "text/plain",
        "size_bytes": len(content),
    }  # fmt: skip
    announced = trader.move(escrow["id"], Move("evidence-uploads", file))
    if announced.status == 201:
        put = httpx.put(
            str(announced.body["url"]), content=content, headers=announced.body["headers"],
            timeout=60,
        )  # fmt: skip
        assert put.status_code == 200, put.text
        trader.move(escrow["id"], Move("evidence", {"sha256": sha256}))


def _insert(trader: Client, word: str, table: str, **row: Any) -> None:
    """A row over PostgREST, counted like a command."""
    try:
        trader.write(table, **row)
    except APIError as refused:
        code = str(refused.code)
        status = _STATUS.get(code, code.removeprefix("PT"))
        trader.tally.count(word, f"{status} {refused.message}")
    else:
        trader.tally.count(word, "201 done")
