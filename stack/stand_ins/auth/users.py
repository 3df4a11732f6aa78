"""Users and their identities: found, made, shown."""

import re
import uuid
from datetime import UTC, datetime
from typing import Any

from stack.stand_ins.auth.refusals import Refused, invalid
from stack.stand_ins.auth.rows import Row, Rows, iso, now, saving

_ADDRESS = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_ZERO = "0001-01-01T00:00:00Z"


def address(email: str) -> str:
    """An e-mail address as it is stored. Raises Refused."""
    email = email.strip().lower()
    if not _ADDRESS.fullmatch(email) or len(email) > 255:
        raise invalid("Unable to validate email address: invalid format")
    return email


def number(phone: str) -> str:
    """A telephone number as it is stored: digits only. Raises Refused."""
    digits = phone.strip().replace(" ", "").removeprefix("+")
    if not re.fullmatch(r"[1-9]\d{1,14}", digits):
        raise invalid("Invalid phone number format (E.164 required)")
    return digits


def find(rows: Rows, *, email: str = "", phone: str = "") -> Row | None:
    if email:
        statement = "select * from auth.users where email = %s and not is_sso_user"
        return rows.one(statement, address(email))
    return rows.one("select * from auth.users where phone = %s", number(phone))


def by_id(rows: Rows, user_id: Any) -> Row:
    """Raises Refused: there is no such user."""
    found = rows.one("select * from auth.users where id::text = %s", str(user_id))
    if not found:
        raise Refused(404, "user_not_found", "User not found")
    return found


def is_banned(user: Row) -> bool:
    return bool(user["banned_until"] and user["banned_until"] > now())


def draft(email: str, phone: str, data: dict[str, Any] | None) -> Row:
    """A user who is not yet in the tables; without address and number an anonymous one."""
    provider = "email" if email else "phone"
    return {
        "id": uuid.uuid4(), "aud": "authenticated", "role": "", "email": email or None,
        "phone": phone or None, "raw_user_meta_data": data or {},
        "raw_app_meta_data":
            {"provider": provider, "providers": [provider]} if email or phone else {},
        "is_anonymous": not email and not phone,
    }  # fmt: skip


def announced(user: Row) -> dict[str, Any]:
    """A draft as the before-user-created hook is shown it."""
    return {
        "id": str(user["id"]), "aud": user["aud"], "role": "", "email": user["email"] or "",
        "phone": user["phone"] or "", "app_metadata": user["raw_app_meta_data"],
        "user_metadata": user["raw_user_meta_data"], "identities": [],
        "created_at": _ZERO, "updated_at": _ZERO, "is_anonymous": user["is_anonymous"],
    }  # fmt: skip


def create(rows: Rows, user: Row, hashed: str | None) -> Row:
    """The draft becomes a user with the identity of its address. Raises Refused."""
    moment = now()
    with saving("saving new user"):
        rows.insert(
            "users",
            **user | {"role": "authenticated"},
            instance_id=uuid.UUID(int=0), encrypted_password=hashed or "",
            confirmation_token="", recovery_token="", email_change_token_new="", email_change="",
            created_at=moment, updated_at=moment,
        )  # fmt: skip
        for provider in user["raw_app_meta_data"].get("providers", ()):
            identify(rows, user, provider)
    return by_id(rows, user["id"])


def identify(rows: Rows, user: Row, provider: str) -> None:
    """The user's own identity by address or by number."""
    moment = now()
    data = {
        "sub": str(user["id"]), provider: user[provider], "email_verified": False,
        "phone_verified": False,
    } | (user["raw_user_meta_data"] or {})  # fmt: skip
    rows.insert(
        "identities", provider_id=str(user["id"]), user_id=user["id"], identity_data=data,
        provider=provider, last_sign_in_at=moment, created_at=moment, updated_at=moment,
    )  # fmt: skip


def confirm(rows: Rows, user: Row, kind: str) -> Row:
    """Its address (kind email) or number (phone) is proved."""
    column = f"{kind}_confirmed_at"
    changes = {column: user[column] or now(), "confirmation_token": "", "is_anonymous": False}
    with saving("updating user"):
        rows.update("users", user["id"], **changes)
        rows.run(
            "update auth.identities set identity_data = identity_data"
            " || jsonb_build_object(%s::text, true) where user_id = %s and provider = %s",
            f"{kind}_verified", user["id"], kind,
        )  # fmt: skip
    return by_id(rows, user["id"])


def merged(old: dict[str, Any] | None, new: dict[str, Any]) -> dict[str, Any]:
    """Metadata after a change: null takes a member away."""
    return {name: value for name, value in ((old or {}) | new).items() if value is not None}


_TIMES = {
    "email_confirmed_at", "invited_at", "phone_confirmed_at", "confirmation_sent_at",
    "confirmed_at", "recovery_sent_at", "email_change_sent_at", "phone_change_sent_at",
    "reauthentication_sent_at", "last_sign_in_at", "banned_until", "deleted_at",
}  # fmt: skip


def shown(rows: Rows, user: Row) -> dict[str, Any]:
    """A user as the API gives it."""
    found = {
        "id": str(user["id"]), "aud": user["aud"] or "", "role": user["role"] or "",
        "email": user["email"] or "", "phone": user["phone"] or "",
        "app_metadata": user["raw_app_meta_data"] or {},
        "user_metadata": user["raw_user_meta_data"] or {},
        "created_at": iso(user["created_at"]), "updated_at": iso(user["updated_at"]),
        "is_anonymous": user["is_anonymous"],
    }  # fmt: skip
    found |= {name: iso(user[name]) for name in _TIMES if user[name]}
    if user["email_change"]:
        found["new_email"] = user["email_change"]
    if user["phone_change"]:
        found["new_phone"] = user["phone_change"]
    if factors := factors_of(rows, user["id"]):
        found["factors"] = factors
    found["identities"] = [
        _identity(row)
        for row in rows.all(
            "select * from auth.identities where user_id = %s order by created_at", user["id"]
        )
    ]
    return found


def _identity(row: Row) -> dict[str, Any]:
    return {
        "identity_id": str(row["id"]), "id": row["provider_id"], "user_id": str(row["user_id"]),
        "identity_data": row["identity_data"], "provider": row["provider"],
        "last_sign_in_at": iso(row["last_sign_in_at"]), "created_at": iso(row["created_at"]),
        "updated_at": iso(row["updated_at"]), "email": row["email"] or "",
    }  # fmt: skip


def factors_of(rows: Rows, user_id: Any) -> list[dict[str, Any]]:
    """A user's factors as the API gives them."""
    statement = "select * from auth.mfa_factors where user_id = %s order by created_at"
    return [
        {
            "id": str(row["id"]), "created_at": iso(row["created_at"]),
            "updated_at": iso(row["updated_at"]), "status": row["status"],
            "friendly_name": row["friendly_name"] or "", "factor_type": row["factor_type"],
            "phone": row["phone"], "last_challenged_at": iso(row["last_challenged_at"]),
        }
        for row in rows.all(statement, user_id)
    ]  # fmt: skip


def disguised(email: str, data: dict[str, Any] | None) -> dict[str, Any]:
    """What a stranger is shown who signs up with an address that is taken."""
    moment = iso(datetime.now(UTC))
    return announced(draft(email, "", data)) | {
        "created_at": moment, "updated_at": moment, "confirmation_sent_at": moment,
    }  # fmt: skip
