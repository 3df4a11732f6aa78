"""What the provider of SMS tells of a message."""

import os
from typing import Annotated, Any
from urllib.parse import parse_qsl

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.request import Request
from pydantic import BaseModel, ConfigDict

from shared.api import Db, Routes
from shared.errors import BadRequest
from shared.identifier import Id
from shared.inbound import raw_body
from shared.responses import answers
from shared.settings import secret_values

from .twilio import Twilio, event_of, is_signed


class Noted(BaseModel):
    """outcome: applied, noted (nothing new) or unmatched (no message of ours)."""

    model_config = ConfigDict(extra="forbid")
    outcome: str


def form_of(request: Request) -> tuple[dict[str, str], str]:
    """The form of a request, and its signature. Raises BadRequest bad_event."""
    try:
        form = dict(parse_qsl(raw_body(request).decode(), keep_blank_values=True))
    except ValueError:
        raise BadRequest("bad_event", "The receipt is no form.") from None
    return form, request.headers.get("x-twilio-signature", "")


Form = Annotated[tuple[dict[str, str], str], Depends(form_of)]
routes = Routes()


@routes.post("/sms-receipts/<delivery_id>", responses=answers(Noted, "Kept; do not send it again."))
def receive(delivery_id: Id, told: Form, db: Db) -> Response[Any]:
    """A receipt of the provider of SMS: a form, signed with the account's token."""
    form, signature = told
    account, *tokens = secret_values("HOLDFAST_SMS_SECRET")
    url = f"{os.environ['HOLDFAST_API_URL'].rstrip('/')}/sms-receipts/{delivery_id}"
    if not is_signed(tokens, url, form, signature) or form.get("AccountSid") != account:
        raise BadRequest("bad_signature", "The message is not signed by the sender we know.")
    event = event_of(form)
    if event is None:
        return Response(200, "application/json", {"outcome": "noted"})
    fields = {
        "delivery_id": str(delivery_id), "provider": Twilio.name, "event": event[0],
        "provider_message_id": form.get("MessageSid", ""), "detail": event[1],
    }  # fmt: skip
    outcome = db.service_rpc("message_receipt", fields, repeatable=True)
    return Response(200, "application/json", {"outcome": outcome})
