"""The codes and links of messages, when they come back."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from stack.http_events import Answer
from stack.stand_ins.auth import messages, sessions, users
from stack.stand_ins.auth.call import Call
from stack.stand_ins.auth.refusals import Refused, invalid
from stack.stand_ins.auth.rows import Row, Rows, now, saving, transaction

_KINDS = {
    "signup": ("confirmation_token",),
    "invite": ("confirmation_token",),
    "magiclink": ("recovery_token",),
    "recovery": ("recovery_token",),
    "email": ("confirmation_token", "recovery_token"),
    "email_change": ("email_change_token_new", "email_change_token_current"),
    "sms": ("confirmation_token",),
    "phone_change": ("phone_change_token",),
}
_ONE_OF_TWO = "Confirmation link accepted. Please proceed to confirm link sent to the other email"


def verify(call: Call) -> dict[str, Any]:
    """A session for a code or the hash of one. Raises Refused."""
    kind, token, mark = call.text("type"), call.text("token"), call.text("token_hash")
    if not kind:
        raise invalid("Verify requires a verification type")
    if not token and not mark:
        raise invalid("Verify requires either a token or a token hash")
    if mark:
        if call.text("email") or call.text("phone") or token:
            raise invalid("Only the token_hash and type should be provided")
        return _enter(call, kind, mark, "Email link is invalid or has expired")
    email, phone = call.text("email"), call.text("phone")
    if bool(email) == bool(phone):
        raise invalid("Only an email address or phone number should be provided on verify")
    to = users.address(email) if email else users.number(phone)
    return _enter(call, kind, messages.digest(to, token), "Token has expired or is invalid")


def follow(call: Call) -> Answer:
    """The link of a message: on to where it leads, with the tokens or the refusal."""
    try:
        found = _enter(
            call, call.query.get("type", ""), call.query.get("token", ""),
            "Email link is invalid or has expired",
        )  # fmt: skip
    except Refused as refused:
        fragment = {
            "error": "access_denied", "error_code": refused.code,
            "error_description": refused.message,
        }  # fmt: skip
    else:
        names = ("access_token", "expires_at", "expires_in", "refresh_token", "token_type")
        fragment = {name: str(found[name]) for name in names if name in found}
        if not fragment:
            fragment = {"message": found["msg"]}
        else:
            fragment["type"] = call.query["type"]
    place = f"{call.redirect_to}#{urlencode(fragment)}"
    return Answer(303, (("location", place),), b"")


def _enter(call: Call, kind: str, mark: str, expired: str) -> dict[str, Any]:
    with transaction(call.auth.cluster) as rows:
        if kind not in _KINDS:
            raise invalid("Invalid email verification type")
        token = rows.one(
            "select * from auth.one_time_tokens where token_hash = %s"
            " and token_type::text = any (%s)",
            mark, list(_KINDS[kind]),
        )  # fmt: skip
        if not token:
            raise Refused(403, "otp_expired", expired)
        user = users.by_id(rows, token["user_id"])
        if users.is_banned(user):
            raise Refused(403, "user_banned", "User is banned")
        sent = user[messages.SENT[token["token_type"]]]
        if not sent or sent + timedelta(seconds=call.auth.settings.otp_seconds) < now():
            raise Refused(403, "otp_expired", expired)
        with saving("updating user"):
            user_now = _proved(call, rows, user, token)
        if user_now is None:
            return {"msg": _ONE_OF_TWO, "code": "200"}
        return sessions.begin(call, rows, user_now, "otp")


def _proved(call: Call, rows: Rows, user: Row, token: Row) -> Row | None:
    """The user after that code; None: a second one has to come."""
    kind = token["token_type"]
    rows.update("users", user["id"], **{kind: ""})
    messages.forget(rows, user, kind)
    if kind == "phone_change_token":
        rows.update(
            "users", user["id"], phone=user["phone_change"], phone_change="",
            phone_confirmed_at=now(),
        )  # fmt: skip
        return users.by_id(rows, user["id"])
    if kind.startswith("email_change"):
        return _changed(call, rows, user)
    proves = "email" if user["email"] else "phone"
    if user[f"{proves}_confirmed_at"]:
        return users.by_id(rows, user["id"])
    return users.confirm(rows, user, proves)


def _changed(call: Call, rows: Rows, user: Row) -> Row | None:
    both = call.auth.settings.confirm_both_addresses and user["email"]
    if both and not user["email_change_confirm_status"]:
        rows.update("users", user["id"], email_change_confirm_status=1)
        return None
    old, new = user["email"] or "", user["email_change"]
    rows.update(
        "users", user["id"], email=new, email_change="", email_change_confirm_status=0,
        email_confirmed_at=user["email_confirmed_at"] or now(), is_anonymous=False,
        email_change_token_new="", email_change_token_current="",
    )  # fmt: skip
    rows.run(
        "update auth.identities set identity_data = identity_data"
        " || jsonb_build_object('email', %s::text, 'email_verified', true)"
        " where user_id = %s and provider = 'email'",
        new, user["id"],
    )  # fmt: skip
    user = users.by_id(rows, user["id"])
    messages.notice(call, rows, user, "email_changed", old_email=old)
    return user
