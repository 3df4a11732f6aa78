"""Pages: second factors and recovery codes."""

import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from aws_lambda_powertools.event_handler import Response

from shared.auth import AuthRefused
from shared.db import database
from shared.errors import Problem
from shared.refusals import refusal
from web.commands import give
from web.qr import svg_of
from web.site import PageRoutes
from web.visit import Visit, Visitor

from .attempts import Answer, by_code
from .recovery_rules import code_hash, make_codes

FACTORS = "/account/factors"
REFUSED_CODES = {
    "mfa_verification_failed": "refused.code", "second_factor_wait": "refused.code_wait",
}  # fmt: skip
"""What a page says of a code that was not taken."""

routes = PageRoutes()


def verified(user: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The factors of a user of Auth that count."""
    return [each for each in user.get("factors") or () if each["status"] == "verified"]


def shown(visit: Visit, factor_id: str, code: str) -> Answer:
    """The session of the second level for a code. Raises as by_code, SignInFirst."""
    plain, token = code.replace(" ", ""), visit.signed_in.token
    if not re.fullmatch(r"[0-9]{6}", plain):
        raise refusal("mfa_verification_failed")
    return by_code(visit.auth, database(), token, factor_id, plain, visit.client)


@routes.get(FACTORS)
def show(visit: Visitor) -> Response[Any]:
    known = verified(visit.ask_auth("GET", "/user"))
    return visit.page("account/factors.html", factors=known)


@routes.post(FACTORS)
def add(visit: Visitor) -> Response[Any]:
    """A new factor, with the secret that an authenticator app takes: shown this once."""
    name = visit.field("name", "").strip()[:60] or secrets.token_hex(4)
    try:
        made = visit.ask_auth(
            "POST", "/factors", {"factor_type": "totp", "friendly_name": name, "issuer": "Holdfast"}
        )
    except AuthRefused as refused:
        if refused.code not in ("mfa_factor_name_conflict", "too_many_enrolled_mfa_factors"):
            raise
        known = verified(visit.ask_auth("GET", "/user"))
        why = f"refused.{refused.code}"
        return visit.page("account/factors.html", 422, factors=known, refused=why)
    return _enrol_page(visit, made["id"], made["totp"]["secret"], made["totp"]["uri"])


@routes.post("/account/factors/verify")
def verify(visit: Visitor) -> Response[Any]:
    """The first code of a new factor: from now on it counts."""
    factor_id = visit.id_field("factor_id")
    try:
        visit.sign_in(shown(visit, factor_id, visit.field("code")))
    except Problem as problem:
        if problem.slug not in REFUSED_CODES:
            raise
        # The secret was shown once and is not asked for again: it stands in the app by now.
        refused = REFUSED_CODES[problem.slug]
        return _enrol_page(visit, factor_id, "", "", refused=refused)
    return visit.go(FACTORS, done="added")


@routes.post("/account/factors/remove")
def remove(visit: Visitor) -> Response[Any]:
    visit.ask_auth("DELETE", f"/factors/{visit.id_field('factor_id')}")
    return visit.go(FACTORS, done="removed")


@routes.post("/account/recovery-codes")
def make_recovery_codes(visit: Visitor) -> Response[Any]:
    """Ten codes, shown once; a form that is sent again shows none."""
    codes = make_codes(secrets.choice)
    hashes = [code_hash(each) for each in codes]
    answer = give(visit, "recovery_codes_make", {"code_hashes": hashes})
    shown = codes if answer["code_hashes"] == hashes else []
    return visit.page("account/recovery_codes.html", codes=shown)


def _enrol_page(
    visit: Visit, factor_id: str, secret: str, uri: str, *, refused: str = ""
) -> Response[Any]:
    return visit.page(
        "account/enrol.html", 422 if refused else 200, refused=refused, factor_id=factor_id,
        secret=secret, qr=svg_of(uri) if uri else "",
    )  # fmt: skip
