"""Read, decide, commit: one command of one caller."""

from typing import Any
from uuid import UUID

from aws_lambda_powertools.event_handler import Response

from shared.caller import CallerToken
from shared.db import Database
from shared.errors import Conflict
from shared.idempotency import CommandKey, answer

from .bodies import TradeBody
from .decide import decide
from .decision import Command
from .snapshot import parse_snapshot

ATTEMPTS = 3


def act(
    db: Database,
    caller: CallerToken,
    key: CommandKey,
    escrow_id: UUID,
    word: str,
    body: TradeBody | None = None,
) -> Response[Any]:
    """The answer of a command, or the answer its key got before.

    When somebody else was quicker the decision is made anew, at most twice, unless the
    caller named the version they meant. Raises Problem.
    """
    body = body or TradeBody()
    command = Command(word, body.payload(), key.key, key.request_hash, body.expected_version)
    for attempt in range(1, ATTEMPTS + 1):
        read = read_snapshot(db, caller, key, escrow_id)
        if "answer" in read:
            return answer(read["answer"])
        snapshot = parse_snapshot(read)
        decision = decide(snapshot, command, snapshot.now)
        try:
            params = {"decision": decision.to_json()}
            return answer(db.service_rpc("escrow_commit", params, repeatable=True))
        except Conflict as problem:
            final = attempt == ATTEMPTS or body.expected_version is not None
            if final or problem.slug != "stale_version":
                raise
    raise AssertionError("the last attempt answers or raises")


def read_snapshot(
    db: Database, caller: CallerToken, key: CommandKey, escrow_id: UUID
) -> dict[str, Any]:
    """public.escrow_snapshot as the caller may see it, or {answer}. Raises Problem."""
    params = {
        "escrow_id": str(escrow_id),
        "idempotency_key": key.key,
        "request_hash": key.request_hash,
    }
    read: dict[str, Any] = db.rpc("escrow_snapshot", params, token=caller.token, repeatable=True)
    return read
