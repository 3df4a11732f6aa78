"""Sign-up, by address or number, or as nobody yet."""

import secrets
from typing import Any

from stack.stand_ins.auth import hooks, messages, passwords, sessions, users
from stack.stand_ins.auth.call import Call
from stack.stand_ins.auth.refusals import Refused, invalid
from stack.stand_ins.auth.rows import Row, connected, transaction


def sign_up(call: Call) -> dict[str, Any]:
    """A session, or the user alone where a message has to be answered first. Raises Refused."""
    settings = call.auth.settings
    if not settings.sign_up:
        raise Refused(422, "signup_disabled", "Signups not allowed for this instance")
    email, phone, data = call.text("email"), call.text("phone"), call.table("data")
    if not email and not phone:
        return _anonymous(call, data)
    if email and phone:
        words = "Only an email address or phone number should be provided on signup."
        raise invalid(words)
    if not call.text("password"):
        raise invalid("Signup requires a valid password")
    passwords.check(call.text("password"), settings)
    found = find_or_make(call, email, phone, call.text("password"), data)
    if _is_confirmed(found):
        if _confirms(call, found):
            return users.disguised(users.address(email), data)
        raise Refused(422, "user_already_exists", "User already registered")
    return enter(call, found, "password")


def find_or_make(
    call: Call, email: str, phone: str, password: str | None, data: dict[str, Any] | None
) -> Row:
    """Whoever has the address or number: a new user if nobody has. Raises Refused."""
    if phone and not call.auth.settings.phone:
        raise Refused(400, "phone_provider_disabled", "Phone signups are disabled")
    email = users.address(email) if email else ""
    phone = users.number(phone) if phone else ""
    with connected(call.auth.cluster) as rows:
        if found := users.find(rows, email=email, phone=phone):
            return found
    return make(call, users.draft(email, phone, data), password or secrets.token_urlsafe(24))


def make(call: Call, draft: Row, password: str | None) -> Row:
    """The new user of a draft, if the hook has nothing against it. Raises Refused."""
    with connected(call.auth.cluster) as rows:
        # Outside of a transaction: what the hook writes outlives a refusal.
        hooks.run(call, "before-user-created", {"user": users.announced(draft)}, rows)
    with transaction(call.auth.cluster) as rows:
        hashed = passwords.hashed(rows, password) if password else None
        return users.create(rows, draft, hashed)


def enter(call: Call, user: Row, method: str) -> dict[str, Any]:
    """Confirm an unconfirmed user at once, or ask them to answer a message."""
    with transaction(call.auth.cluster) as rows:
        if _confirms(call, user):
            messages.confirmation(call, rows, user)
            return users.shown(rows, users.by_id(rows, user["id"]))
        user = users.confirm(rows, user, "email" if user["email"] else "phone")
        return sessions.begin(call, rows, user, method)


def _anonymous(call: Call, data: dict[str, Any] | None) -> dict[str, Any]:
    if not call.auth.settings.anonymous:
        message = "Anonymous sign-ins are disabled"
        raise Refused(422, "anonymous_provider_disabled", message)
    user = make(call, users.draft("", "", data), None)
    with transaction(call.auth.cluster) as rows:
        return sessions.begin(call, rows, user, "anonymous")


def _is_confirmed(user: Row) -> bool:
    return bool(user["email_confirmed_at"] if user["email"] else user["phone_confirmed_at"])


def _confirms(call: Call, user: Row) -> bool:
    settings = call.auth.settings
    return settings.confirm_email if user["email"] else settings.confirm_phone
