"""Stripe's webhook: verifies an event, stores it, answers. The inbox does the rest. Nothing here
loads Stripe's library: the sender waits."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.request import Request
from pydantic import BaseModel, ConfigDict

from shared.api import Db, Routes, lambda_handler, make_app
from shared.inbound import raw_body
from shared.responses import answers
from shared.settings import secret_values

from .event import received
from .signature import verify

SECRETS = "HOLDFAST_STRIPE_WEBHOOK_SECRET"


class Kept(BaseModel):
    """new: false when the event came before."""

    model_config = ConfigDict(extra="forbid")
    new: bool


@dataclass(frozen=True, slots=True)
class Message:
    """As it came, unchecked. body: raw."""

    signature: str
    body: bytes


def message_of(request: Request) -> Message:
    """The message of a request."""
    return Message(request.headers.get("stripe-signature", ""), raw_body(request))


Inbound = Annotated[Message, Depends(message_of)]

routes = Routes()


@routes.post("/webhooks/stripe", responses=answers(Kept, "Kept; do not send it again."))
def receive(message: Inbound, db: Db) -> Response[Any]:
    """An event of Stripe, signed as Stripe signs."""
    verify(message.signature, message.body, secret_values(SECRETS), datetime.now(UTC))
    kept = [received(message.body.decode(), "webhook")]
    new = db.service_rpc("webhook_receive", {"events": kept}, repeatable=True)
    return Response(200, "application/json", {"new": new > 0})


app = make_app(routes, signed_by={"stripe-signature": "Time and signature: `t=…,v1=…`."})
handler = lambda_handler(app)
