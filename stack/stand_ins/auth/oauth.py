"""Signing in by somebody who vouches for a person: OAuth with PKCE, as Auth does it."""

import base64
import hashlib
import hmac
import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
import jwt

from stack.http_events import Answer
from stack.stand_ins.auth import hooks, sessions, users
from stack.stand_ins.auth.call import Call
from stack.stand_ins.auth.refusals import Refused, failed, invalid
from stack.stand_ins.auth.rows import Row, Rows, connected, now, saving, transaction
from stack.stand_ins.auth.settings import Provider

_GOOD_FOR = timedelta(minutes=5)
_METHODS = ("s256", "plain")


def authorize(call: Call) -> Answer:
    """On to the page of the provider. Raises Refused, also without a challenge: the implicit flow
    is not imitated."""
    name = call.query.get("provider", "")
    provider = _provider(call, name)
    challenge = call.query.get("code_challenge", "")
    method = call.query.get("code_challenge_method", "").lower()
    if not challenge or method not in _METHODS:
        raise invalid("PKCE flow requires code_challenge_method and code_challenge")
    moment, flow = now(), uuid.uuid4()
    with transaction(call.auth.cluster) as rows:
        rows.insert(
            "flow_state", id=flow, auth_code=str(uuid.uuid4()), code_challenge=challenge,
            code_challenge_method=method, provider_type=name, authentication_method="oauth",
            created_at=moment, updated_at=moment,
        )  # fmt: skip
    state = call.auth.keys.sign({
        "flow_state_id": str(flow), "provider": name, "referrer": call.redirect_to,
        "exp": int((moment + _GOOD_FOR).timestamp()),
    })  # fmt: skip
    asked = {
        "client_id": provider.client_id, "redirect_uri": _callback(call), "response_type": "code",
        "scope": f"email profile {call.query.get('scopes', '')}".strip(), "state": state,
    }  # fmt: skip
    place = f"{provider.url}/o/oauth2/v2/auth?{urlencode(asked)}"
    return Answer(302, (("location", place),), b"")


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
        if not hmac.compare_digest(_challenged(flow, verifier), flow["code_challenge"].rstrip("=")):
            message = "code challenge does not match previously saved code verifier"
            raise Refused(400, "bad_code_verifier", message)
        rows.run("delete from auth.flow_state where id = %s", flow["id"])
        session = sessions.begin(call, rows, users.by_id(rows, flow["user_id"]), "oauth")
        return session | {"provider_token": flow["provider_access_token"]}


def _challenged(flow: Row, verifier: str) -> str:
    if flow["code_challenge_method"] == "plain":
        return verifier
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


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
    name = state["provider"]
    access, claims = _asked(_provider(call, name), call.query.get("code", ""), _callback(call))
    user = _person(call, name, claims)
    with transaction(call.auth.cluster) as rows:
        flow = rows.one(
            "select * from auth.flow_state where id = %s and auth_code_issued_at is null"
            " for update",
            uuid.UUID(state["flow_state_id"]),
        )
        if not flow:
            raise Refused(404, "flow_state_not_found", "OAuth state not found or expired")
        rows.update(
            "flow_state", flow["id"], user_id=user["id"], provider_access_token=access,
            auth_code_issued_at=now(),
        )  # fmt: skip
        return str(flow["auth_code"])


def _asked(provider: Provider, code: str, callback_url: str) -> tuple[str, dict[str, Any]]:
    """The provider's token and what it says of the person."""
    form = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": callback_url,
        "client_id": provider.client_id, "client_secret": provider.secret,
    }  # fmt: skip
    try:
        answer = httpx.post(f"{provider.url}/token", data=form, timeout=10, trust_env=False)
        answer.raise_for_status()
        found = answer.json()
        key = jwt.PyJWKClient(f"{provider.url}/oauth2/v3/certs").get_signing_key_from_jwt(
            found["id_token"]
        )
        claims = jwt.decode(
            found["id_token"], key.key, ["RS256"], audience=provider.client_id, issuer=provider.url
        )
    except (httpx.HTTPError, jwt.PyJWTError, ValueError, KeyError) as error:
        raise failed("Unable to exchange external code") from error
    return found["access_token"], claims


def _person(call: Call, name: str, claims: dict[str, Any]) -> Row:
    """Whose identity it is: known, one of a proved address, or somebody new. Raises Refused."""
    email = users.address(claims["email"])
    data = {
        "iss": claims["iss"], "sub": claims["sub"], "name": claims["name"],
        "full_name": claims["name"], "email": email, "provider_id": claims["sub"],
        "email_verified": claims["email_verified"], "phone_verified": False,
    }  # fmt: skip
    with transaction(call.auth.cluster) as rows:
        identity = rows.one(
            "select * from auth.identities where provider = %s and provider_id = %s",
            name, claims["sub"],
        )  # fmt: skip
        if identity:
            rows.update("identities", identity["id"], identity_data=data, last_sign_in_at=now())
            return _let_in(users.by_id(rows, identity["user_id"]))
        if not claims["email_verified"]:
            message = (
                f"Unverified email with {name}. Verify the email with {name} in order to sign in"
            )
            raise Refused(400, "provider_email_needs_verification", message)
        if found := users.find(rows, email=email):
            return _linked(rows, _let_in(found), name, data)
    draft = users.draft(email, "", data) | {
        "raw_app_meta_data": {"provider": name, "providers": [name]}
    }
    if not call.auth.settings.sign_up:
        raise Refused(422, "signup_disabled", "Signups not allowed for this instance")
    with connected(call.auth.cluster) as rows:
        hooks.run(call, "before-user-created", {"user": users.announced(draft)}, rows)
    with transaction(call.auth.cluster) as rows:
        providers = draft["raw_app_meta_data"]
        made = users.create(rows, draft | {"raw_app_meta_data": {}}, None)
        rows.update("users", made["id"], raw_app_meta_data=providers)
        _identify(rows, made, name, data)
        return users.confirm(rows, users.by_id(rows, made["id"]), "email")


def _linked(rows: Rows, user: Row, name: str, data: dict[str, Any]) -> Row:
    """One more identity of somebody. Who has the account but never proved the address loses it: the
    password may be that of whoever waits for the owner."""
    known = list((user["raw_app_meta_data"] or {}).get("providers", ()))
    with saving("linking identity"):
        if not user["email_confirmed_at"]:
            rows.delete("identities", user["id"])
            rows.update("users", user["id"], encrypted_password="", raw_user_meta_data=data)
            user, known = users.confirm(rows, user, "email"), []
        _identify(rows, user, name, data)
        providers = {"provider": (known or [name])[0], "providers": [*known, name]}
        merged = users.merged(user["raw_app_meta_data"], providers)
        rows.update("users", user["id"], raw_app_meta_data=merged)
    return users.by_id(rows, user["id"])


def _identify(rows: Rows, user: Row, name: str, data: dict[str, Any]) -> None:
    moment = now()
    rows.insert(
        "identities", provider_id=data["sub"], user_id=user["id"], identity_data=data,
        provider=name, last_sign_in_at=moment, created_at=moment, updated_at=moment,
    )  # fmt: skip


def _let_in(user: Row) -> Row:
    if users.is_banned(user):
        raise Refused(403, "user_banned", "User is banned")
    return user
