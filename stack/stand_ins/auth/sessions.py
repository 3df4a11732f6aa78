"""Sessions, their tokens, and how they end."""

import secrets
import uuid
from datetime import timedelta
from typing import Any

from stack.keys import AUDIENCE
from stack.stand_ins.auth import hooks, users
from stack.stand_ins.auth.call import Call, Caller
from stack.stand_ins.auth.refusals import Refused, invalid
from stack.stand_ins.auth.rows import Row, Rows, now, saving, transaction

SECOND = ("totp", "mfa/phone")
"""Methods that make a session aal2."""


def begin(call: Call, rows: Rows, user: Row, method: str) -> dict[str, Any]:
    """A new session of somebody who showed who they are; the answer with its tokens."""
    moment = now()
    session = {
        "id": uuid.uuid4(), "user_id": user["id"], "created_at": moment, "updated_at": moment,
        "aal": "aal1", "user_agent": call.agent, "ip": call.ip,
    }  # fmt: skip
    with saving("granting user"):
        rows.insert("sessions", **session)
        rows.update("users", user["id"], last_sign_in_at=moment)
        add_method(rows, session, method)
        mark = _token(rows, session, None)
    return answer(call, rows, user, session, mark, method)


def add_method(rows: Rows, session: Row, method: str) -> None:
    """How this session's person showed who they are, now."""
    moment = now()
    rows.run(
        "insert into auth.mfa_amr_claims"
        " (session_id, created_at, updated_at, authentication_method, id)"
        " values (%s, %s, %s, %s, %s)"
        " on conflict (session_id, authentication_method) do update set updated_at = %s",
        session["id"], moment, moment, method, uuid.uuid4(), moment,
    )  # fmt: skip


def rotate(rows: Rows, session: Row, old: Row | None) -> str:
    """A new refresh token in the place of the old one."""
    if old:
        rows.update("refresh_tokens", old["id"], revoked=True)
    return _token(rows, session, str(old["token"]) if old else None)


def current(rows: Rows, session: Row) -> Row | None:
    """The session's refresh token that was not used yet."""
    return rows.one(
        "select * from auth.refresh_tokens where session_id = %s and not revoked"
        " order by id desc limit 1",
        session["id"],
    )


def answer(
    call: Call, rows: Rows, user: Row, session: Row, mark: str, method: str
) -> dict[str, Any]:
    """The tokens of a session, as every sign-in answers them. Raises Refused: the hook does."""
    methods = rows.all(
        "select authentication_method as method, floor(extract(epoch from updated_at))::bigint as"
        " timestamp from auth.mfa_amr_claims where session_id = %s order by updated_at desc",
        session["id"],
    )
    issued, lasts = int(now().timestamp()), call.auth.settings.token_seconds
    claims = {
        "iss": call.auth.url, "sub": str(user["id"]), "aud": user["aud"] or AUDIENCE,
        "exp": issued + lasts, "iat": issued, "email": user["email"] or "",
        "phone": user["phone"] or "", "app_metadata": user["raw_app_meta_data"] or {},
        "user_metadata": user["raw_user_meta_data"] or {}, "role": user["role"] or AUDIENCE,
        "aal": "aal2" if any(one["method"] in SECOND for one in methods) else "aal1",
        "amr": methods, "session_id": str(session["id"]), "is_anonymous": user["is_anonymous"],
    }  # fmt: skip
    claims = hooks.claims_of(call, rows, claims, method)
    return {
        "access_token": call.auth.keys.sign(claims), "token_type": "bearer",
        "expires_in": lasts, "expires_at": issued + lasts, "refresh_token": mark,
        "user": users.shown(rows, users.by_id(rows, user["id"])),
    }  # fmt: skip


def refresh(call: Call) -> dict[str, Any]:
    """New tokens for a refresh token. Raises Refused."""
    with transaction(call.auth.cluster) as rows:
        token = rows.one(
            "select * from auth.refresh_tokens where token = %s", call.text("refresh_token")
        )
        if not token:
            message = "Invalid Refresh Token: Refresh Token Not Found"
            raise Refused(400, "refresh_token_not_found", message)
        # Two of one family come after each other.
        session = rows.one(
            "select * from auth.sessions where id = %s for update", token["session_id"]
        )
        if not session:
            message = "Invalid Refresh Token: Session Not Found"
            raise Refused(400, "session_not_found", message)
        token = rows.one("select * from auth.refresh_tokens where id = %s", token["id"]) or token
        user = users.by_id(rows, session["user_id"])
        if users.is_banned(user):
            raise Refused(400, "user_banned", "Invalid Refresh Token: User Banned")
        _must_last(call, session, token)
        mark = _next(call, rows, session, token)
        if mark:
            rows.update(
                "sessions", session["id"], user_agent=call.agent, ip=call.ip,
                refreshed_at=now().replace(tzinfo=None),
            )  # fmt: skip
            return answer(call, rows, user, session, mark, "token_refresh")
    # The end of the family is committed.
    raise Refused(400, "refresh_token_already_used", "Invalid Refresh Token: Already Used")


def _must_last(call: Call, session: Row, token: Row) -> None:
    settings, moment = call.auth.settings, now()
    ends = [session["not_after"]] if session["not_after"] else []
    if settings.timebox:
        ends.append(session["created_at"] + timedelta(seconds=settings.timebox))
    if any(end < moment for end in ends):
        raise Refused(400, "session_expired", "Invalid Refresh Token: Session Expired")
    idle = timedelta(seconds=settings.inactivity)
    if idle and token["updated_at"] + idle < moment:
        message = "Invalid Refresh Token: Session Expired (Inactivity)"
        raise Refused(400, "session_expired", message)


def _next(call: Call, rows: Rows, session: Row, token: Row) -> str | None:
    """The refresh token to give out; None: it was used before, and its family has ended."""
    if not token["revoked"]:
        return rotate(rows, session, token)
    active = current(rows, session)
    if active and active["parent"] == token["token"]:
        # The client never got the answer to the use before.
        return str(active["token"])
    if token["updated_at"] + timedelta(seconds=call.auth.settings.reuse_seconds) >= now():
        return rotate(rows, session, token)
    rows.run(
        "update auth.refresh_tokens set revoked = true, updated_at = now()"
        " where session_id = %s and not revoked",
        session["id"],
    )
    return None


def _token(rows: Rows, session: Row, parent: str | None) -> str:
    mark, moment = secrets.token_hex(6), now()
    rows.insert(
        "refresh_tokens", instance_id=uuid.UUID(int=0), token=mark, revoked=False,
        user_id=str(session["user_id"]), session_id=session["id"], parent=parent,
        created_at=moment, updated_at=moment,
    )  # fmt: skip
    return mark


def end_all(rows: Rows, user_id: Any, *, but: Any = None) -> None:
    """Every session of a user ends, perhaps but one."""
    rows.run(
        "delete from auth.sessions where user_id = %s and id is distinct from %s", user_id, but
    )


def logout(call: Call, rows: Rows, caller: Caller) -> None:
    """End this session, the others, or all. Raises Refused."""
    scope, user_id = call.query.get("scope") or "global", caller.user["id"]
    if scope == "global":
        end_all(rows, user_id)
    elif scope == "others":
        end_all(rows, user_id, but=caller.session["id"])
    elif scope == "local":
        rows.run("delete from auth.sessions where id = %s", caller.session["id"])
    else:
        raise invalid(f'Unsupported logout scope "{scope}"')
