"""HTTP command: read a contract document."""

from typing import Any, Literal
from uuid import UUID

from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel, ConfigDict

from shared import object_storage as storage
from shared.api import Db, Routes
from shared.body import Body
from shared.caller import Caller
from shared.errors import Conflict
from shared.idempotency import IdempotencyKey, answer
from shared.identifier import Id
from shared.responses import answers
from shared.telemetry import logger

from .store import file_of

Edition = Literal["unsigned", "signed"]


class DocumentWanted(Body):
    """edition: by default the signed one, when there is one."""

    edition: Edition | None = None


class DocumentOpened(BaseModel):
    """url: read the PDF with method within expires_in seconds. sha256: of its bytes."""

    model_config = ConfigDict(extra="forbid")
    contract_id: UUID
    edition: Edition
    sha256: str
    size_bytes: int
    method: str
    url: str
    expires_in: int


routes = Routes()


@routes.post(
    "/contracts/<contract_id>/document-downloads",
    responses=answers(DocumentOpened, "Where to read it."),
)
def download(
    contract_id: Id, body: DocumentWanted, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """Get an address to download the PDF of a contract from."""
    asked = {"contract_id": str(contract_id), "edition": body.edition}
    kept = db.rpc("contract_document", asked, token=caller.token, repeatable=True)
    file = file_of(kept)
    if not storage.is_stored(file):
        logger.error("document is not as it was recorded", key=file.key)
        raise Conflict(
            "document_damaged",
            "The PDF in object storage is not the one that was recorded.",
            "The document in contracts.document is untouched, and it is what was signed.",
        )
    told = {name: kept[name] for name in ("contract_id", "edition", "sha256", "size_bytes")}
    name = f"contract-{contract_id}-{kept['edition']}.pdf"
    return answer({**told, **storage.address_to_download(file, name)})
