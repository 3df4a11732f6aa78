"""POST /sign-in where Auth asks no hook about passwords and codes, as in plans without them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from stack.aws import SERVICE_KEY_SECRET
from stack.people import email_of, password_of
from stack.sign_in import Client, SignInFailed
from stack.stack import Stack
from stack.stand_ins.auth import totp
from stack.stand_ins.auth.settings import HOOKS
from tests.world.http.desk import Desk

PAID = (HOOKS["password_verification_attempt"], HOOKS["mfa_verification_attempt"])
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"
# What a caller claims; the edge knows better.
LIE = "203.0.113.66"


class Front:
    """The front, with names of its own."""

    def __init__(self, desk: Desk, http: httpx.Client) -> None:
        self.desk, self.stack, self._http = desk, desk.stack, http
        self.names = 0

    def person(self) -> tuple[UUID, str, str]:
        """Id, address and password of somebody new."""
        self.names += 1
        name = f"front{self.names}"
        email, password = email_of(name), password_of(name)
        body = {"email": email, "password": password, "email_confirm": True}
        made = Client(self.stack.url, self.stack.service_key).send("POST", "/admin/users", body)
        return UUID(made["id"]), email, password

    def ask(self, email: str, password: str) -> httpx.Response:
        headers = {"User-Agent": AGENT, "X-Forwarded-For": LIE, "Sb-Forwarded-For": LIE}
        return self._http.post(
            "/sign-in", json={"email": email, "password": password}, headers=headers
        )

    def show(self, token: str, factor_id: str, code: str) -> httpx.Response:
        body = {"factor_id": factor_id, "code": code}
        headers = {"Authorization": f"Bearer {token}"}
        return self._http.post("/sign-in/verify", json=body, headers=headers)

    def rows(self, query: str, *values: Any) -> list[Any]:
        with self.stack.connect() as connection:
            return connection.execute(query.encode(), values).fetchall()


@pytest.fixture(scope="module")
def front(desk: Desk) -> Iterator[Front]:
    with httpx.Client(base_url=desk.stack.url, timeout=60) as http:
        yield Front(desk, http)


@pytest.fixture
def unpaid(front: Front) -> Iterator[Front]:
    settings = front.stack.auth.settings
    kept = {name: hook for name, hook in settings.hooks.items() if name not in PAID}
    with front.stack.auth.changed(hooks=kept):
        yield front


def _bytes(answer: httpx.Response) -> tuple[int, dict[str, Any]]:
    """An answer but for what names the request."""
    return answer.status_code, {**answer.json(), "request_id": ""}


def test_twenty_wrong_ones_at_once_lock_exactly_and_nobody_can_tell(unpaid: Front) -> None:
    user, email, right = unpaid.person()
    with ThreadPoolExecutor(20) as pool:
        wrong = list(pool.map(unpaid.ask, [email] * 20, ["not it at all"] * 20))
    assert {answer.status_code for answer in wrong} == {400}
    kept = unpaid.rows(
        "select decision, count(*), min(host(address)), min(source) "
        "from public.login_attempts where user_id = %s and not is_valid group by decision "
        "order by decision", user,
    )  # fmt: skip
    counted, refused_ones = kept
    assert counted == ("continue", 5, "127.0.0.1", "sign_in")
    # Who waits for a second is refused unheard, on a machine that is busy.
    assert refused_ones[0] == "reject"
    assert 0 < refused_ones[1] <= 15
    same = [unpaid.ask(email, right), unpaid.ask(email, "x"), unpaid.ask("nobody@x.test", "x")]
    same.append(unpaid.ask("not an address", right))
    assert {str(_bytes(answer)) for answer in [*wrong, *same]} == {str(_bytes(wrong[0]))}
    assert wrong[0].json()["code"] == "invalid_credentials"
    assert {answer.headers["content-length"] for answer in same} == {
        wrong[0].headers["content-length"]
    }
    # At Auth's own address as well.
    with pytest.raises(SignInFailed) as refused:
        Client(unpaid.stack.url, unpaid.stack.anon_key).by_password(email, right)
    assert "Invalid login credentials" in str(refused.value)
    assert unpaid.rows("select from auth.sessions where user_id = %s", user) == []


def test_the_right_one_gets_the_session_of_the_callers_device(unpaid: Front) -> None:
    user, email, right = unpaid.person()
    answer = unpaid.ask(email.upper(), right)
    assert answer.status_code == 200
    session = answer.json()
    assert session["user"]["id"] == str(user)
    headers = {"Authorization": f"Bearer {session['access_token']}"}
    with httpx.Client(base_url=unpaid.stack.url, headers=headers) as own:
        (seen,) = own.get("/rest/v1/sessions").json()
        (attempt,) = own.get("/rest/v1/login_attempts").json()
    assert (seen["address"], seen["family"]) == ("127.0.0.1", "Firefox on Linux")
    assert (attempt["is_valid"], attempt["address"]) == (True, "127.0.0.1")


def test_a_name_that_nobody_has_is_kept_as_a_hash_and_seen_in_a_spray(unpaid: Front) -> None:
    count = "select count(*), count(distinct identifier_hash) from public.login_attempts where "
    count += "identifier_hash is not null and user_id is null and not is_valid"
    (before,) = unpaid.rows(count)
    for number in range(20):
        assert unpaid.ask(f"Spray{number % 10}@nobody.test", "x").status_code == 400
        assert unpaid.ask(f"spray{number % 10}@NOBODY.test ", "x").status_code == 400
    (after,) = unpaid.rows(count)
    assert [later - earlier for earlier, later in zip(before, after, strict=True)] == [40, 10]
    (said,) = unpaid.rows(
        "select count(*) from public.login_attempts as a where a::text ilike '%%spray%%'"
    )
    assert said == (0,)


def test_who_has_not_proved_the_address_learns_it_by_the_right_password_only(
    unpaid: Front,
) -> None:
    body = {"email": "unproved@front.test", "password": "correct horse battery"}
    Client(unpaid.stack.url, unpaid.stack.anon_key).send("POST", "/signup", body)
    assert unpaid.ask(body["email"], "x").json()["code"] == "invalid_credentials"
    assert unpaid.ask(body["email"], body["password"]).json()["code"] == "email_not_confirmed"
    for _ in range(4):
        unpaid.ask(body["email"], "x")
    assert unpaid.ask(body["email"], body["password"]).json()["code"] == "invalid_credentials"


def test_with_the_hook_on_one_attempt_is_one_row(front: Front) -> None:
    user, email, right = front.person()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(front.ask, [email] * 4, ["not it at all"] * 4))
    assert front.ask(email, right).status_code == 200
    kept = front.rows(
        "select source, is_valid, count(*) from public.login_attempts where user_id = %s "
        "group by source, is_valid order by 2", user,
    )  # fmt: skip
    assert kept == [("hook", False, 4), ("hook", True, 1)]


def test_codes_of_a_second_factor_are_counted_too(unpaid: Front, advanced: Stack) -> None:
    user, email, right = unpaid.person()
    client = Client(unpaid.stack.url, unpaid.stack.anon_key)
    token = client.by_password(email, right)
    factor = client.send("POST", "/factors", {"factor_type": "totp", "friendly_name": "f"}, token)
    secret = factor["totp"]["secret"]
    first = unpaid.show(token, factor["id"], totp.code(secret))
    assert first.status_code == 200
    # The same code for a second session, while the first one is there.
    second = unpaid.ask(email, right).json()["access_token"]
    for code in (totp.code(secret), "000000"):
        shown = unpaid.show(second, factor["id"], code)
        assert (shown.status_code, shown.json()["code"]) == (409, "second_factor_wait")
    assert len(unpaid.rows("select from auth.sessions where user_id = %s", user)) == 2
    advanced.clock.advance(minutes=2)
    wrong = [unpaid.show(second, factor["id"], "000000") for _ in range(6)]
    assert wrong[0].json()["code"] == "mfa_verification_failed"
    locked = unpaid.show(second, factor["id"], totp.code(secret))
    assert len({str(_bytes(each)) for each in [*wrong, locked]}) == 1
    kept = unpaid.rows(
        "select is_valid, decision, count(*) from public.login_attempts "
        "where user_id = %s and factor_id is not null group by 1, 2 order by 1, 2", user,
    )  # fmt: skip
    assert kept == [
        (False, "continue", 5), (False, "reject", 1), (True, "continue", 1), (True, "reject", 1)
    ]  # fmt: skip
    missing = unpaid.show(second, str(user), "000000")
    assert (missing.status_code, missing.json()["code"]) == (404, "factor_not_found")
    assert unpaid.show("e.y.x", factor["id"], "000000").status_code == 401


def test_a_second_device_waits_and_ends_nothing_where_the_hook_is_on(front: Front) -> None:
    user, email, right = front.person()
    client = Client(front.stack.url, front.stack.anon_key)
    token = client.by_password(email, right)
    factor = client.send("POST", "/factors", {"factor_type": "totp", "friendly_name": "f"}, token)
    shown = front.show(token, factor["id"], totp.code(factor["totp"]["secret"]))
    assert shown.status_code == 200
    # Once more in the same session: a client that repeats.
    again = front.show(
        shown.json()["access_token"], factor["id"], totp.code(factor["totp"]["secret"])
    )
    assert again.status_code == 200
    second = front.ask(email, right).json()["access_token"]
    waits = front.show(second, factor["id"], totp.code(factor["totp"]["secret"]))
    assert (waits.status_code, waits.json()["code"]) == (409, "second_factor_wait")
    assert len(front.rows("select from auth.sessions where user_id = %s", user)) == 2
    # Also when the first one has signed out: its code may have been seen.
    front.rows("delete from auth.sessions where user_id = %s and aal = 'aal2' returning id", user)
    waits = front.show(second, factor["id"], totp.code(factor["totp"]["secret"]))
    assert waits.json()["code"] == "second_factor_wait"
    kept = front.rows(
        "select count(*) from public.login_attempts where user_id = %s and method ="
        " 'second_factor'", user,
    )  # fmt: skip
    assert kept == [(2,)]


def test_the_front_needs_right_fields_and_auth(unpaid: Front) -> None:
    assert unpaid.ask("", "x").status_code == 422
    code = {"factor_id": str(uuid4()), "code": "1"}
    bare = httpx.post(f"{unpaid.stack.url}/sign-in/verify", json=code)
    assert (bare.status_code, bare.json()["code"]) == (401, "unauthorized")
    # Nobody there, and somebody who is not Auth: a gateway that lets nobody through.
    nowhere = ("http://127.0.0.1:9", f"{unpaid.stack.url}/nobody")
    try:
        for url in nowhere:
            unpaid.stack.configure(HOLDFAST_AUTH_URL=url)
            down = unpaid.ask("who@x.test", "x")
            assert (down.status_code, down.json()["code"]) == (503, "auth_unavailable")
    finally:
        unpaid.stack.configure(HOLDFAST_AUTH_URL=f"{unpaid.stack.url}/auth/v1")


@pytest.fixture
def secret_key(front: Front) -> Iterator[str]:
    """The functions have a secret key (sb_secret_…) in place of the older form."""
    stack, secret = front.stack, front.stack.api_keys.secret
    # Secrets are made with the names that the template gets here.
    assert stack.aws.resolver
    secrets = stack.aws.client("secretsmanager")
    for key, url in ((secret, stack.rest_url), (stack.service_key, stack.postgrest.url)):
        secrets.put_secret_value(SecretId=SERVICE_KEY_SECRET, SecretString=key)
        stack.configure(HOLDFAST_POSTGREST_URL=url)
        if key == secret:
            yield key


def test_with_a_secret_key_a_browser_signs_in_and_is_known_again(
    front: Front, secret_key: str
) -> None:
    """Supabase answers 401 to a browser that shows one; our functions ask in a browser's place."""
    _, email, right = front.person()
    headers = {"apikey": secret_key, "User-Agent": AGENT}
    path = f"{front.stack.url}/auth/v1/settings"
    assert httpx.get(path, headers=headers).status_code == 401
    assert httpx.get(path, headers={"apikey": secret_key}).status_code == 200
    answer = front.ask(email, right)
    assert answer.status_code == 200
    client = Client(front.stack.url, front.stack.anon_key)
    # The same browser at Auth itself is the same device.
    direct = httpx.post(
        f"{front.stack.url}/auth/v1/token?grant_type=password",
        json={"email": email, "password": right},
        headers={"apikey": front.stack.anon_key, "User-Agent": AGENT},
    )
    assert client.send("GET", "/user", token=direct.json()["access_token"])
    token = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    for path in ("sessions", "user_devices"):
        found = httpx.get(f"{front.stack.url}/rest/v1/{path}", headers=token).json()
        assert {each["family"] for each in found} == {"Firefox on Linux"}
    assert len(found) == 1
