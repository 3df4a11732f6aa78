"""HTTP commands about API keys. A key is in no table, log or stored answer, only its hash. They are
read as public.api_keys."""

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools.event_handler import Response

from shared.api import Db, Routes
from shared.body import Nothing
from shared.caller import Caller
from shared.commands import command
from shared.idempotency import IdempotencyKey
from shared.identifier import Id
from shared.responses import answers

from . import bodies
from .api_key_rules import ALPHABET, PREFIX_LENGTH, Secret

routes = Routes()


@routes.post("/api-keys", responses=answers(bodies.ApiKey, "The key, shown this once.", status=201))
def create(body: bodies.NewApiKey, caller: Caller, key: IdempotencyKey, db: Db) -> Response[Any]:
    """An owner of a party makes an API key for it (aal2). The answer shows it once: a command that
    is repeated gets the same answer with `api_key` null."""
    secret = Secret.make(secrets.token_bytes(32))
    prefix = "".join(secrets.choice(ALPHABET) for _ in range(PREFIX_LENGTH))
    fields = {**body.model_dump(mode="json", exclude_none=True), "prefix": prefix, **_kept(secret)}
    return command(db, caller, key, "api_key_create", fields, shown=_with(secret), status=201)


@routes.post(
    "/api-keys/<key_id>/rotate",
    responses=answers(bodies.RotatedApiKey, "The key with its new secret, shown this once."),
)
def rotate(
    key_id: Id, body: bodies.Rotation, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """An owner of its party gives an API key a new secret (aal2); the old one lives on for a while.
    The answer shows it once, as that of a new key."""
    secret = Secret.make(secrets.token_bytes(32))
    fields = {"key_id": str(key_id), "overlap_seconds": body.overlap_seconds, **_kept(secret)}
    return command(db, caller, key, "api_key_rotate", fields, shown=_with(secret))


@routes.post(
    "/api-keys/<key_id>/revoke",
    responses=answers(bodies.RevokedApiKey, "The key that was ended."),
)
def revoke(key_id: Id, body: Nothing, caller: Caller, key: IdempotencyKey, db: Db) -> Response[Any]:
    """An owner of its party ends an API key: its tokens do nothing from the next request on."""
    return command(db, caller, key, "api_key_revoke", {"key_id": str(key_id)})


def _kept(secret: Secret) -> dict[str, str]:
    return {"secret_hash": secret.hash, "last4": secret.last4}


def _with(secret: Secret) -> Callable[[dict[str, Any]], Mapping[str, Any]]:
    def shown(answer: dict[str, Any]) -> Mapping[str, Any]:
        # Also when the answer of the first attempt was lost on its way to here.
        ours = answer.pop("secret_hash") == secret.hash
        return {**answer, "api_key": secret.key(answer["prefix"]) if ours else None}

    return shown
