"""People who come by way of somebody who vouches for them, as a browser and a client take them."""

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.api.auth.door import Door

VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=")
Query = dict[str, list[str]]


def place(door: Door) -> str:
    """Where the client waits."""
    return f"{door.stack.url}/back"


def browse(door: Door, at: str) -> Query:
    """A browser follows from page to page until it is back at the client; what it brings."""
    while not at.startswith(place(door)):
        answer = httpx.get(at)
        assert answer.status_code == 302, answer.text
        at = answer.headers["location"]
    return parse_qs(urlsplit(at).query)


def begun(door: Door, path: str = "/authorize", **query: str) -> str:
    """The address at which a flow begins."""
    asked = {
        "provider": "google", "redirect_to": place(door), "code_challenge_method": "s256",
        "code_challenge": CHALLENGE.decode(), **query,
    }  # fmt: skip
    return f"{door.http.base_url}{path.lstrip('/')}?{httpx.QueryParams(asked)}"


def come(door: Door, **query: str) -> Query:
    """Sign in up to the client; what the browser brings there."""
    return browse(door, begun(door, **query))


def code(door: Door, **query: str) -> str:
    return come(door, **query)["code"][0]


def exchange(door: Door, auth_code: str, verifier: str = VERIFIER) -> httpx.Response:
    return door.post(
        "/token?grant_type=pkce", {"auth_code": auth_code, "code_verifier": verifier}
    )  # fmt: skip


def rows(door: Door, query: str, *values: Any) -> list[Any]:
    with door.stack.connect() as connection:
        return connection.execute(query.encode(), values).fetchall()
