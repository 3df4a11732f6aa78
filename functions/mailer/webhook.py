"""Auth's hooks for e-mail and SMS: what they ask for is sent within the call, or not at all."""

import os
import re
from dataclasses import replace
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.metrics import MetricUnit
from pydantic import BaseModel, ConfigDict

from shared.api import Db, Routes, lambda_handler, make_app
from shared.db import Database
from shared.errors import Unavailable
from shared.inbound import HEADERS, Inbound, Message, checked
from shared.responses import answers
from shared.settings import auth_url
from shared.telemetry import logger, metrics

from .carriers import IN_A_CALL, carrier
from .hook import Asked, Places, asked_of
from .mime import html_of, text_of
from .outgoing import brand
from .provider import Outgoing, ProviderFailed, Refused
from .text_rules import language_of, mail_of, parts_of, sms_of

SECRETS = "HOLDFAST_AUTH_HOOK_SECRET"
# Auth joins the signatures of two secrets with ", ", the specification with a space.
_SIGNATURE = re.compile(r"v1,[A-Za-z0-9+/]{43}=")


class Handed(BaseModel):
    """Nothing, when every message was handed to its carrier. error: why one never will be; Auth
    takes a refusal from an answer with status 200 only."""

    model_config = ConfigDict(extra="forbid")
    error: dict[str, Any] | None = None


routes = Routes()
_HANDED = answers(Handed, "The messages are on their way, or refused.")


@routes.post("/auth-hooks/send-email", responses=_HANDED)
def send_email(message: Inbound, db: Db) -> Response[Any]:
    """Auth asks for an e-mail, signed as Standard Webhooks 1.0.0."""
    return _answer(message, db, "email")


@routes.post("/auth-hooks/send-sms", responses=_HANDED)
def send_sms(message: Inbound, db: Db) -> Response[Any]:
    """Auth asks for an SMS, signed as Standard Webhooks 1.0.0."""
    return _answer(message, db, "sms")


def _answer(message: Message, db: Database, channel: str) -> Response[Any]:
    signatures = " ".join(_SIGNATURE.findall(message.signature))
    checked(replace(message, signature=signatures), SECRETS)
    asked = asked_of(message.body.decode(), message.id, _places())
    outcomes = [_send(db, each, channel) for each in asked]
    for outcome in set(outcomes):
        metrics.add_metric(f"AuthMessages{outcome.title().replace('_', '')}", MetricUnit.Count,
                           outcomes.count(outcome))  # fmt: skip
    if "retry" in outcomes or "busy" in outcomes:
        raise Unavailable("message_not_sent", "The message could not be handed over now.")
    if "limit_met" in outcomes:
        metrics.add_metric("MessagesLimitMet", MetricUnit.Count, outcomes.count("limit_met"))
        return _refused(429, "Too many messages were sent today. Try again later.")
    if "refuse" in outcomes or "failed" in outcomes:
        return _refused(422, "No message can be sent there.")
    # Of an address that is suppressed the caller learns nothing: who has an account would show.
    return Response(200, "application/json", {})


def _places() -> Places:
    pages = os.environ.get("HOLDFAST_PAGES_URL", "")
    return Places(auth_url(), f"{pages.rstrip('/')}/account/confirm" if pages else "")


def _refused(status: int, words: str) -> Response[Any]:
    return Response(200, "application/json", {"error": {"http_code": status, "message": words}})


def _send(db: Database, asked: Asked, channel: str) -> str:
    """What became of one message: sent, address_suppressed, limit_met, refuse, failed; busy and
    retry: Auth is to come again."""
    fields = {
        "user_id": str(asked.user_id), "kind": asked.kind, "source_id": str(asked.source_id),
        "part": asked.number, "address": asked.address,
    }  # fmt: skip
    begun = db.service_rpc("message_ask", fields, repeatable=True)
    if begun["outcome"] != "send":
        return str(begun["outcome"])
    language = language_of(begun["language"], asked.language)
    outgoing = _outgoing(begun["delivery_id"], asked, channel, language)
    carries = carrier(channel, IN_A_CALL)
    attempt = {"delivery_id": begun["delivery_id"], "attempt": begun["attempt"]}
    result: dict[str, Any]
    try:
        sent = carries.send(outgoing)
    except Refused as error:
        result = {"outcome": "refuse", "detail": str(error)}
    except ProviderFailed as error:
        # What may have been sent is sent again: the code is the same, and one is better than none.
        logger.warning("message not handed over", channel=channel, reason=str(error))
        result = {"outcome": "retry", "next_in": 0, "detail": str(error)}
    else:
        units = parts_of(outgoing.text) if channel == "sms" else 1
        result = {"outcome": "send", "provider": carries.name, "provider_message_id": sent,
                  "language": language, "units": units}  # fmt: skip
    db.service_rpc("message_record", {**attempt, **result}, repeatable=True)
    return "sent" if result["outcome"] == "send" else str(result["outcome"])


def _outgoing(delivery_id: str, asked: Asked, channel: str, language: str) -> Outgoing:
    if channel == "sms":
        fields = {**asked.fields, "code": asked.code}
        return Outgoing(delivery_id, asked.address, sms_of(asked.kind, language, fields, brand()))
    mail = mail_of(asked.kind, language, asked.fields, code=asked.code)
    return Outgoing(
        delivery_id, asked.address, text_of(mail, asked.link), mail.subject,
        html_of(mail, asked.link), {"Content-Language": language},
    )  # fmt: skip


app = make_app(routes, signed_by=HEADERS)
handler = lambda_handler(app)
