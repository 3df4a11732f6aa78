"""Sign-in through us: each password and code is counted, in every plan of Supabase."""

from typing import Any
from uuid import uuid4

from aws_lambda_powertools.event_handler import Response

from shared.api import Db, Routes
from shared.caller import Caller
from shared.errors import Problem, TooMany, Unauthorized
from shared.refusals import refusal
from shared.responses import answers
from shared.settings import service_key

from . import bodies
from .auth_client import AskedBy, AuthClient, Said
from .sign_in_rules import identifier_hash, is_right_code, is_right_password

routes = Routes()


@routes.post(
    "/sign-in", responses=answers(bodies.SignedIn, "The session, as Auth gives it: setSession.")
)
def sign_in(body: bodies.Password, asker: AskedBy, auth: AuthClient, db: Db) -> Response[Any]:
    """Somebody signs in with a password. While the account is locked a right one is refused like a
    wrong one, and a name that nobody has like both."""
    credentials = {"email": body.email, "password": body.password}
    said = auth.post("/token?grant_type=password", credentials, asker)
    is_valid = is_right_password(said.code)
    if is_valid is None:
        raise _other(said)
    decided = db.service_rpc("sign_in_record", {
        "email": body.email, "is_valid": is_valid, "address": asker.address,
        "identifier_hash": identifier_hash(body.email, service_key()),
        "report_id": uuid4(), "session_id": said.session_id,
    })  # fmt: skip
    if decided["decision"] == "continue" and said.code in ("", "email_not_confirmed"):
        return _entered(said)
    raise refusal("invalid_credentials")


@routes.post(
    "/sign-in/verify",
    responses=answers(bodies.SignedIn, "The session at its second level: setSession."),
    security=[{"bearer": []}],
)
def verify(
    body: bodies.FactorCode, caller: Caller, asker: AskedBy, auth: AuthClient, db: Db
) -> Response[Any]:
    """Somebody who is signed in shows a code of the second factor. While it is locked a right one
    is refused like a wrong one, and so is a code that another session has just shown."""
    person = db.rpc("whoami", {}, token=caller.token, repeatable=True)
    path = f"/factors/{body.factor_id}"
    challenged = auth.post(f"{path}/challenge", {}, asker, token=caller.token)
    if challenged.code:
        raise _other(challenged)
    shown = {"challenge_id": challenged.body["id"], "code": body.code}
    said = auth.post(f"{path}/verify", shown, asker, token=caller.token)
    is_valid = is_right_code(said.code)
    if is_valid is None:
        raise _other(said)
    decided = db.service_rpc("second_factor_record", {
        "user_id": person["id"], "factor_id": body.factor_id, "is_valid": is_valid,
        "address": asker.address, "report_id": uuid4(), "session_id": said.session_id,
    })  # fmt: skip
    if decided["decision"] == "continue" and not said.code:
        return _entered(said)
    raise refusal("mfa_verification_failed")


def _entered(said: Said) -> Response[Any]:
    if said.code:
        raise refusal(said.code)
    return Response(200, "application/json", dict(said.body))


def _other(said: Said) -> Problem:
    """A refusal of Auth that says nothing of what was tried."""
    if said.status == 429:
        return TooMany("sign_in_rate", "Too many tries from this address.", "Wait a few minutes.")
    if said.status == 404:
        return refusal("factor_not_found")
    return Unauthorized("session_ended", "This session has ended.", "Sign in again.")
