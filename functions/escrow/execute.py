"""Read, decide, commit: one command of one caller."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from aws_lambda_powertools.event_handler import Response

from shared.caller import CallerToken
from shared.commands import Read, commit
from shared.db import Database
from shared.idempotency import CommandKey, answer

from .bodies import TradeBody
from .decide import decide
from .decision import Command
from .snapshot import parse_snapshot


def execute(
    db: Database,
    caller: CallerToken,
    key: CommandKey,
    escrow_id: UUID,
    name: str,
    body: TradeBody | None = None,
) -> Response[Any]:
    """The answer of a command, or the answer its key got before.

    When somebody else was quicker the decision is made anew, unless the caller named the
    version they meant. Raises Problem.
    """
    body = body or TradeBody()
    command = Command(name, body.payload(), key.key, key.request_hash, body.expected_version)

    def params(read: Mapping[str, Any]) -> Mapping[str, Any]:
        snapshot = parse_snapshot(read)
        return {"decision": decide(snapshot, command, snapshot.now).to_json()}

    again_on = "stale_version" if body.expected_version is None else None
    about, given = snapshot_of(escrow_id)
    read = (about, {**given, **key.params()})
    return answer(commit(db, caller, read, "escrow_commit", params, again_on=again_on))


def snapshot_of(escrow_id: UUID) -> Read:
    """public.escrow_snapshot, as the caller may see it."""
    return "escrow_snapshot", {"escrow_id": str(escrow_id)}
