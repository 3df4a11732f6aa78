"""HTTP commands about assets: take a snapshot of one, and prove with it what was delivered."""

import os
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.event_handler import Response

from shared.api import Db, Routes
from shared.caller import Caller
from shared.commands import command
from shared.errors import NotFound, Unavailable
from shared.http_client import SourceFailed
from shared.idempotency import IdempotencyKey
from shared.identifier import Id
from shared.responses import answers
from shared.telemetry import logger

from . import bodies, roblox

routes = Routes()


@routes.post("/asset-snapshots", responses=answers(bodies.Taken, "The snapshot.", status=201))
def take(body: bodies.Wanted, caller: Caller, key: IdempotencyKey, db: Db) -> Response[Any]:
    """Take a snapshot of an asset, as the provider shows it now."""

    def fields(_: Mapping[str, Any]) -> Mapping[str, Any]:
        # Outside first; what is written comes after it, in one commit.
        return {**body.model_dump(mode="json"), "document": _fetched(body)}

    return command(db, caller, key, "asset_snapshot_take", fields, status=201)


@routes.post(
    "/escrows/<escrow_id>/asset-proofs",
    responses=answers(bodies.Proved, "What has changed since the contract was made.", status=201),
)
def prove(
    escrow_id: Id, body: bodies.Proof, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """A side compares a snapshot with the one in the contract."""
    fields = {"escrow_id": str(escrow_id), "snapshot_id": str(body.snapshot_id)}
    return command(db, caller, key, "asset_prove", fields, status=201)


def _fetched(body: bodies.Wanted) -> roblox.Told:
    try:
        told = roblox.fetch(_origin, body.kind, body.asset_id)
    except SourceFailed as failure:
        logger.warning("provider of assets failed", provider=body.provider, reason=str(failure))
        raise Unavailable(
            "provider_unavailable",
            "The provider of the asset does not answer as it should.",
            "Ask again a little later, with the same Idempotency-Key.",
        ) from None
    if told is None:
        raise NotFound("asset_not_found", "The provider knows no such asset.")
    return told


def _origin(part: str) -> str:
    return os.environ[f"HOLDFAST_ROBLOX_{part.upper()}_URL"]
