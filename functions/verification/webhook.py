"""The webhook of the verification provider."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel, ConfigDict

from shared.api import Db, Routes, lambda_handler, make_app
from shared.inbound import HEADERS, Inbound, checked
from shared.responses import answers
from shared.telemetry import logger

from .event import LINKS, parse_event

PROVIDER = "verification"
SECRETS = "HOLDFAST_VERIFICATION_SECRET"


class Received(BaseModel):
    """outcome: applied, noted (nothing to do), unmatched (nobody we know), repeated."""

    model_config = ConfigDict(extra="forbid")
    outcome: str


routes = Routes()


@routes.post("/webhooks/verification", responses=answers(Received, "Kept; do not send it again."))
def receive(message: Inbound, db: Db) -> Response[Any]:
    """An event of the verification provider, signed as Standard Webhooks 1.0.0."""
    checked(message, SECRETS)
    text = message.body.decode()
    event = parse_event(text)
    command = {
        **event,
        "provider": PROVIDER,
        "provider_event_id": message.id,
        "body": text,
    }
    name = "discord_event" if event["type"] in LINKS else "verification_event"
    result = db.service_rpc(name, {"command": command}, repeatable=True)
    if result["outcome"] == "unmatched":
        logger.warning("verification of nobody", event_id=message.id)
    return Response(200, "application/json", result)


app = make_app(routes, signed_by=HEADERS)
handler = lambda_handler(app)
