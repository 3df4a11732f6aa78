"""One-time tokens and the messages that carry them."""

import hashlib
import secrets
import threading
import uuid
from typing import Any
from urllib.parse import urlencode

from stack.stand_ins.auth import hooks, users
from stack.stand_ins.auth.call import Call
from stack.stand_ins.auth.rows import Row, Rows, now

SENT = {
    "confirmation_token": "confirmation_sent_at",
    "recovery_token": "recovery_sent_at",
    "email_change_token_new": "email_change_sent_at",
    "email_change_token_current": "email_change_sent_at",
    "phone_change_token": "phone_change_sent_at",
    "reauthentication_token": "reauthentication_sent_at",
}
"""Column of a token to the column that says when it was sent."""


class Mailbox:
    """Messages that no hook sends, oldest first."""

    def __init__(self) -> None:
        self._messages: list[dict[str, Any]] = []
        self._lock = threading.Lock()

    def put(self, **message: Any) -> None:
        with self._lock:
            self._messages.append(message)

    def messages(self, to: str = "") -> list[dict[str, Any]]:
        """Those to an address or number, or all."""
        with self._lock:
            return [dict(one) for one in self._messages if not to or one["to"] == to]

    def last(self, to: str, kind: str = "") -> dict[str, Any]:
        """The newest to somebody, of a kind. Raises LookupError."""
        found = [one for one in self.messages(to) if not kind or one["kind"] == kind]
        if not found:
            raise LookupError(f"no {kind or 'message'} to {to}")
        return found[-1]


def digest(to: str, code: str) -> str:
    """The hash under which a code for somebody is kept."""
    return hashlib.sha224((to + code).encode()).hexdigest()


def issue(call: Call, rows: Rows, user: Row, kind: str, to: str) -> tuple[str, str]:
    """A new code and its hash. It replaces the one of its kind (a column of users)."""
    length = call.auth.settings.otp_length
    code = f"{secrets.randbelow(10**length):0{length}d}"
    mark = digest(to, code)
    rows.update("users", user["id"], **{kind: mark, SENT[kind]: now()})
    forget(rows, user, kind)
    rows.insert(
        "one_time_tokens", id=uuid.uuid4(), user_id=user["id"], token_type=kind,
        token_hash=mark, relates_to=to,
    )  # fmt: skip
    return code, mark


def forget(rows: Rows, user: Row, kind: str) -> None:
    """The code of a kind is no longer good."""
    rows.run(
        "delete from auth.one_time_tokens where user_id = %s and token_type::text = %s",
        user["id"], kind,
    )  # fmt: skip


def confirmation(call: Call, rows: Rows, user: Row, kind: str = "signup") -> None:
    """The message that proves an address or a number of a new user."""
    if user["email"]:
        code, mark = issue(call, rows, user, "confirmation_token", user["email"])
        email(call, rows, user, kind, token=code, token_hash=mark)
    else:
        text(call, rows, user, user["phone"], "confirmation_token")


def link(call: Call, rows: Rows, user: Row, kind: str) -> None:
    """A message to get in with: recovery or magiclink."""
    code, mark = issue(call, rows, user, "recovery_token", user["email"])
    email(call, rows, user, kind, token=code, token_hash=mark)


def email_change(call: Call, rows: Rows, user: Row, new: str) -> None:
    """Asks the new address, and the old one where both are to agree."""
    rows.update("users", user["id"], email_change=new, email_change_confirm_status=0)
    code, mark = issue(call, rows, user, "email_change_token_new", new)
    data = {"token": code, "token_hash": mark}
    if user["email"] and call.auth.settings.confirm_both_addresses:
        old_code, old_mark = issue(call, rows, user, "email_change_token_current", user["email"])
        # Auth pairs the code of the one address with the hash of the other.
        data = {
            "token": old_code, "token_hash_new": old_mark, "token_new": code, "token_hash": mark,
        }  # fmt: skip
    email(call, rows, users.by_id(rows, user["id"]), "email_change", **data)


def notice(call: Call, rows: Rows, user: Row, kind: str, **data: str) -> None:
    """Tells that something was done, where the settings want it told."""
    if kind in call.auth.settings.notices and user["email"]:
        email(call, rows, user, f"{kind}_notification", **data)


def email(call: Call, rows: Rows, user: Row, kind: str, **data: str) -> None:
    """Hand an e-mail to the hook, or to the mailbox. Raises Refused: the hook would not."""
    fields = dict.fromkeys(
        ("token", "token_hash", "token_new", "token_hash_new", "old_email", "old_phone",
         "provider", "factor_type"), "",
    )  # fmt: skip
    content = fields | data | {
        "redirect_to": call.redirect_to, "email_action_type": kind, "site_url": call.auth.url,
    }  # fmt: skip
    payload = {"user": users.shown(rows, user), "email_data": content}
    if hooks.run(call, "send-email", payload, rows) is not None:
        return
    put = call.auth.mailbox.put
    if kind == "email_change":
        new = data.get("token_new") or data["token"]
        put(to=user["email_change"], channel="email", kind=kind, token=new,
            token_hash=data["token_hash"])  # fmt: skip
        if data.get("token_new"):
            put(to=user["email"], channel="email", kind=kind, token=data["token"],
                token_hash=data["token_hash_new"])  # fmt: skip
        return
    message = {name: value for name, value in data.items() if value}
    if mark := data.get("token_hash"):
        message["link"] = link_of(call, kind, mark)
    put(to=user["email"], channel="email", kind=kind, **message)


def link_of(call: Call, kind: str, mark: str) -> str:
    """The address that a person clicks on."""
    query = {"token": mark, "type": kind, "redirect_to": call.redirect_to}
    return f"{call.auth.url}/verify?{urlencode(query)}"


def text(call: Call, rows: Rows, user: Row, phone: str, kind: str) -> None:
    """A code to a telephone, by the hook or into the mailbox."""
    code, _ = issue(call, rows, user, kind, phone)
    payload = {"user": users.shown(rows, user), "sms": {"otp": code, "phone": phone}}
    if hooks.run(call, "send-sms", payload, rows) is None:
        call.auth.mailbox.put(to=phone, channel="sms", kind=kind, token=code)
