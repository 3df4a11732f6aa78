"""A stand-in for somebody who vouches for people by OpenID Connect: a page that asks, a code that
is good once, an identity token signed with RS256, and the keys that verify it."""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, ClassVar
from urllib.parse import parse_qsl, unquote, urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from stack.people import email_of
from stack.stand_ins.loopback import Loopback, Received, Wire

_JSON = {"content-type": "application/json"}
_HTML = {"content-type": "text/html; charset=utf-8"}
_KID = "holdfast-stand-in"


@dataclass(frozen=True)
class Account:
    """Somebody with an account there. email: empty where the provider tells none. is_verified: it
    knows that the address is theirs."""

    sub: str
    email: str = ""
    name: str = "Ann"
    is_verified: bool = True


@dataclass(frozen=True)
class _Asked:
    """What a code was given for."""

    person: Account
    place: str
    scopes: frozenset[str]
    challenge: str

    def fits(self, form: Mapping[str, str]) -> bool:
        """Whether who left with it comes to redeem it."""
        answered = challenge_of(form.get("code_verifier", ""))
        return form.get("redirect_uri") == self.place and self.challenge in ("", answered)


class OpenId(Loopback):
    """Serves inside its block. `person`: who sits at the page and agrees; None: they refuse.
    `people`: who is to choose from at the page, in a browser; then it does not answer by itself."""

    client_id: ClassVar[str]
    client_secret: ClassVar[str]
    name: ClassVar[str]
    known_as: ClassVar[str]
    """How Auth names it, and below: how Auth is to be set up for it."""
    scopes: ClassVar[str]
    email_optional: ClassVar[bool]
    page_path: ClassVar[str]
    token_path: ClassVar[str]
    keys_path: ClassVar[str]
    takes_basic: ClassVar[bool]
    """Whether the client shows its secret in the header (else in the form)."""

    def __init__(self) -> None:
        super().__init__()
        self.person: Account | None = None
        self.people: Sequence[Account] = ()
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._codes: dict[str, _Asked] = {}

    def account(self, name: str) -> Account:
        """That of somebody of `make up`, or of somebody new, with the address of that name."""
        return Account(str(int.from_bytes(name.encode())), email_of(name), name.capitalize())

    def claims(self, person: Account, scopes: frozenset[str]) -> dict[str, Any]:
        """What it says of somebody, beside who they are (sub)."""
        raise NotImplementedError

    def answer(self, wire: Wire, request: Received) -> None:
        match request.method, request.path:
            case "GET", "/.well-known/openid-configuration":
                self._say(wire, 200, self._discovery())
            case "GET", self.page_path:
                self._page(wire, request.query)
            case "POST", self.token_path:
                self._token(wire, request)
            case "GET", self.keys_path:
                key = RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
                self._say(wire, 200, {"keys": [{**key, "kid": _KID, "use": "sig"}]})
            case _:
                self._say(wire, 404, {"error": "not_found"})

    def _discovery(self) -> dict[str, Any]:
        method = "client_secret_basic" if self.takes_basic else "client_secret_post"
        return {
            "issuer": self.url, "authorization_endpoint": self.url + self.page_path,
            "token_endpoint": self.url + self.token_path, "jwks_uri": self.url + self.keys_path,
            "response_types_supported": ["code"], "code_challenge_methods_supported": ["S256"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": [method],
        }  # fmt: skip

    def _page(self, wire: Wire, query: Mapping[str, str]) -> None:
        if query.get("client_id") != self.client_id or query.get("response_type") != "code":
            self._say(wire, 400, {"error": "invalid_request"})
            return
        person = self.person
        if self.people:
            if "account" not in query:
                wire.reply(200, self._choice(query).encode(), _HTML)
                return
            person = next((each for each in self.people if each.sub == query["account"]), None)
        told = {"state": query.get("state", "")}
        if person:
            told["code"] = secrets.token_urlsafe(16)
            scopes = frozenset(query.get("scope", "").split())
            challenge = query.get("code_challenge", "")
            self._codes[told["code"]] = _Asked(person, query["redirect_uri"], scopes, challenge)
        else:
            told["error"] = "access_denied"
        wire.reply(302, b"", {"location": f"{query['redirect_uri']}?{urlencode(told)}"})

    def _choice(self, query: Mapping[str, str]) -> str:
        named = [(each.sub, f"{each.name} {each.email}") for each in self.people]
        links = "".join(
            f'<li><a href="?{escape(urlencode({**query, "account": sub}))}">{escape(who)}</a></li>'
            for sub, who in [*named, ("", "Nobody: I do not agree")]
        )
        title = f"{self.name} (a stand-in on this machine)"
        return (
            f'<!doctype html><html lang="en"><title>{title}</title><h1>{title}</h1>'
            f"<p>Who are you?</p><ul>{links}</ul></html>"
        )

    def _token(self, wire: Wire, request: Received) -> None:
        form = dict(parse_qsl(request.body.decode()))
        asked = self._codes.pop(form.get("code", ""), None)
        if self._known(request.headers, form) != (self.client_id, self.client_secret):
            self._say(wire, 401, {"error": "invalid_client"})
        elif asked is None or not asked.fits(form):
            self._say(wire, 400, {"error": "invalid_grant"})
        else:
            now = int(time.time())
            claims = {
                "iss": self.url, "aud": self.client_id, "sub": asked.person.sub, "iat": now,
                "exp": now + 3600, **self.claims(asked.person, asked.scopes),
            }  # fmt: skip
            token = jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": _KID})
            self._say(wire, 200, {"access_token": f"ya29.{secrets.token_urlsafe(16)}",
                                  "id_token": token, "token_type": "Bearer"})  # fmt: skip

    def _known(self, headers: Mapping[str, str], form: Mapping[str, str]) -> tuple[str, str]:
        """Id and secret of the client that asks; both empty: shown in no way that it takes."""
        if not self.takes_basic:
            return form.get("client_id", ""), form.get("client_secret", "")
        kind, _, shown = headers.get("authorization", "").partition(" ")
        try:
            decoded = base64.b64decode(shown).decode() if kind == "Basic" else ""
        except ValueError:
            decoded = ""
        found, _, secret = decoded.partition(":")
        return unquote(found), unquote(secret)

    @staticmethod
    def _say(wire: Wire, status: int, content: Any) -> None:
        wire.reply(status, json.dumps(content).encode(), _JSON)


def challenge_of(verifier: str) -> str:
    """The challenge (S256) that a verifier of PKCE answers."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
