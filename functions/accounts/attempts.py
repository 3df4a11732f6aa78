"""Passwords and codes tried through us: each is counted, in every plan of Supabase."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from shared.auth import Auth, AuthRefused
from shared.caller import claims_of
from shared.db import Database
from shared.errors import Problem, TooMany, Unauthorized
from shared.origin import Client
from shared.refusals import refusal
from shared.settings import service_key

from .sign_in_rules import identifier_hash, is_right_code, is_right_password

Answer = Mapping[str, Any]
"""What Auth answers to a sign-in: a session."""


def by_password(auth: Auth, db: Database, email: str, password: str, client: Client) -> Answer:
    """The session of somebody who signs in with a password.

    While the account is locked a right one is refused like a wrong one, and a name that nobody
    has like both. Raises Problem: invalid_credentials, email_not_confirmed (400), sign_in_rate
    (429), auth_unavailable (503).
    """
    said = {"email": email, "password": password}
    try:
        code, answer = "", auth.ask(
            "POST", "/token", said, client=client, query={"grant_type": "password"}
        )  # fmt: skip
    except AuthRefused as refused:
        code, answer = refused.code, {}
        if (is_valid := is_right_password(code)) is None:
            raise _other(refused) from None
    else:
        is_valid = True
    decided = db.service_rpc("sign_in_record", {
        "email": email, "is_valid": is_valid, "address": client.address,
        "identifier_hash": identifier_hash(email, service_key()),
        "report_id": uuid4(), "session_id": _session_of(answer),
    })  # fmt: skip
    if decided["decision"] == "continue" and code in ("", "email_not_confirmed"):
        if code:
            raise refusal(code)
        return answer
    raise refusal("invalid_credentials")


def by_code(
    auth: Auth, db: Database, token: str, factor_id: str, shown: str, client: Client
) -> Answer:
    """The session of the second level, for a code of a second factor.

    While it is locked a right one is refused like a wrong one. Raises Problem: second_factor_wait
    (409): another session has just shown a code, so Auth is not asked; mfa_verification_failed
    (422), factor_not_found (404), session_ended (401), sign_in_rate (429), auth_unavailable (503).
    """
    person = db.rpc("whoami", {}, token=token, repeatable=True)
    asks = {"user_id": person["id"], "factor_id": factor_id, "session_id": person["session_id"]}
    db.service_rpc("second_factor_begin", asks, repeatable=True)
    path = f"/factors/{factor_id}"
    try:
        challenge = auth.ask("POST", f"{path}/challenge", {}, client=client, token=token)
        said = {"challenge_id": challenge["id"], "code": shown}
        code, answer = "", auth.ask("POST", f"{path}/verify", said, client=client, token=token)
    except AuthRefused as refused:
        code, answer = refused.code, {}
        if (is_valid := is_right_code(code)) is None:
            raise _other(refused) from None
    else:
        is_valid = True
    decided = db.service_rpc("second_factor_record", {
        "user_id": person["id"], "factor_id": factor_id,
        "is_valid": is_valid, "address": client.address,
        "report_id": uuid4(), "session_id": _session_of(answer),
    })  # fmt: skip
    if decided["decision"] == "continue" and not code:
        return answer
    raise refusal("mfa_verification_failed")


def _session_of(answer: Answer) -> str | None:
    """The session of the tokens that Auth gave; None: it gave none."""
    found: str | None = claims_of(str(answer.get("access_token", ""))).get("session_id")
    return found


def _other(refused: AuthRefused) -> Problem:
    """A refusal of Auth that says nothing of what was tried."""
    if refused.status == 429:
        return TooMany("sign_in_rate", "Too many tries from this address.", "Wait a few minutes.")
    if refused.status == 404:
        return refusal("factor_not_found")
    return Unauthorized("session_ended", "This session has ended.", "Sign in again.")
