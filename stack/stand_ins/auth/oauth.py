"""Signing in by somebody who vouches for a person: OAuth with PKCE, as Auth does it."""

import hmac
import secrets
import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import jwt

from stack.http_events import Answer
from stack.stand_ins.auth import identities, openid, sessions, users
from stack.stand_ins.auth.call import Call
from stack.stand_ins.auth.refusals import Refused, invalid
from stack.stand_ins.auth.rows import Row, now, transaction
from stack.stand_ins.auth.settings import Provider
from stack.stand_ins.openid import challenge_of

_GOOD_FOR = timedelta(minutes=5)
_METHODS = ("s256", "plain")


def authorize(call: Call) -> Answer:
    """On to the page of the provider. Raises Refused, also without a challenge: the implicit flow
    is not imitated."""
    return Answer(302, (("location", _begin(call, None)),), b"")


def link(call: Call) -> Answer | dict[str, Any]:
    """As authorize, for one more identity of whoever is signed in; skip_http_redirect: the address
    of the page instead of the way there. Raises Refused."""
    with transaction(call.auth.cluster) as rows:
        user = call.caller(rows).user
    identities.must_be_open(call)
    place = _begin(call, user)
    if call.query.get("skip_http_redirect") == "true":
        return {"url": place}
    return Answer(302, (("location", place),), b"")


def _begin(call: Call, target: Row | None) -> str:
    """The address of the provider's page, for a new flow; target: whose further identity it is."""
    name = call.query.get("provider", "")
    provider = _provider(call, name)
    challenge = call.query.get("code_challenge", "")
    method = call.query.get("code_challenge_method", "").lower()
    if not challenge or method not in _METHODS:
        raise invalid("PKCE flow requires code_challenge_method and code_challenge")
    moment, flow = now(), uuid.uuid4()
    # What Auth shows to the provider: for custom ones only.
    verifier = secrets.token_urlsafe(32) if name.startswith("custom:") else ""
    with transaction(call.auth.cluster) as rows:
        client_state = uuid.uuid4() if verifier else None
        if verifier:
            rows.insert(
                "oauth_client_states", id=client_state, provider_type=name,
                code_verifier=verifier, created_at=moment,
            )  # fmt: skip
        rows.insert(
            "flow_state", id=flow, auth_code=str(uuid.uuid4()), code_challenge=challenge,
            code_challenge_method=method, provider_type=name, authentication_method="oauth",
            oauth_client_state_id=client_state, linking_target_id=target["id"] if target else None,
            email_optional=provider.email_optional, created_at=moment, updated_at=moment,
        )  # fmt: skip
    state = call.auth.keys.sign({
        "flow_state_id": str(flow), "provider": name, "referrer": call.redirect_to,
        "exp": int((moment + _GOOD_FOR).timestamp()),
    })  # fmt: skip
    scopes = f"{provider.scopes} {call.query.get('scopes', '')}".strip()
    asked = {
        "client_id": provider.client_id, "redirect_uri": _callback(call), "response_type": "code",
        "scope": scopes, "state": state,
    }  # fmt: skip
    if verifier:
        asked |= {"code_challenge": challenge_of(verifier), "code_challenge_method": "S256"}
    return f"{openid.page_of(provider)}?{urlencode(asked)}"


def callback(call: Call) -> Answer:
    """The person is back: on to the client, with a code of ours or the refusal. Raises Refused:
    nobody knows where to."""
    try:
        state = call.auth.keys.read(call.query.get("state", ""))
    except jwt.InvalidTokenError:
        message = "OAuth callback with invalid state"
        raise Refused(400, "bad_oauth_state", message) from None
    try:
        told = {"code": _come_back(call, state)}
    except Refused as refused:
        told = {
            "error": "access_denied" if refused.status < 500 else "server_error",
            "error_code": refused.code, "error_description": refused.message,
        }  # fmt: skip
    return Answer(302, (("location", f"{state['referrer']}?{urlencode(told)}"),), b"")


def exchange(call: Call) -> dict[str, Any]:
    """A session for a code and the verifier of its challenge. Raises Refused."""
    code, verifier = call.text("auth_code"), call.text("code_verifier")
    if not code or not verifier:
        message = "invalid request: both auth code and code verifier should be non-empty"
        raise invalid(message)
    with transaction(call.auth.cluster) as rows:
        flow = rows.one("select * from auth.flow_state where auth_code = %s for update", code)
        if not flow or not flow["auth_code_issued_at"]:
            message = "invalid flow state, no valid flow state found"
            raise Refused(404, "flow_state_not_found", message)
        if flow["auth_code_issued_at"] + _GOOD_FOR < now():
            message = "invalid flow state, flow state has expired"
            raise Refused(422, "flow_state_expired", message)
        answered = verifier if flow["code_challenge_method"] == "plain" else challenge_of(verifier)
        if not hmac.compare_digest(answered.encode(), flow["code_challenge"].rstrip("=").encode()):
            message = "code challenge does not match previously saved code verifier"
            raise Refused(400, "bad_code_verifier", message)
        rows.run("delete from auth.flow_state where id = %s", flow["id"])
        session = sessions.begin(call, rows, users.by_id(rows, flow["user_id"]), "oauth")
        return session | {"provider_token": flow["provider_access_token"]}


def _provider(call: Call, name: str) -> Provider:
    provider = call.auth.settings.providers.get(name)
    if provider is None:
        message = "Unsupported provider: provider is not enabled"
        raise invalid(message)
    return provider


def _callback(call: Call) -> str:
    return f"{call.auth.url}/callback"


def _come_back(call: Call, state: dict[str, Any]) -> str:
    if error := call.query.get("error"):
        raise Refused(400, error, call.query.get("error_description", error))
    name, flow_id = state["provider"], uuid.UUID(state["flow_state_id"])
    with transaction(call.auth.cluster) as rows:
        begun = rows.one(
            "select f.*, c.code_verifier from auth.flow_state as f"
            " left join auth.oauth_client_states as c on c.id = f.oauth_client_state_id"
            " where f.id = %s",
            flow_id,
        )
    if not begun:
        raise Refused(404, "flow_state_not_found", "OAuth state not found or expired")
    access, claims = openid.told(
        _provider(call, name), call.query.get("code", ""), _callback(call), begun["code_verifier"]
    )
    if begun["linking_target_id"]:
        user = identities.link(call, begun["linking_target_id"], name, claims)
    else:
        user = identities.person(call, name, claims, email_optional=begun["email_optional"])
    with transaction(call.auth.cluster) as rows:
        flow = rows.one(
            "select * from auth.flow_state where id = %s and auth_code_issued_at is null"
            " for update",
            flow_id,
        )
        if not flow:
            raise Refused(404, "flow_state_not_found", "OAuth state not found or expired")
        rows.update(
            "flow_state", flow["id"], user_id=user["id"], provider_access_token=access,
            auth_code_issued_at=now(),
        )  # fmt: skip
        return str(flow["auth_code"])
