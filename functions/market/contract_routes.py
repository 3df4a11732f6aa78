"""Routes of contracts: all milestones move together, or none does."""

import hashlib
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from aws_lambda_powertools.event_handler import Response

from shared.api import Db, Routes
from shared.body import Nothing
from shared.caller import Caller, CallerToken
from shared.db import Database
from shared.errors import Conflict
from shared.idempotency import Command, CommandKey, answer
from shared.identifier import Id
from shared.responses import answers

from ..escrow import bodies, decision
from ..escrow.decide import decide
from ..escrow.execute import ATTEMPTS
from ..escrow.snapshot import Snapshot, parse_snapshot
from .contract_answer import ContractMoved

routes = Routes()
_MOVED = answers(ContractMoved, "The contract after the command.")
_UNPAID = ("proposed", "awaiting_funds")


@routes.post("/contracts/<contract_id>/sign", responses=_MOVED)
def sign(contract_id: Id, body: bodies.Sign, caller: Caller, key: Command, db: Db) -> Response[Any]:
    """A side signs the document by its hash (aal2)."""
    return _commit(db, caller, key, contract_id, "sign", ("proposed",), body.document_hash)


@routes.post("/contracts/<contract_id>/fund", responses=_MOVED)
def fund(contract_id: Id, body: Nothing, caller: Caller, key: Command, db: Db) -> Response[Any]:
    """The buyer pays all milestones in from the balance (aal2)."""
    return _commit(db, caller, key, contract_id, "fund", ("awaiting_funds",))


@routes.post("/contracts/<contract_id>/cancel", responses=_MOVED)
def cancel(contract_id: Id, body: Nothing, caller: Caller, key: Command, db: Db) -> Response[Any]:
    """A side steps back from every milestone that is not paid in."""
    return _commit(db, caller, key, contract_id, "cancel", _UNPAID)


def _commit(
    db: Database,
    caller: CallerToken,
    key: CommandKey,
    contract_id: UUID,
    word: str,
    states: Sequence[str],
    terms_hash: str | None = None,
) -> Response[Any]:
    """Decide for each milestone in one of the states; when there is none, say why for the first."""
    asked = {"idempotency_key": key.key, "request_hash": key.request_hash}
    params = {"contract_id": str(contract_id), **asked}
    payload = {"terms_hash": terms_hash} if terms_hash else {}
    for attempt in range(1, ATTEMPTS + 1):
        read = db.rpc("contract_snapshot", params, token=caller.token, repeatable=True)
        if "answer" in read:
            return answer(read["answer"])
        snapshots = [parse_snapshot(each) for each in read["milestones"]]
        open_ = [each for each in snapshots if each.escrow.state in states] or snapshots[:1]
        decisions = [
            decide(each, _command(word, payload, key, each), each.now).to_json() for each in open_
        ]
        command = {**params, "actor_id": snapshots[0].actor.id}
        given = {"command": command, "decisions": decisions}
        try:
            return answer(db.service_rpc("contract_commit", given, repeatable=True))
        except Conflict as problem:
            if attempt == ATTEMPTS or problem.slug != "stale_version":
                raise
    raise AssertionError("the last attempt answers or raises")


def _command(
    word: str, payload: dict[str, Any], key: CommandKey, snapshot: Snapshot
) -> decision.Command:
    """The command for one milestone, with a key of its own made of the contract's."""
    part = hashlib.sha256(f"{key.key} {snapshot.escrow.id}".encode()).hexdigest()
    return decision.Command(word, payload, part, key.request_hash, None)
