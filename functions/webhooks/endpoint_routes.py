"""HTTP commands about webhook endpoints."""

import os
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from aws_lambda_powertools.event_handler import Response

from shared.api import Db, Routes
from shared.body import Nothing
from shared.caller import Caller, CallerToken
from shared.commands import Fields, command
from shared.db import Database
from shared.idempotency import CommandKey, IdempotencyKey
from shared.identifier import Id
from shared.refusals import refusal
from shared.responses import answers

from . import bodies
from .address import AddressRefused, parse_url

routes = Routes()
_RESENT = answers(bodies.Resent, "How many messages are sent again.")


@routes.post(
    "/webhook-endpoints",
    responses=answers(bodies.EndpointMade, "The endpoint and its secret.", status=201),
)
def create(body: bodies.NewEndpoint, caller: Caller, key: IdempotencyKey, db: Db) -> Response[Any]:
    """Send a party's events to an address from now on."""

    def fields(_: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            parse_url(body.url, local=os.environ.get("HOLDFAST_WEBHOOKS_LOCAL") == "1")
        except AddressRefused:
            raise refusal("webhook_url_refused") from None
        return body.model_dump(mode="json", exclude_none=True)

    return _command(db, caller, key, "webhook_endpoint_create", fields, status=201)


@routes.post(
    "/webhook-endpoints/<endpoint_id>/rotate-secret",
    responses=answers(bodies.SecretRotated, "The new secret."),
)
def rotate_secret(
    endpoint_id: Id, body: Nothing, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """Give an endpoint a new secret; the old one signs beside it for 24 hours."""
    return _command(db, caller, key, "webhook_secret_rotate", _endpoint(endpoint_id))


@routes.post(
    "/webhook-endpoints/<endpoint_id>/enable",
    responses=answers(bodies.EndpointEnabled, "The endpoint after the command."),
)
def enable(
    endpoint_id: Id, body: Nothing, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """Switch a disabled endpoint on again."""
    return _command(db, caller, key, "webhook_endpoint_enable", _endpoint(endpoint_id))


@routes.post(
    "/webhook-endpoints/<endpoint_id>/ping",
    responses=answers(bodies.PingSent, "The test message."),
)
def ping(
    endpoint_id: Id, body: Nothing, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """Send a test message."""
    return _command(db, caller, key, "webhook_ping", _endpoint(endpoint_id))


@routes.post("/webhook-endpoints/<endpoint_id>/resend", responses=_RESENT)
def resend(
    endpoint_id: Id, body: bodies.Resend, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """Send some messages again: named ones, those of a time, or all that failed."""

    fields = {**body.model_dump(mode="json", exclude_none=True), "endpoint_id": str(endpoint_id)}
    return _command(db, caller, key, "webhook_resend", fields)


@routes.post("/webhook-deliveries/<delivery_id>/resend", responses=_RESENT)
def resend_one(
    delivery_id: Id, body: Nothing, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """Send one message again."""
    fields = {"delivery_id": str(delivery_id)}
    return _command(db, caller, key, "webhook_delivery_resend", fields)


def _endpoint(endpoint_id: UUID) -> Fields:
    return {"endpoint_id": str(endpoint_id)}


def _command(
    db: Database,
    caller: CallerToken,
    key: CommandKey,
    name: str,
    fields: Fields,
    status: int = 200,
) -> Response[Any]:
    # Read without the key: the stored answer holds no secret, only the command puts it in again.
    return command(db, caller, key, name, fields, keyed=False, status=status)
