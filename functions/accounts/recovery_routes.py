"""HTTP commands about recovery codes. A code is in no table, log or stored answer, only its
hash."""

import secrets
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.event_handler import Response

from shared.api import Db, Routes
from shared.body import Nothing
from shared.caller import Caller
from shared.commands import command
from shared.idempotency import IdempotencyKey
from shared.responses import answers

from . import bodies
from .recovery_rules import code_hash, make_codes
from .session_routes import current_session

routes = Routes()


@routes.post(
    "/recovery-codes",
    responses=answers(bodies.RecoveryCodes, "The codes, shown this once.", status=201),
)
def make(body: Nothing, caller: Caller, key: IdempotencyKey, db: Db) -> Response[Any]:
    """A person makes ten recovery codes (aal2); those from before are void."""
    codes = make_codes(secrets.choice)
    hashes = [code_hash(each) for each in codes]

    def shown(answer: dict[str, Any]) -> Mapping[str, Any]:
        # Also when the answer of the first attempt was lost on its way to here.
        ours = answer["code_hashes"] == hashes
        return {"codes": codes if ours else [], "replayed": answer.get("replayed", False)}

    fields = {"code_hashes": hashes}
    return command(db, caller, key, "recovery_codes_make", fields, shown=shown, status=201)


@routes.post(
    "/recovery-codes/use",
    responses=answers(bodies.RecoveryCodeUsed, "What the code did."),
)
def use(body: bodies.RecoveryCode, caller: Caller, key: IdempotencyKey, db: Db) -> Response[Any]:
    """A person who has lost the second factor signs in without it and gives a recovery code: every
    factor is removed, the other sessions end, and for 72 hours no money leaves."""

    def fields(seen: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"code_hash": code_hash(body.code), **current_session(seen)}

    return command(db, caller, key, "recovery_code_use", fields)
