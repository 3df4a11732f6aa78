"""The button by which a mail program turns a kind of message off."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel, ConfigDict

from shared.api import Db, Routes
from shared.responses import answers

from .unsubscribe import opened


class Unsubscribed(BaseModel):
    """kind: of which the person gets no e-mail any more."""

    model_config = ConfigDict(extra="forbid")
    kind: str


routes = Routes()


@routes.post("/unsubscribe/<token>", responses=answers(Unsubscribed, "Turned off."))
def unsubscribe(token: str, db: Db) -> Response[Any]:
    """Turn a kind of e-mail off, by the link in one (RFC 8058); nobody need be signed in."""
    user_id, kind = opened(token)
    db.service_rpc("message_unsubscribe", {"user_id": user_id, "kind": kind}, repeatable=True)
    return Response(200, "application/json", {"kind": kind})
