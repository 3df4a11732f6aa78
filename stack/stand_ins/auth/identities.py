"""Whose identity somebody is who comes from a provider: found, made, linked and taken off."""

import uuid
from typing import Any

from stack.stand_ins.auth import hooks, users
from stack.stand_ins.auth.call import Call
from stack.stand_ins.auth.refusals import Refused, failed
from stack.stand_ins.auth.rows import Row, Rows, connected, now, saving, transaction


def person(call: Call, name: str, claims: dict[str, Any], *, email_optional: bool) -> Row:
    """Whose identity it is: known, one of a proved address, or somebody new. Raises Refused."""
    data = _data(claims)
    email = users.address(data["email"]) if "email" in data else ""
    if not email and not email_optional:
        raise failed("Error getting user email from external provider")
    with transaction(call.auth.cluster) as rows:
        if identity := _known(rows, name, claims):
            rows.update("identities", identity["id"], identity_data=data, last_sign_in_at=now())
            return _let_in(users.by_id(rows, identity["user_id"]))
        if email and not claims["email_verified"]:
            message = (
                f"Unverified email with {name}. Verify the email with {name} in order to sign in"
            )
            raise Refused(400, "provider_email_needs_verification", message)
        if email and (found := users.find(rows, email=email)):
            return _joined(rows, _let_in(found), name, data)
    draft = users.draft(email, "", data) | {
        "raw_app_meta_data": {"provider": name, "providers": [name]}, "is_anonymous": False,
    }  # fmt: skip
    if not call.auth.settings.sign_up:
        raise Refused(422, "signup_disabled", "Signups not allowed for this instance")
    with connected(call.auth.cluster) as rows:
        hooks.run(call, "before-user-created", {"user": users.announced(draft)}, rows)
    with transaction(call.auth.cluster) as rows:
        made = users.create(rows, draft | {"raw_app_meta_data": {}}, None)
        _identify(rows, made, name, data)
        _tell_providers(rows, made)
        user = users.by_id(rows, made["id"])
        return users.confirm(rows, user, "email") if email else user


def link(call: Call, user_id: Any, name: str, claims: dict[str, Any]) -> Row:
    """One more identity of somebody who asked for it, signed in. Raises Refused."""
    data = _data(claims)
    with transaction(call.auth.cluster) as rows:
        user = _let_in(users.by_id(rows, user_id))
        if identity := _known(rows, name, claims):
            of = "" if identity["user_id"] == user["id"] else " to another user"
            raise Refused(422, "identity_already_exists", f"Identity is already linked{of}")
        with saving("linking identity"):
            _identify(rows, user, name, data)
            if not user["email"] and claims.get("email_verified"):
                _take_address(rows, user)
                user = users.confirm(rows, users.by_id(rows, user["id"]), "email")
            _tell_providers(rows, user)
        return users.by_id(rows, user["id"])


def unlink(call: Call, identity_id: str) -> dict[str, Any]:
    """Take an identity off the one who is signed in, but for the last. Raises Refused."""
    with transaction(call.auth.cluster) as rows:
        user = call.caller(rows).user
        must_be_open(call)
        own = rows.all(
            "select * from auth.identities where user_id = %s order by created_at", user["id"]
        )
        if len(own) <= 1:
            message = "User must have at least 1 identity after unlinking"
            raise Refused(422, "single_identity_not_deletable", message)
        gone = next((each for each in own if str(each["id"]) == identity_id), None)
        if gone is None:
            raise Refused(422, "identity_not_found", "Identity doesn't exist")
        with saving("deleting identity"):
            rows.run("delete from auth.identities where id = %s", gone["id"])
            if gone["provider"] == "phone":
                rows.update("users", user["id"], phone=None, phone_confirmed_at=None)
            else:
                _take_address(rows, user)
            _tell_providers(rows, user)
    return {}


def must_be_open(call: Call) -> None:
    """Raises Refused: nobody links by hand."""
    if not call.auth.settings.manual_linking:
        raise Refused(404, "manual_linking_disabled", "Manual linking is disabled")


def _known(rows: Rows, name: str, claims: dict[str, Any]) -> Row | None:
    return rows.one(
        "select * from auth.identities where provider = %s and provider_id = %s",
        name, claims["sub"],
    )  # fmt: skip


def _data(claims: dict[str, Any]) -> dict[str, Any]:
    """What Auth keeps of what a provider says."""
    told = ("name", "picture", "preferred_username", "email")
    kept: dict[str, Any] = {name: claims[name] for name in told if name in claims}
    if "name" in kept:
        kept["full_name"] = kept["name"]
    return kept | {
        "iss": claims["iss"], "sub": claims["sub"], "provider_id": claims["sub"],
        "email_verified": bool(claims.get("email_verified")), "phone_verified": False,
    }  # fmt: skip


def _joined(rows: Rows, user: Row, name: str, data: dict[str, Any]) -> Row:
    """One more identity of somebody. Who has the account but never proved the address loses it: the
    password may be that of whoever waits for the owner."""
    with saving("linking identity"):
        if not user["email_confirmed_at"]:
            rows.delete("identities", user["id"])
            rows.update("users", user["id"], encrypted_password="", raw_user_meta_data=data)
            user = users.confirm(rows, user, "email")
        _identify(rows, user, name, data)
        _tell_providers(rows, user)
    return users.by_id(rows, user["id"])


def _identify(rows: Rows, user: Row, name: str, data: dict[str, Any]) -> None:
    moment = now()
    rows.insert(
        "identities", id=uuid.uuid4(), provider_id=data["sub"], user_id=user["id"],
        identity_data=data, provider=name, last_sign_in_at=moment, created_at=moment,
        updated_at=moment,
    )  # fmt: skip


def _tell_providers(rows: Rows, user: Row) -> None:
    """The person's metadata names what they sign in by."""
    own = rows.all(
        "select provider from auth.identities where user_id = %s order by created_at", user["id"]
    )
    names = list(dict.fromkeys(each["provider"] for each in own))
    known = users.by_id(rows, user["id"])["raw_app_meta_data"]
    merged = users.merged(known, {"provider": names[0], "providers": names})
    rows.update("users", user["id"], raw_app_meta_data=merged)


def _take_address(rows: Rows, user: Row) -> None:
    """The address of an identity, unless one has the person's; none where none has any."""
    own = rows.all(
        "select email from auth.identities where user_id = %s order by created_at", user["id"]
    )
    if user["email"] in [each["email"] for each in own]:
        return
    found = next((each["email"] for each in own if each["email"]), None)
    proved = user["email_confirmed_at"] if found else None
    rows.update("users", user["id"], email=found, email_confirmed_at=proved)


def _let_in(user: Row) -> Row:
    if users.is_banned(user):
        raise Refused(403, "user_banned", "User is banned")
    return user
