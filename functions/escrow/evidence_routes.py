"""HTTP commands about files: announce and upload, submit as evidence, read.

A function of its own, because the client of object storage is heavy.
"""

from typing import Annotated, Any, Literal
from uuid import UUID

from aws_lambda_powertools.event_handler import Response
from pydantic import Field

from shared import object_storage as storage
from shared.api import Db, Routes, lambda_handler, make_app
from shared.body import Body
from shared.caller import Caller, CallerToken
from shared.commands import command
from shared.db import Database
from shared.errors import Conflict
from shared.idempotency import IdempotencyKey, answer
from shared.identifier import Id
from shared.responses import answers
from shared.settings import bucket
from shared.text import LineOfWords

from . import bodies
from .execute import execute, snapshot_of

routes = Routes()


class AnnounceFile(Body):
    """What will be uploaded: sha256 and size of the exact bytes."""

    purpose: Literal["evidence", "message"] = "evidence"
    sha256: bodies.Sha256
    name: Annotated[LineOfWords, Field(min_length=1, max_length=200)]
    media_type: Annotated[str, Field(min_length=1, max_length=100)]
    size_bytes: Annotated[int, Field(ge=1, le=20_971_520)]


class HandIn(bodies.TradeBody):
    """A file that was announced and uploaded."""

    sha256: bodies.Sha256


class FileWanted(Body):
    sha256: bodies.Sha256


@routes.post(
    "/escrows/<escrow_id>/evidence-uploads",
    responses=answers(bodies.UploadOpened, "Where to upload it.", status=201),
)
def announce(
    escrow_id: Id, body: AnnounceFile, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """A side announces a file and gets an address to upload exactly these bytes to."""
    return command(
        db,
        caller,
        key,
        "evidence_upload",
        {**body.model_dump(), "escrow_id": str(escrow_id)},
        read=snapshot_of(escrow_id),
        shown=lambda opened: {**opened, **storage.address_to_upload(_file(escrow_id, opened))},
        status=201,
    )


@routes.post(
    "/escrows/<escrow_id>/evidence",
    responses=answers(bodies.EvidenceReceived, "The escrow after the move, and the receipt."),
)
def hand_in(
    escrow_id: Id, body: HandIn, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """A side submits a file it has uploaded, as evidence; at most 20 a side."""
    files = _files(db, caller, escrow_id, body.sha256)
    mine = next((one for one in files if one["mine"]), None)
    if mine is None or not storage.is_stored(_file(escrow_id, mine)):
        raise _not_stored()
    told = {name: mine[name] for name in ("sha256", "name", "media_type", "size_bytes")}
    moved = execute(
        db,
        caller,
        key,
        escrow_id,
        "evidence",
        bodies.Evidence(expected_version=body.expected_version, **told),
    )
    receipt = db.rpc(
        "evidence_receipt", _about(escrow_id, body.sha256), token=caller.token, repeatable=True
    )
    return Response(
        moved.status_code,
        "application/json",
        {**(moved.body or {}), "receipt": receipt},
        moved.headers,
    )


@routes.post(
    "/escrows/<escrow_id>/evidence-downloads",
    responses=answers(bodies.DownloadOpened, "Where to read it."),
)
def download(
    escrow_id: Id, body: FileWanted, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """A side, or the arbiter of the dispute, gets an address to read a file from."""
    for one in _files(db, caller, escrow_id, body.sha256):
        file = _file(escrow_id, one)
        if storage.is_stored(file):
            return answer(storage.address_to_download(file, one["name"]))
    raise _not_stored()


def _files(db: Database, caller: CallerToken, escrow_id: UUID, sha256: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = db.rpc(
        "evidence_files", _about(escrow_id, sha256), token=caller.token, repeatable=True
    )
    return found


def _about(escrow_id: UUID, sha256: str) -> dict[str, Any]:
    return {"escrow_id": str(escrow_id), "sha256": sha256}


def _file(escrow_id: UUID, told: dict[str, Any]) -> storage.File:
    key = f"{escrow_id}/{told['author_role']}/{told['sha256']}"
    said = (told[name] for name in ("sha256", "media_type", "size_bytes"))
    return storage.File(bucket("HOLDFAST_EVIDENCE_BUCKET"), key, *said)


def _not_stored() -> Conflict:
    return Conflict(
        "file_not_stored",
        "The file has not been uploaded as announced.",
        "Announce it at evidence-uploads and PUT it to the address in the answer.",
    )


app = make_app(routes)
handler = lambda_handler(app)
