"""A stand-in for Google's sign-in (OAuth 2.0 and OpenID Connect): a page that asks, a code that is
good once, an identity token signed with RS256, and the keys that verify it."""

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from stack.stand_ins.loopback import Loopback, Received, Wire

_JSON = {"content-type": "application/json"}
_KID = "holdfast-google"


@dataclass(frozen=True)
class Account:
    """Somebody with an account there. is_verified: Google knows that the address is theirs."""

    sub: str
    email: str
    name: str = "Ann"
    is_verified: bool = True


class Google(Loopback):
    """Serves inside its block. `person`: who sits at the page and agrees; None: they refuse."""

    client_id = "holdfast.apps.google.test"
    client_secret = "GOCSPX-stand-in"

    def __init__(self) -> None:
        super().__init__()
        self.person: Account | None = None
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._codes: dict[str, tuple[Account, str]] = {}

    def answer(self, wire: Wire, request: Received) -> None:
        match request.method, request.path:
            case "GET", "/o/oauth2/v2/auth":
                self._page(wire, request.query)
            case "POST", "/token":
                self._token(wire, dict(parse_qsl(request.body.decode())))
            case "GET", "/oauth2/v3/certs":
                key = RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
                self._say(wire, 200, {"keys": [{**key, "kid": _KID, "use": "sig"}]})
            case _:
                self._say(wire, 404, {"error": "not_found"})

    def _page(self, wire: Wire, query: Mapping[str, str]) -> None:
        if query.get("client_id") != self.client_id or query.get("response_type") != "code":
            self._say(wire, 400, {"error": "invalid_request"})
            return
        told = {"state": query.get("state", "")}
        if self.person:
            told["code"] = secrets.token_urlsafe(16)
            self._codes[told["code"]] = (self.person, query["redirect_uri"])
        else:
            told["error"] = "access_denied"
        wire.reply(302, b"", {"location": f"{query['redirect_uri']}?{urlencode(told)}"})

    def _token(self, wire: Wire, form: Mapping[str, str]) -> None:
        who, place = self._codes.pop(form.get("code", ""), (None, ""))
        known = (form.get("client_id"), form.get("client_secret"))
        if known != (self.client_id, self.client_secret):
            self._say(wire, 401, {"error": "invalid_client"})
        elif who is None or place != form.get("redirect_uri"):
            self._say(wire, 400, {"error": "invalid_grant"})
        else:
            now = int(time.time())
            claims = {
                "iss": self.url, "aud": self.client_id, "sub": who.sub, "email": who.email,
                "email_verified": who.is_verified, "name": who.name, "iat": now, "exp": now + 3600,
            }  # fmt: skip
            token = jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": _KID})
            self._say(wire, 200, {"access_token": f"ya29.{secrets.token_urlsafe(16)}",
                                  "id_token": token, "token_type": "Bearer"})  # fmt: skip

    @staticmethod
    def _say(wire: Wire, status: int, content: Any) -> None:
        wire.reply(status, json.dumps(content).encode(), _JSON)
