"""One request, as the parts of Auth read it."""

import json
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import jwt

from stack.http_events import Request
from stack.stand_ins.auth.refusals import Refused
from stack.stand_ins.auth.rows import Row, Rows

if TYPE_CHECKING:
    from stack.stand_ins.auth.stand_in import Auth

_ADMINS = ("service_role", "supabase_admin")


@dataclass(frozen=True)
class Caller:
    """Who a token says is calling, as the tables know them."""

    user: Row
    session: Row
    claims: dict[str, Any]


@dataclass(frozen=True)
class Call:
    """A request with its body read."""

    auth: "Auth"
    request: Request
    query: dict[str, str]
    headers: dict[str, str]
    body: dict[str, Any]

    @classmethod
    def of(cls, auth: "Auth", request: Request) -> "Call":
        """Raises Refused: the body is no JSON object."""
        try:
            body = json.loads(request.body) if request.body else {}
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise Refused(400, "bad_json", "Could not parse request body as JSON: not an object")
        headers = {name.lower(): value for name, value in request.headers}
        return cls(auth, request, dict(parse_qsl(request.query)), headers, body)

    @property
    def ip(self) -> str:
        """Who calls; of a server of the project, which the gateway lets say so, whom it says."""
        told = self.headers.get("sb-forwarded-for", "").partition(",")[0].strip()
        try:
            return str(ip_address(told))
        except ValueError:
            return self.request.client

    @property
    def agent(self) -> str:
        return self.headers.get("user-agent", "")

    @property
    def redirect_to(self) -> str:
        """Where a link of a message leads: what was asked for if the settings allow it."""
        return self.auth.allowed(self.query.get("redirect_to") or self.body.get("redirect_to"))

    def text(self, name: str) -> str:
        """A member of the body that is text; without it an empty one. Raises Refused."""
        value = self.body.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise Refused(400, "bad_json", f"Could not parse request body as JSON: {name}")
        return value

    def table(self, name: str) -> dict[str, Any] | None:
        """A member of the body that is an object. Raises Refused."""
        value = self.body.get(name)
        if value is not None and not isinstance(value, dict):
            raise Refused(400, "bad_json", f"Could not parse request body as JSON: {name}")
        return value

    def claims(self) -> dict[str, Any]:
        """Those of the caller's token. Raises Refused."""
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token:
            message = "This endpoint requires a valid Bearer token"
            raise Refused(401, "no_authorization", message)
        try:
            return self.auth.keys.read(token.strip())
        except jwt.InvalidTokenError as error:
            message = f"invalid JWT: unable to parse or verify signature, {error}"
            raise Refused(403, "bad_jwt", message) from None

    def require_admin(self) -> None:
        """Raises Refused unless the token is a secret key's."""
        if self.claims().get("role") not in _ADMINS:
            raise Refused(403, "not_admin", "User not allowed")

    def caller(self, rows: Rows) -> Caller:
        """The signed-in person. Raises Refused: the token, the person or the session is none."""
        claims = self.claims()
        subject, session_id = claims.get("sub"), claims.get("session_id")
        if not subject:
            raise Refused(403, "bad_jwt", "invalid claim: missing sub claim")
        user = rows.one("select * from auth.users where id::text = %s", str(subject))
        if not user:
            raise Refused(403, "user_not_found", "User from sub claim in JWT does not exist")
        session = rows.one(
            "select * from auth.sessions where id::text = %s and user_id = %s",
            str(session_id), user["id"],
        )  # fmt: skip
        if not session:
            message = "Session from session_id claim in JWT does not exist"
            raise Refused(403, "session_not_found", message)
        return Caller(user, session, claims)
