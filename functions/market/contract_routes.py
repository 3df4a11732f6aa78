"""Routes of contracts: all milestones move together, or none does."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from aws_lambda_powertools.event_handler import Response

from shared.api import Db, Routes
from shared.body import Nothing
from shared.caller import Caller, CallerToken
from shared.commands import commit
from shared.db import Database
from shared.idempotency import CommandKey, IdempotencyKey, answer
from shared.identifier import Id
from shared.responses import answers

from ..escrow import bodies, decision
from ..escrow.decide import decide
from ..escrow.snapshot import Snapshot, parse_snapshot
from .contract_answer import ContractMoved

routes = Routes()
_MOVED = answers(ContractMoved, "The contract after the command.")
_UNPAID = ("proposed", "awaiting_funds")


@routes.post("/contracts/<contract_id>/sign", responses=_MOVED)
def sign(
    contract_id: Id, body: bodies.Sign, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """A side signs the document by its hash (aal2)."""
    return _commit(db, caller, key, contract_id, "sign", ("proposed",), body.document_hash)


@routes.post("/contracts/<contract_id>/fund", responses=_MOVED)
def fund(
    contract_id: Id, body: Nothing, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """The buyer pays all milestones in from the balance (aal2)."""
    return _commit(db, caller, key, contract_id, "fund", ("awaiting_funds",))


@routes.post("/contracts/<contract_id>/cancel", responses=_MOVED)
def cancel(
    contract_id: Id, body: Nothing, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """A side cancels every milestone that is not paid in."""
    return _commit(db, caller, key, contract_id, "cancel", _UNPAID)


def _commit(
    db: Database,
    caller: CallerToken,
    key: CommandKey,
    contract_id: UUID,
    name: str,
    states: Sequence[str],
    terms_hash: str | None = None,
) -> Response[Any]:
    """Decide for each milestone in one of the states; when there is none, say why for the first."""
    payload = {"terms_hash": terms_hash} if terms_hash else {}
    about = {"contract_id": str(contract_id), **key.params()}

    def params(read: Mapping[str, Any]) -> Mapping[str, Any]:
        snapshots = [parse_snapshot(each) for each in read["milestones"]]
        open_ = [each for each in snapshots if each.escrow.state in states] or snapshots[:1]
        decisions = [
            decide(each, _command(name, payload, key, each), each.now).to_json() for each in open_
        ]
        return {"command": {**about, "actor_id": snapshots[0].actor.id}, "decisions": decisions}

    read = ("contract_snapshot", about)
    return answer(commit(db, caller, read, "contract_commit", params, again_on="stale_version"))


def _command(
    name: str, payload: dict[str, Any], key: CommandKey, snapshot: Snapshot
) -> decision.Command:
    """The command for one milestone, with a key of its own made of the contract's."""
    part = hashlib.sha256(f"{key.key} {snapshot.escrow.id}".encode()).hexdigest()
    return decision.Command(name, payload, part, key.request_hash, None)
