"""Hooks: what Auth asks others at its moments, and how it takes what they answer."""

import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg.sql import SQL, Identifier
from psycopg.types.json import Jsonb

from stack.stand_ins.auth import rows as tables
from stack.stand_ins.auth.call import Call
from stack.stand_ins.auth.refusals import Refused, failed
from stack.stand_ins.auth.rows import Rows, iso, now
from stack.stand_ins.auth.settings import Hook

_CLAIMS: dict[str, type | tuple[type, ...]] = {
    "aud": (str, list), "exp": int, "iat": int, "sub": str, "email": str, "phone": str,
    "role": str, "aal": str, "session_id": str, "is_anonymous": bool,
}  # fmt: skip
_DECISION: dict[str, type] = {"decision": str, "message": str, "should_logout_user": bool}


def run(
    call: Call, name: str, payload: Mapping[str, Any], rows: Rows | None = None
) -> dict[str, Any] | None:
    """Ask the hook of that name; None: there is none. Raises Refused: it refuses, or it fails.

    rows: the caller's connection, whose transaction a function takes part in; without it the
    function has a transaction of its own.
    """
    hook = call.auth.settings.hooks.get(name)
    if hook is None:
        return None
    metadata = {
        "uuid": str(uuid.uuid4()), "time": iso(now()), "name": name, "ip_address": call.ip,
    }  # fmt: skip
    content = {"metadata": metadata, **payload}
    if hook.uri.startswith("pg-functions:"):
        answer = _function(call, hook, content, rows)
    else:
        # Its parts are read by whoever has such a hook.
        from stack.stand_ins.auth.hooks_http import ask

        answer = ask(hook, content, budget=call.auth.hook_budget)
    if answer is None:
        return {}
    _refuse(answer)
    if not isinstance(answer, dict):
        raise _unreadable(hook)
    return answer


def decide(call: Call, name: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Ask about an attempt; the answer's decision, message and should_logout_user."""
    answer = run(call, name, payload) or {}
    for field, kind in _DECISION.items():
        if answer.get(field) is not None and not isinstance(answer[field], kind):
            raise _unreadable(call.auth.settings.hooks[name])
    return answer


def claims_of(call: Call, rows: Rows, claims: dict[str, Any], method: str) -> dict[str, Any]:
    """The claims of an access token, as the hook wants them. Raises Refused."""
    payload = {"user_id": claims["sub"], "claims": claims, "authentication_method": method}
    answer = run(call, "customize-access-token", payload, rows)
    if answer is None:
        return claims
    if "claims" not in answer:
        raise failed("output claims field is missing")
    changed = answer["claims"]
    wrong = [
        f"- (root): {name} is required"
        if not isinstance(changed, dict) or name not in changed
        else f"- {name}: Invalid type"
        for name, kind in _CLAIMS.items()
        if not isinstance(changed, dict) or not isinstance(changed.get(name), kind)
    ]
    if wrong:
        words = "\n".join(["output claims do not conform to the expected schema: ", *wrong])
        raise failed(words + "\n")
    return dict(changed)


def _function(call: Call, hook: Hook, content: dict[str, Any], rows: Rows | None) -> Any:
    if rows is None:
        with tables.transaction(call.auth.cluster) as own:
            return _function(call, hook, content, own)
    schema, _, name = urlsplit(hook.uri).path.strip("/").partition("/")
    statement = SQL("select {}.{}(%s)").format(Identifier(schema), Identifier(name))
    try:
        rows.run("set local statement_timeout to '2000'")
        found = rows.value(statement, Jsonb(content))
        rows.run("set local statement_timeout to default")
    except psycopg.Error as error:
        raise failed(f"Error running hook URI: {hook.uri}") from error
    return found


def _refuse(answer: Any) -> None:
    # A refusal of any other shape is none: Auth goes on.
    error = answer.get("error") if isinstance(answer, dict) else None
    if not isinstance(error, dict):
        return
    code, message = error.get("http_code") or 0, error.get("message") or ""
    if type(code) is int and isinstance(message, str) and message:
        status = code or 500
        raise Refused(status, "unexpected_failure" if status == 500 else "unknown", message)


def _unreadable(hook: Hook) -> Refused:
    return failed(f"Error running hook URI: {hook.uri}")
