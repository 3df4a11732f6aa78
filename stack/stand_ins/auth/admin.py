"""What the holder of a secret key may do with users."""

import hashlib
import uuid
from datetime import timedelta
from typing import Any

from stack.stand_ins.auth import factors, messages, passwords, sign_up, users
from stack.stand_ins.auth.call import Call
from stack.stand_ins.auth.refusals import Refused, invalid
from stack.stand_ins.auth.rows import Row, Rows, now, saving, transaction
from stack.stand_ins.auth.settings import seconds

_LINKS = ("signup", "invite", "magiclink", "recovery")


def index(call: Call) -> tuple[dict[str, Any], tuple[tuple[str, str], ...]]:
    """One page of users, newest first, and the headers that lead on."""
    page, size = (int(call.query.get(name) or default) for name, default in
                  (("page", 1), ("per_page", 50)))  # fmt: skip
    with transaction(call.auth.cluster) as rows:
        counted = rows.one("select count(*) as users from auth.users")
        found = rows.all(
            "select * from auth.users order by created_at desc nulls last, id limit %s offset %s",
            size, (page - 1) * size,
        )  # fmt: skip
        shown = [users.shown(rows, user) for user in found]
    total = counted["users"] if counted else 0
    last = max(1, -(-total // size))
    place = '</admin/users?page={}&per_page={}>; rel="{}"'
    links = [place.format(page + 1, size, "next")] if page < last else []
    links.append(place.format(last, size, "last"))
    headers = (("x-total-count", str(total)), ("link", ", ".join(links)))
    return {"users": shown, "aud": "authenticated"}, headers


def create(call: Call) -> dict[str, Any]:
    """A new user. The before-user-created hook is not asked. Raises Refused."""
    email = users.address(call.text("email")) if call.text("email") else ""
    phone = users.number(call.text("phone")) if call.text("phone") else ""
    if not email and not phone:
        raise invalid("Cannot create a user without either an email or phone")
    draft = users.draft(email, phone, call.table("user_metadata"))
    if call.text("id"):
        draft["id"] = uuid.UUID(call.text("id"))
    with transaction(call.auth.cluster) as rows:
        if email and users.find(rows, email=email):
            message = "A user with this email address has already been registered"
            raise Refused(422, "email_exists", message)
        if phone and users.find(rows, phone=phone):
            message = "A user with this phone number has already been registered"
            raise Refused(422, "phone_exists", message)
        password = call.text("password")
        user = users.create(rows, draft, passwords.hashed(rows, password) if password else None)
        _change(call, rows, user["id"], with_user_data=False)
        return users.shown(rows, users.by_id(rows, user["id"]))


def show(call: Call, user_id: str) -> dict[str, Any]:
    with transaction(call.auth.cluster) as rows:
        return users.shown(rows, users.by_id(rows, user_id))


def change(call: Call, user_id: str) -> dict[str, Any]:
    """Change what the body names. Raises Refused."""
    with transaction(call.auth.cluster) as rows:
        user = users.by_id(rows, user_id)
        changes: dict[str, Any] = {}
        if call.text("email"):
            changes["email"] = users.address(call.text("email"))
        if call.text("phone"):
            changes["phone"] = users.number(call.text("phone"))
        if call.text("password"):
            passwords.check(call.text("password"), call.auth.settings)
            changes["encrypted_password"] = passwords.hashed(rows, call.text("password"))
        if changes:
            with saving("updating user"):
                rows.update("users", user["id"], **changes)
        _change(call, rows, user["id"], with_user_data=True)
        return users.shown(rows, users.by_id(rows, user_id))


def delete(call: Call, user_id: str) -> dict[str, Any]:
    """The user is gone, or (should_soft_delete) marked so. Raises Refused."""
    with transaction(call.auth.cluster) as rows:
        user = users.by_id(rows, user_id)
        with saving("deleting user"):
            if call.body.get("should_soft_delete"):
                _mark_deleted(rows, user)
            else:
                rows.run("delete from auth.users where id = %s", user["id"])
    return {}


def _mark_deleted(rows: Rows, user: Row) -> None:
    # Whoever has the address or number may sign up with it again.
    hidden = {
        name: user[name] and hashlib.sha256(f"{user['id']}{user[name]}".encode()).hexdigest()
        for name in ("email", "phone")
    }
    rows.update(
        "users", user["id"], deleted_at=now(), encrypted_password="", raw_app_meta_data={},
        raw_user_meta_data={}, **hidden,
    )  # fmt: skip
    for table in ("sessions", "identities", "mfa_factors", "one_time_tokens"):
        rows.delete(table, user["id"])


def factor_index(call: Call, user_id: str) -> list[dict[str, Any]]:
    with transaction(call.auth.cluster) as rows:
        return users.factors_of(rows, users.by_id(rows, user_id)["id"])


def factor_delete(call: Call, user_id: str, factor_id: str) -> dict[str, Any]:
    with transaction(call.auth.cluster) as rows:
        user = users.by_id(rows, user_id)
        factors.remove(call, rows, user, factors.find(rows, user["id"], factor_id))
        return {"id": factor_id}


def generate_link(call: Call) -> dict[str, Any]:
    """A link that is handed to the caller instead of sent. Raises Refused."""
    kind, email = call.text("type"), users.address(call.text("email"))
    if kind not in _LINKS:
        raise invalid(f"Invalid email action link type requested: {kind}")
    with transaction(call.auth.cluster) as rows:
        user = users.find(rows, email=email)
        if not user and kind == "recovery":
            raise Refused(404, "user_not_found", "User with this email not found")
        if user and kind in ("signup", "invite") and user["email_confirmed_at"]:
            message = "A user with this email address has already been registered"
            raise Refused(422, "email_exists", message)
    if not user:
        draft = users.draft(email, "", call.table("data"))
        user = sign_up.make(call, draft, call.text("password") or None)
    with transaction(call.auth.cluster) as rows:
        column = "confirmation_token" if kind in ("signup", "invite") else "recovery_token"
        code, mark = messages.issue(call, rows, user, column, email)
        if kind == "invite":
            rows.update("users", user["id"], invited_at=now())
        return users.shown(rows, users.by_id(rows, user["id"])) | {
            "action_link": messages.link_of(call, kind, mark), "email_otp": code,
            "hashed_token": mark, "verification_type": kind, "redirect_to": call.redirect_to,
        }  # fmt: skip


def invite(call: Call) -> dict[str, Any]:
    """Ask somebody in by a message. Raises Refused."""
    email = users.address(call.text("email"))
    with transaction(call.auth.cluster) as rows:
        user = users.find(rows, email=email)
    if user and user["email_confirmed_at"]:
        message = "A user with this email address has already been registered"
        raise Refused(422, "email_exists", message)
    user = user or sign_up.make(call, users.draft(email, "", call.table("data")), None)
    with transaction(call.auth.cluster) as rows:
        rows.update("users", user["id"], invited_at=now())
        messages.confirmation(call, rows, user, "invite")
        return users.shown(rows, users.by_id(rows, user["id"]))


def _change(call: Call, rows: Rows, user_id: Any, *, with_user_data: bool) -> None:
    user = users.by_id(rows, user_id)
    changes: dict[str, Any] = {}
    if role := call.text("role"):
        changes["role"] = role
    if data := call.table("app_metadata"):
        changes["raw_app_meta_data"] = users.merged(user["raw_app_meta_data"], data)
    if with_user_data and (data := call.table("user_metadata")):
        changes["raw_user_meta_data"] = users.merged(user["raw_user_meta_data"], data)
    if ban := call.text("ban_duration"):
        lasts = seconds(ban)
        if lasts is None and ban != "none":
            raise invalid(f'invalid format for ban duration: time: invalid duration "{ban}"')
        changes["banned_until"] = now() + timedelta(seconds=lasts) if lasts else None
    with saving("updating user"):
        if changes:
            rows.update("users", user_id, **changes)
        for kind in ("email", "phone"):
            if call.body.get(f"{kind}_confirm") and not user[f"{kind}_confirmed_at"]:
                users.confirm(rows, users.by_id(rows, user_id), kind)
