"""Signing in: by password, by a code that a message carries, by a refresh token, and by a code
that somebody who vouches for a person brought."""

import secrets
from typing import Any

from stack.stand_ins.auth import hooks, messages, oauth, passwords, sessions, users
from stack.stand_ins.auth.call import Call
from stack.stand_ins.auth.refusals import Refused, invalid, wrong_credentials
from stack.stand_ins.auth.rows import connected, transaction
from stack.stand_ins.auth.sign_up import find_or_make

_REJECTED = "Further password verification attempts will be rejected."


def token(call: Call) -> dict[str, Any]:
    grant = call.query.get("grant_type")
    if grant == "password":
        return _password(call)
    if grant == "refresh_token":
        return sessions.refresh(call)
    if grant == "pkce":
        return oauth.exchange(call)
    raise Refused(400, "invalid_credentials", "unsupported_grant_type")


def _password(call: Call) -> dict[str, Any]:
    email, phone = call.text("email"), call.text("phone")
    if bool(email) == bool(phone):
        raise invalid("Only an email address or phone number should be provided on login.")
    with connected(call.auth.cluster) as rows:
        user = users.find(rows, email=email, phone=phone)
        if not user or not user["encrypted_password"]:
            raise wrong_credentials()
        if users.is_banned(user):
            raise Refused(400, "user_banned", "User is banned")
        fits = passwords.fits(rows, user, call.text("password"))
        attempt = {"user_id": str(user["id"]), "valid": fits}
        # In a transaction of its own: what the hook writes outlives its rejection.
        decided = hooks.decide(call, "password-verification", attempt)
        if decided.get("decision") == "reject":
            if decided.get("should_logout_user"):
                sessions.end_all(rows, user["id"])
            message = decided.get("message") or _REJECTED
            raise Refused(400, "invalid_credentials", message)
    if not fits:
        raise wrong_credentials()
    if email and not user["email_confirmed_at"]:
        raise Refused(400, "email_not_confirmed", "Email not confirmed")
    if phone and not user["phone_confirmed_at"]:
        raise Refused(400, "phone_not_confirmed", "Phone not confirmed")
    with transaction(call.auth.cluster) as rows:
        return sessions.begin(call, rows, user, "password")


def otp(call: Call) -> dict[str, Any]:
    """Send a code or link to get in with, also to somebody new."""
    email, phone = call.text("email"), call.text("phone")
    if bool(email) == bool(phone):
        raise invalid("One of email or phone must be set")
    with connected(call.auth.cluster) as rows:
        found = users.find(rows, email=email, phone=phone)
    may_make = call.body.get("create_user", True) and call.auth.settings.sign_up
    if not found and not may_make:
        raise Refused(422, "otp_disabled", "Signups not allowed for otp")
    user = found or find_or_make(call, email, phone, secrets.token_urlsafe(24), call.table("data"))
    with transaction(call.auth.cluster) as rows:
        if phone:
            messages.text(call, rows, user, user["phone"], "confirmation_token")
        elif user["email_confirmed_at"]:
            messages.link(call, rows, user, "magiclink")
        elif call.auth.settings.confirm_email:
            messages.confirmation(call, rows, user)
        else:
            messages.link(call, rows, users.confirm(rows, user, "email"), "magiclink")
    return {}


def recover(call: Call) -> dict[str, Any]:
    """Send a way back in. The answer is the same for an address that nobody has."""
    if not call.text("email"):
        raise invalid("Password recovery requires an email")
    with transaction(call.auth.cluster) as rows:
        if user := users.find(rows, email=call.text("email")):
            messages.link(call, rows, user, "recovery")
    return {}


def resend(call: Call) -> dict[str, Any]:
    """Send again what was not answered."""
    kind, email, phone = call.text("type"), call.text("email"), call.text("phone")
    if kind not in ("signup", "email_change", "sms", "phone_change"):
        message = "Missing one of these types: signup, email_change, sms, phone_change"
        raise invalid(message)
    if bool(email) == bool(phone):
        raise invalid("Only an email address or a phone number should be provided")
    with transaction(call.auth.cluster) as rows:
        user = users.find(rows, email=email, phone=phone)
        if user and kind == "email_change" and user["email_change"]:
            messages.email_change(call, rows, user, user["email_change"])
        elif user and kind == "phone_change" and user["phone_change"]:
            messages.text(call, rows, user, user["phone_change"], "phone_change_token")
        elif user and kind in ("signup", "sms") and not user["confirmed_at"]:
            messages.confirmation(call, rows, user)
    return {}
