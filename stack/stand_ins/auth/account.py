"""What a signed-in person reads and changes of themselves."""

from datetime import timedelta
from typing import Any

from stack.stand_ins.auth import messages, passwords, sessions, users
from stack.stand_ins.auth.call import Call, Caller
from stack.stand_ins.auth.refusals import Refused
from stack.stand_ins.auth.rows import Rows, now, saving, transaction

_RECENT = timedelta(hours=24)


def show(call: Call) -> dict[str, Any]:
    with transaction(call.auth.cluster) as rows:
        return users.shown(rows, call.caller(rows).user)


def change(call: Call) -> dict[str, Any]:
    """New metadata, password, address or number. Raises Refused."""
    with transaction(call.auth.cluster) as rows:
        caller = call.caller(rows)
        if call.body.get("app_metadata") is not None:
            message = "Updating app_metadata requires admin privileges"
            raise Refused(403, "not_admin", message)
        password = call.text("password")
        email = users.address(call.text("email")) if call.text("email") else ""
        phone = users.number(call.text("phone")) if call.text("phone") else ""
        new_email = email if email != caller.user["email"] else ""
        new_phone = phone if phone != caller.user["phone"] else ""
        if (password or new_email or new_phone) and not _strong_enough(rows, caller):
            message = "AAL2 session is required to update email or password when MFA is enabled."
            raise Refused(401, "insufficient_aal", message)
        if new_email and users.find(rows, email=new_email):
            message = "A user with this email address has already been registered"
            raise Refused(422, "email_exists", message)
        if new_phone and users.find(rows, phone=new_phone):
            message = "A user with this phone number has already been registered"
            raise Refused(422, "phone_exists", message)
        if password:
            _new_password(call, rows, caller, password)
        if data := call.table("data"):
            changed = users.merged(caller.user["raw_user_meta_data"], data)
            with saving("updating user"):
                rows.update("users", caller.user["id"], raw_user_meta_data=changed)
        if new_email:
            messages.email_change(call, rows, caller.user, new_email)
        if new_phone:
            rows.update("users", caller.user["id"], phone_change=new_phone)
            messages.text(call, rows, caller.user, new_phone, "phone_change_token")
        return users.shown(rows, users.by_id(rows, caller.user["id"]))


def reauthenticate(call: Call) -> dict[str, Any]:
    """Send the nonce that a change of the password asks for in an old session."""
    with transaction(call.auth.cluster) as rows:
        user = call.caller(rows).user
        code, mark = messages.issue(call, rows, user, "reauthentication_token", user["email"])
        messages.email(call, rows, user, "reauthentication", token=code, token_hash=mark)
    return {}


def logout(call: Call) -> None:
    with transaction(call.auth.cluster) as rows:
        sessions.logout(call, rows, call.caller(rows))


def _strong_enough(rows: Rows, caller: Caller) -> bool:
    factors = users.factors_of(rows, caller.user["id"])
    verified = any(factor["status"] == "verified" for factor in factors)
    return not verified or caller.session["aal"] == "aal2"


def _new_password(call: Call, rows: Rows, caller: Caller, password: str) -> None:
    user, settings = caller.user, call.auth.settings
    passwords.check(password, settings)
    if settings.reauthenticate and caller.session["created_at"] + _RECENT < now():
        _spend_nonce(call, rows, caller)
    if passwords.fits(rows, user, password):
        message = "New password should be different from the old password."
        raise Refused(422, "same_password", message)
    with saving("updating user"):
        rows.update("users", user["id"], encrypted_password=passwords.hashed(rows, password))
        rows.run("delete from auth.one_time_tokens where user_id = %s", user["id"])
        sessions.end_all(rows, user["id"], but=caller.session["id"])
    messages.notice(call, rows, user, "password_changed")


def _spend_nonce(call: Call, rows: Rows, caller: Caller) -> None:
    user, nonce = caller.user, call.text("nonce")
    if not nonce:
        message = "Password update requires reauthentication"
        raise Refused(400, "reauthentication_needed", message)
    sent = user["reauthentication_sent_at"]
    fresh = sent and sent + timedelta(seconds=call.auth.settings.otp_seconds) > now()
    if not fresh or user["reauthentication_token"] != messages.digest(user["email"], nonce):
        message = "Nonce has expired or is invalid"
        raise Refused(422, "reauthentication_not_valid", message)
    rows.update("users", user["id"], reauthentication_token="")
