"""The paths of Auth below /auth/v1."""

import json
import re
from collections.abc import Callable
from typing import Any

from stack.http_events import Answer
from stack.stand_ins.auth import (
    account,
    admin,
    factors,
    identities,
    oauth,
    sign_in,
    sign_up,
    verify,
)
from stack.stand_ins.auth.call import Call
from stack.stand_ins.auth.refusals import Refused

_FACTOR = r"/factors/([0-9a-f-]{36})"
_USER = r"/admin/users/([^/]+)"


def _health(_: Call) -> dict[str, Any]:
    description = "Holdfast's stand-in of Supabase Auth"
    return {"version": "stand-in", "name": "GoTrue", "description": description}


def _settings(call: Call) -> dict[str, Any]:
    settings = call.auth.settings
    return {
        "external": {
            "anonymous_users": settings.anonymous, "email": True, "phone": settings.phone,
            # Not the custom ones.
            **{name: True for name in settings.providers if ":" not in name},
        },
        "disable_signup": not settings.sign_up, "mailer_autoconfirm": not settings.confirm_email,
        "phone_autoconfirm": not settings.confirm_phone, "sms_provider": "", "saml_enabled": False,
    }  # fmt: skip


def _jwks(call: Call) -> dict[str, Any]:
    return call.auth.keys.published


def _mailbox(call: Call) -> list[dict[str, Any]]:
    return call.auth.mailbox.messages(call.query.get("to", ""))


Handler = Callable[..., Any]

_OPEN: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/health", _health),
    ("GET", "/settings", _settings),
    ("GET", "/.well-known/jwks.json", _jwks),
    # Not Auth's: what would be in somebody's inbox.
    ("GET", "/mailbox", _mailbox),
    ("GET", "/authorize", oauth.authorize),
    ("GET", "/callback", oauth.callback),
    ("POST", "/signup", sign_up.sign_up),
    ("POST", "/token", sign_in.token),
    ("POST", "/otp", sign_in.otp),
    ("POST", "/magiclink", sign_in.otp),
    ("POST", "/recover", sign_in.recover),
    ("POST", "/resend", sign_in.resend),
    ("POST", "/verify", verify.verify),
    ("GET", "/verify", verify.follow),
    ("GET", "/user", account.show),
    ("PUT", "/user", account.change),
    ("GET", "/user/identities/authorize", oauth.link),
    ("DELETE", "/user/identities/([0-9a-f-]{36})", identities.unlink),
    ("GET", "/reauthenticate", account.reauthenticate),
    ("POST", "/logout", account.logout),
    ("POST", "/factors", factors.enroll),
    ("POST", f"{_FACTOR}/challenge", factors.challenge),
    ("POST", f"{_FACTOR}/verify", factors.verify),
    ("DELETE", _FACTOR, factors.unenroll),
)
_ADMIN: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/admin/users", admin.index),
    ("POST", "/admin/users", admin.create),
    ("GET", _USER, admin.show),
    ("PUT", _USER, admin.change),
    ("DELETE", _USER, admin.delete),
    ("GET", f"{_USER}/factors", admin.factor_index),
    ("DELETE", rf"{_USER}/factors/([0-9a-f-]{{36}})", admin.factor_delete),
    ("POST", "/admin/generate_link", admin.generate_link),
    ("POST", "/invite", admin.invite),
)


def answer(call: Call, path: str) -> Answer:
    """Raises Refused."""
    for table, for_admins in ((_OPEN, False), (_ADMIN, True)):
        for method, pattern, handler in table:
            matched = re.fullmatch(pattern, path)
            if matched and method == call.request.method:
                if for_admins:
                    call.require_admin()
                return _answered(handler(call, *matched.groups()))
    raise Refused(404, "not_found", "404 page not found")


def _answered(found: Any) -> Answer:
    if isinstance(found, Answer):
        return found
    if found is None:
        return Answer(204, (), b"")
    content, more = found if isinstance(found, tuple) else (found, ())
    headers = (("content-type", "application/json"), *more)
    return Answer(200, headers, json.dumps(content).encode())
