"""HTTP commands about exports: a person asks for the own data, and downloads it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel, ConfigDict

from shared import object_storage as storage
from shared.api import Db, Routes
from shared.body import Nothing
from shared.caller import Caller
from shared.commands import command
from shared.errors import Conflict
from shared.idempotency import IdempotencyKey, answer
from shared.identifier import Id
from shared.responses import answers
from shared.telemetry import logger

from .store import file_of

routes = Routes()


class Export(BaseModel):
    """An export that is being written. export_id: names it. deadline_at: when it is given up."""

    model_config = ConfigDict(extra="forbid")
    export_id: UUID
    state: str
    deadline_at: datetime


class ExportOpened(BaseModel):
    """export_id: names it. url: read the JSON with method within expires_in seconds. sha256: of its
    bytes. deadline_at: until when it is kept."""

    model_config = ConfigDict(extra="forbid")
    export_id: UUID
    sha256: str
    size_bytes: int
    deadline_at: datetime
    method: str
    url: str
    expires_in: int


@routes.post("/data-exports", responses=answers(Export, "The export, not yet written.", status=201))
def ask(body: Nothing, caller: Caller, key: IdempotencyKey, db: Db) -> Response[Any]:
    """A person asks for all that is kept about them, as one JSON document (aal2). Once in 24 hours;
    the event data_export.finish tells that it is ready. It is kept for seven days."""
    return command(db, caller, key, "data_export_ask", {}, status=201)


@routes.post(
    "/data-exports/<export_id>/downloads",
    responses=answers(ExportOpened, "Where to read it."),
)
def download(
    export_id: Id, body: Nothing, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """Get an address to download an export of one's own from (aal2). Whoever has the address reads
    it: it is good for a minute."""
    asked = {"export_id": str(export_id)}
    kept = db.rpc("data_export", asked, token=caller.token, repeatable=True)
    file = file_of(kept["object_key"], kept["sha256"], kept["size_bytes"])
    if not storage.is_stored(file):
        logger.error("export is not as it was recorded", key=file.key)
        raise Conflict(
            "document_damaged",
            "The export in object storage is not the one that was recorded.",
            "Ask for another export.",
        )
    told = {name: kept[name] for name in ("sha256", "size_bytes", "deadline_at")}
    address = storage.address_to_download(file, f"data-export-{export_id}.json")
    return answer({"export_id": str(export_id), **told, **address})
