"""An API key is shown here and nowhere else; everything else takes the token that it is given."""

import time
from typing import Any
from uuid import uuid4

from aws_lambda_powertools.event_handler import Response

from shared.api import Db, Routes
from shared.auth import AskedBy
from shared.caller import Caller
from shared.errors import TooMany, Unauthorized
from shared.responses import answers

from . import bodies
from .api_key_rules import read_key
from .signing_key import signing_key
from .token_rules import TOKEN_SECONDS, address_of, claims_for

routes = Routes()


@routes.post(
    "/api-tokens",
    responses=answers(bodies.ApiToken, "A token for commands and for PostgREST."),
    security=[{"bearer": []}],
)
def exchange(caller: Caller, asker: AskedBy, db: Db) -> Response[Any]:
    """A program shows its API key as bearer token, and gets a token of five minutes for it. A key
    that is unknown, rotated away, revoked, expired or shown from an address outside of its networks
    is refused with one and the same answer."""
    key = read_key(caller.token)
    if key is None:
        raise _refused()
    prefix, secret = key
    given = {"prefix": prefix, "secret_hash": secret.hash, "address": address_of(asker.address)}
    found = db.service_rpc("api_token_exchange", given, repeatable=True)
    if "retry_after" in found:
        raise TooMany(
            "too_many_requests",
            "This key is exchanged too often, or this address was refused too often.",
            members={"retry_after": found["retry_after"]},
        )
    if "refused" in found:
        raise _refused()
    token = signing_key().sign(claims_for(found["key_id"], str(uuid4()), time.time()))
    told = {"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS, **found}
    return Response(200, "application/json", told)


def _refused() -> Unauthorized:
    return Unauthorized("api_key_refused", "This is no API key that is good here.")
