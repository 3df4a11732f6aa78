"""Second factors: an authenticator app."""

import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from stack.stand_ins.auth import hooks, messages, sessions, totp, users
from stack.stand_ins.auth.call import Call, Caller
from stack.stand_ins.auth.refusals import Refused, invalid
from stack.stand_ins.auth.rows import Row, Rows, now, saving, transaction

_GOOD_FOR = timedelta(minutes=5)
_REJECTED = "Further MFA verification attempts will be rejected."


def enroll(call: Call) -> dict[str, Any]:
    """A new factor, which counts once a code of it was verified. Raises Refused."""
    with transaction(call.auth.cluster) as rows:
        caller = call.caller(rows)
        if call.text("factor_type") != "totp":
            raise invalid("factor_type needs to be totp, phone, or webauthn")
        if not call.auth.settings.totp:
            raise Refused(422, "mfa_totp_enroll_not_enabled", "MFA enroll is disabled for TOTP")
        name = call.text("friendly_name")
        _may_enroll(call, rows, caller, name)
        secret, factor_id, moment = totp.new_secret(), uuid.uuid4(), now()
        rows.insert(
            "mfa_factors", id=factor_id, user_id=caller.user["id"], friendly_name=name,
            factor_type="totp", status="unverified", secret=secret, created_at=moment,
            updated_at=moment,
        )  # fmt: skip
        issuer = call.text("issuer") or urlsplit(call.auth.settings.site_url).netloc
        address = totp.uri(secret, issuer, caller.user["email"] or caller.user["phone"] or "")
        picture = f'<svg xmlns="http://www.w3.org/2000/svg"><text y="20">{secret}</text></svg>'
        return {
            "id": str(factor_id), "type": "totp", "friendly_name": name,
            "totp": {"qr_code": picture, "secret": secret, "uri": address},
        }  # fmt: skip


def challenge(call: Call, factor_id: str) -> dict[str, Any]:
    """Ask for a code. Raises Refused."""
    with transaction(call.auth.cluster) as rows:
        factor = _factor(rows, call.caller(rows), factor_id)
        challenge_id, moment = uuid.uuid4(), now()
        rows.insert(
            "mfa_challenges", id=challenge_id, factor_id=factor["id"], created_at=moment,
            ip_address=call.ip,
        )  # fmt: skip
        rows.update("mfa_factors", factor["id"], last_challenged_at=moment)
        expires = int((moment + _GOOD_FOR).timestamp())
        return {"id": str(challenge_id), "type": "totp", "expires_at": expires}


def verify(call: Call, factor_id: str) -> dict[str, Any]:
    """A session of the second level for a code. Raises Refused."""
    if not call.text("code"):
        raise invalid("Code needs to be non-empty")
    with transaction(call.auth.cluster) as rows:
        caller = call.caller(rows)
        factor = _factor(rows, caller, factor_id)
        challenged = _challenge(call, rows, factor)
    fits = totp.fits(factor["secret"], call.text("code"))
    attempt = {
        "user_id": str(caller.user["id"]), "factor_id": factor_id, "factor_type": "totp",
        "valid": fits,
    }  # fmt: skip
    decided = hooks.decide(call, "mfa-verification", attempt)
    if decided.get("decision") == "reject":
        with transaction(call.auth.cluster) as rows:
            sessions.end_all(rows, caller.user["id"])
        message = decided.get("message") or _REJECTED
        raise Refused(403, "mfa_verification_rejected", message)
    if not fits:
        raise Refused(422, "mfa_verification_failed", "Invalid TOTP code entered")
    with transaction(call.auth.cluster) as rows:
        return _verified(call, rows, caller, factor, challenged)


def unenroll(call: Call, factor_id: str) -> dict[str, Any]:
    """The factor is gone; its sessions fall back at their next refresh. Raises Refused."""
    with transaction(call.auth.cluster) as rows:
        caller = call.caller(rows)
        factor = _factor(rows, caller, factor_id)
        if factor["status"] == "verified" and caller.session["aal"] != "aal2":
            raise Refused(422, "insufficient_aal", "AAL2 required to unenroll verified factor")
        remove(call, rows, caller.user, factor)
        return {"id": factor_id}


def remove(call: Call, rows: Rows, user: Row, factor: Row) -> None:
    with saving("deleting factor"):
        rows.run(
            "delete from auth.mfa_amr_claims where authentication_method = %s and session_id in"
            " (select id from auth.sessions where factor_id = %s)",
            factor["factor_type"], factor["id"],
        )  # fmt: skip
        rows.run(
            "update auth.sessions set aal = 'aal1', factor_id = null where factor_id = %s",
            factor["id"],
        )
        rows.run("delete from auth.mfa_factors where id = %s", factor["id"])
    if factor["status"] == "verified":
        kind = factor["factor_type"]
        messages.notice(call, rows, user, "mfa_factor_unenrolled", factor_type=kind)


def find(rows: Rows, user_id: Any, factor_id: str) -> Row:
    """Raises Refused: the user has no such factor."""
    found = rows.one(
        "select * from auth.mfa_factors where user_id = %s and id::text = %s", user_id, factor_id
    )
    if not found:
        raise Refused(404, "mfa_factor_not_found", "Factor not found")
    return found


def _factor(rows: Rows, caller: Caller, factor_id: str) -> Row:
    return find(rows, caller.user["id"], factor_id)


def _may_enroll(call: Call, rows: Rows, caller: Caller, name: str) -> None:
    factors = users.factors_of(rows, caller.user["id"])
    if any(factor["friendly_name"] == name for factor in factors):
        message = f'A factor with the friendly name "{name}" for this user already exists'
        raise Refused(422, "mfa_factor_name_conflict", message)
    if len(factors) >= call.auth.settings.max_factors:
        message = "Maximum number of verified factors reached, unenroll to continue"
        raise Refused(422, "too_many_enrolled_mfa_factors", message)
    verified = any(factor["status"] == "verified" for factor in factors)
    if verified and caller.session["aal"] != "aal2":
        raise Refused(403, "insufficient_aal", "AAL2 required to enroll a new factor")


def _challenge(call: Call, rows: Rows, factor: Row) -> Row:
    found = rows.one(
        "select * from auth.mfa_challenges where factor_id = %s and id::text = %s",
        factor["id"], call.text("challenge_id"),
    )  # fmt: skip
    if not found:
        message = "MFA factor with the provided challenge ID not found"
        raise Refused(422, "mfa_factor_not_found", message)
    if found["verified_at"] or str(found["ip_address"]).split("/")[0] != call.ip:
        message = "Challenge and verify IP addresses mismatch."
        raise Refused(422, "mfa_ip_address_mismatch", message)
    if found["created_at"] + _GOOD_FOR < now():
        message = (
            f"MFA challenge {found['id']} has expired, verify against another challenge or create"
            " a new challenge."
        )
        raise Refused(422, "mfa_challenge_expired", message)
    return found


def _verified(
    call: Call, rows: Rows, caller: Caller, factor: Row, challenged: Row
) -> dict[str, Any]:
    session, first = caller.session, factor["status"] == "unverified"
    rows.run(
        "update auth.mfa_challenges set verified_at = %s where id = %s", now(), challenged["id"]
    )
    with saving("updating session"):
        rows.update("mfa_factors", factor["id"], status="verified")
        sessions.add_method(rows, session, "totp")
        rows.update("sessions", session["id"], aal="aal2", factor_id=factor["id"])
        mark = sessions.rotate(rows, session, sessions.current(rows, session))
        answer = sessions.answer(call, rows, caller.user, session, mark, "totp")
        rows.run("delete from auth.sessions where user_id = %s and aal < 'aal2'", caller.user["id"])
        rows.run(
            "delete from auth.mfa_factors where user_id = %s and status = 'unverified'",
            caller.user["id"],
        )
    if first:
        messages.notice(call, rows, caller.user, "mfa_factor_enrolled", factor_type="totp")
    return answer
