"""How long somebody waits from the password to the first row of their own."""

import time
from collections.abc import Callable

from bench.http_connection import HttpConnection, HttpFailed
from bench.load import LoadFailed
from bench.measures import Measure
from stack.people import email_of, password_of
from stack.sign_in import Client
from stack.stack import Stack

AT_AUTH, AT_HOLDFAST = "Auth's own address", "POST /sign-in"


def first_reads(stack: Stack, people: int) -> dict[str, Measure]:
    """Each of so many new people signs in once each way, one after the other, and reads their
    profile with the token; one more warms each way up. Raises LoadFailed."""
    admin = Client(stack.url, stack.service_key)
    names = [f"reader{number}" for number in range(people + 1)]
    for name in names:
        body = {"email": email_of(name), "password": password_of(name), "email_confirm": True}
        admin.send("POST", "/admin/users", body)
    http = HttpConnection("127.0.0.1", stack.gateway.port)
    ways: dict[str, Callable[[str], str]] = {
        AT_AUTH: lambda name: _token(http, stack, "/auth/v1/token?grant_type=password", name),
        AT_HOLDFAST: lambda name: _token(http, stack, "/sign-in", name),
    }
    try:
        return {way: _measured(http, stack, names, token_of) for way, token_of in ways.items()}
    except HttpFailed as error:
        raise LoadFailed(str(error)) from error
    finally:
        http.close()


def _measured(
    http: HttpConnection, stack: Stack, names: list[str], token_of: Callable[[str], str]
) -> Measure:
    took = []
    token_of(names[0])
    for name in names[1:]:
        began = time.perf_counter()
        headers = {"apikey": stack.anon_key, "Authorization": f"Bearer {token_of(name)}"}
        if len(http.get("/rest/v1/profiles?select=id", headers)) != 1:
            raise LoadFailed(f"{name} did not read one profile")
        took.append((time.perf_counter() - began) * 1000)
    return Measure.of(len(took), 1000 * len(took) / sum(took), took)


def _token(http: HttpConnection, stack: Stack, path: str, name: str) -> str:
    body = {"email": email_of(name), "password": password_of(name)}
    return str(http.post(path, {"apikey": stack.anon_key}, body)["access_token"])
