"""The people of `make up` sign in, as a client of Auth does."""

import time
from typing import Any

import httpx
import jwt

from stack.people import PEOPLE, Person
from stack.stack import Stack
from stack.stand_ins.auth import totp

DAY = 24 * 3600
TOKEN_SECONDS = 30 * DAY
"""A shell that is left open goes on; Auth's own tokens live as config.toml says."""


class SignInFailed(RuntimeError):
    """Auth refused somebody of the development data; the message is its answer."""


class Client:
    """Auth at an address, with one of the project's keys."""

    def __init__(self, url: str, key: str) -> None:
        headers = {"apikey": key, "x-supabase-api-version": "2024-01-01"}
        self._http = httpx.Client(base_url=f"{url}/auth/v1", headers=headers, timeout=30)
        self._key = key

    def send(self, method: str, path: str, body: Any = None, token: str = "") -> dict[str, Any]:
        """The answer. Raises SignInFailed."""
        headers = {"authorization": f"Bearer {token or self._key}"}
        answer = self._http.request(method, path, json=body, headers=headers)
        if not answer.is_success:
            raise SignInFailed(f"{method} {path}: {answer.text}")
        return dict(answer.json())

    def by_password(self, email: str, password: str) -> str:
        """A token of the first level. Raises SignInFailed."""
        body = {"email": email, "password": password}
        return str(self.send("POST", "/token?grant_type=password", body)["access_token"])

    def by_factor(self, token: str, factor_id: str, secret: str) -> str:
        """A token of the second level. Raises SignInFailed."""
        path = f"/factors/{factor_id}"
        challenge = self.send("POST", f"{path}/challenge", {}, token)["id"]
        body = {"challenge_id": challenge, "code": totp.code(secret)}
        return str(self.send("POST", f"{path}/verify", body, token)["access_token"])


def signed_in(stack: Stack, kept: dict[str, str]) -> dict[str, str]:
    """NAME and NAME_TOTP of everybody: a token of the second level, and the factor's secret.

    kept: those of a run before, which stay while they are good. Raises SignInFailed.
    """
    found: dict[str, str] = {}
    # Not the hooks: who restarts the stack within 90 seconds shows the same code again.
    with stack.auth.changed(token_seconds=TOKEN_SECONDS, hooks={}):
        for person in PEOPLE:
            name = person.name.upper()
            old = {key: kept.get(key, "") for key in (name, f"{name}_TOTP")}
            if all(old.values()) and _is_good(stack, old[name]):
                found |= old
            else:
                token, secret = _sign_in(stack, person)
                found |= {name: token, f"{name}_TOTP": secret}
    return found


def _is_good(stack: Stack, token: str) -> bool:
    try:
        lasts_until = jwt.decode(token, options={"verify_signature": False})["exp"]
        Client(stack.url, stack.anon_key).send("GET", "/user", token=token)
    except (jwt.InvalidTokenError, SignInFailed):
        return False
    return bool(lasts_until > time.time() + DAY)


def _sign_in(stack: Stack, person: Person) -> tuple[str, str]:
    client = Client(stack.url, stack.anon_key)
    if not _has_password(stack, person):
        path, body = f"/admin/users/{person.id}", {"password": person.password}
        Client(stack.url, stack.service_key).send("PUT", path, body)
    token = client.by_password(person.email, person.password)
    factor = _factor(stack, person)
    if factor is None:
        made = client.send("POST", "/factors", {"factor_type": "totp"}, token)
        factor = made["id"], made["totp"]["secret"]
    return client.by_factor(token, *factor), factor[1]


def _has_password(stack: Stack, person: Person) -> bool:
    with stack.connect() as connection:
        statement = "select 1 from auth.users where id = %s and encrypted_password <> ''"
        return connection.execute(statement, [person.id]).fetchone() is not None


def _factor(stack: Stack, person: Person) -> tuple[str, str] | None:
    with stack.connect() as connection:
        return connection.execute(
            "select id::text, secret from auth.mfa_factors"
            " where user_id = %s and status = 'verified' limit 1",
            [person.id],
        ).fetchone()
