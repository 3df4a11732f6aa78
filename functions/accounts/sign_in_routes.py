"""Sign-in through us: each password and code is counted, in every plan of Supabase."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from shared.api import Db, Routes
from shared.auth import AskedBy, AuthClient
from shared.caller import Caller
from shared.responses import answers

from . import bodies
from .attempts import by_code, by_password

routes = Routes()


@routes.post(
    "/sign-in", responses=answers(bodies.SignedIn, "The session, as Auth gives it: setSession.")
)
def sign_in(body: bodies.Password, asker: AskedBy, auth: AuthClient, db: Db) -> Response[Any]:
    """Somebody signs in with a password. While the account is locked a right one is refused like a
    wrong one, and a name that nobody has like both."""
    answer = by_password(auth, db, body.email, body.password, asker)
    return Response(200, "application/json", dict(answer))


@routes.post(
    "/sign-in/verify",
    responses=answers(bodies.SignedIn, "The session at its second level: setSession."),
    security=[{"bearer": []}],
)
def verify(
    body: bodies.FactorCode, caller: Caller, asker: AskedBy, auth: AuthClient, db: Db
) -> Response[Any]:
    """Somebody who is signed in shows a code of the second factor. While it is locked a right one
    is refused like a wrong one. For 90 seconds after another session has shown one it is refused
    unseen, and no session ends."""
    answer = by_code(auth, db, caller.token, str(body.factor_id), body.code, asker)
    return Response(200, "application/json", dict(answer))
