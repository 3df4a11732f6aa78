"""Hooks of Auth: asked at its moments with its payloads, and every way in which one may fail."""

import contextlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import httpx
import jwt
import psycopg
import pytest

from stack.stack import Stack
from stack.stand_ins.auth import totp
from stack.stand_ins.auth.settings import Hook
from stack.stand_ins.behaviour import ok, status
from stack.stand_ins.loopback import closed_port
from stack.stand_ins.webhook_receiver import WebhookReceiver, verified

PASSWORD = "correct horse battery"
SECRET = "whsec_" + "c2VjcmV0IG9mIGEgaG9vayBvZiB0aGUgdGVzdHM="
BEFORE, CLAIMS, ATTEMPT = "before-user-created", "customize-access-token", "password-verification"
MFA, EMAIL, SMS = "mfa-verification", "send-email", "send-sms"
_numbers = count()

# The functions of the hooks: one that keeps what it is asked and answers what the test wants.
_SQL = """
create table hook.events (id bigserial primary key, event jsonb not null);
create table hook.answers (name text primary key, answer jsonb);
create function hook.answer(event jsonb) returns jsonb language plpgsql as $$
begin
    insert into hook.events (event) values (event);
    return (select a.answer from hook.answers as a where a.name = event #>> '{metadata,name}');
end $$;
create function hook.claims(event jsonb) returns jsonb language sql as $$
    select jsonb_set(event, '{claims,tier}', '"gold"') $$;
create function hook.unclaimed(event jsonb) returns jsonb language sql as $$
    select event #- '{claims,session_id}' $$;
create function hook.fails(event jsonb) returns jsonb language plpgsql as $$
begin raise exception 'no'; end $$;
create function hook.sleeps(event jsonb) returns jsonb language plpgsql as $$
begin perform pg_sleep(30); return '{}'; end $$;
create function hook.trigger() returns trigger language plpgsql as $$
begin raise exception 'no'; end $$;
create function hook.closed(event jsonb) returns jsonb language sql as $$ select '{}'::jsonb $$;
grant usage on schema hook to supabase_auth_admin;
grant execute on all functions in schema hook to supabase_auth_admin;
revoke execute on function hook.closed(jsonb) from supabase_auth_admin;
grant all on all tables in schema hook to supabase_auth_admin;
grant all on all sequences in schema hook to supabase_auth_admin;
"""


class Door:
    """Auth over HTTP, and the hook's side of it."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        headers = {"apikey": stack.anon_key, "x-supabase-api-version": "2024-01-01"}
        self.http = httpx.Client(base_url=f"{stack.url}/auth/v1", headers=headers, timeout=30)

    @contextlib.contextmanager
    def asks(self, name: str, function: str = "answer", answer: Any = None) -> Iterator[None]:
        """Auth asks hook.<function>, which gives that answer."""
        with self.stack.connect() as connection:
            connection.execute("truncate hook.events, hook.answers")
            connection.execute(
                "insert into hook.answers values (%s, %s)", [name, json.dumps(answer)]
            )
        hook = Hook(f"pg-functions://postgres/hook/{function}")
        with self.stack.auth.changed(hooks={name: hook}):
            yield

    def events(self) -> list[Any]:
        with self.stack.connect() as connection:
            found = connection.execute("select event from hook.events order by id").fetchall()
        return [event for (event,) in found]

    def post(self, path: str, body: Any, token: str = "") -> httpx.Response:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return self.http.post(path, json=body, headers=headers)

    def sign_up(self, email: str = "") -> dict[str, Any]:
        """A new session."""
        email = email or f"p{next(_numbers)}@hooks.test"
        with self.stack.auth.changed(confirm_email=False):
            found = self.post("/signup", {"email": email, "password": PASSWORD})
        assert found.status_code == 200, found.text
        return dict(found.json())

    def sign_in(self, session: dict[str, Any], password: str = PASSWORD) -> httpx.Response:
        body = {"email": session["user"]["email"], "password": password}
        return self.post("/token?grant_type=password", body)

    def is_in(self, session: dict[str, Any]) -> bool:
        headers = {"authorization": f"Bearer {session['access_token']}"}
        return self.http.get("/user", headers=headers).status_code == 200


@pytest.fixture(scope="module")
def door(stack: Stack) -> Iterator[Door]:
    with psycopg.connect(stack.admin_url, autocommit=True) as owner:
        owner.execute("create schema hook authorization postgres")
    with stack.connect() as connection:
        connection.execute(_SQL.encode())
    made = Door(stack)
    with made.http:
        yield made


def said(answer: httpx.Response) -> tuple[int, str, str]:
    body = answer.json()
    assert answer.headers["x-sb-error-code"] == body["code"]
    return answer.status_code, body["code"], body["message"]


def broken(function: str) -> tuple[int, str, str]:
    uri = f"pg-functions://postgres/hook/{function}"
    return 500, "unexpected_failure", f"Error running hook URI: {uri}"


def refuses(message: str, code: int | None = 403) -> dict[str, Any]:
    error: dict[str, Any] = {"message": message}
    return {"error": error | ({"http_code": code} if code else {})}


def test_without_a_hook_nobody_is_asked_and_a_message_waits_in_the_mailbox(door: Door) -> None:
    email = f"p{next(_numbers)}@hooks.test"
    door.post("/signup", {"email": email, "password": PASSWORD})
    message = door.stack.auth.mailbox.last(email, "signup")
    assert message["link"].startswith(f"{door.stack.url}/auth/v1/verify?token=")
    assert door.http.get("/mailbox", params={"to": email}).json() == [message]


def test_a_refusal_has_two_shapes(door: Door) -> None:
    body = {"email": "nobody@hooks.test", "password": "x"}
    old = httpx.post(f"{door.http.base_url}token?grant_type=password", json=body)
    new = door.post("/token?grant_type=password", body)
    message = "Invalid login credentials"
    assert old.json() == {"code": 400, "error_code": "invalid_credentials", "msg": message}
    assert new.json() == {"code": "invalid_credentials", "message": message}
    assert "x-supabase-api-version" not in old.headers
    assert new.headers["x-supabase-api-version"] == "2024-01-01"


def test_a_new_user_is_announced_before_there_is_one(door: Door) -> None:
    with door.asks(BEFORE, answer={}):
        session = door.sign_up()
    (event,) = door.events()
    metadata, user = event["metadata"], event["user"]
    assert set(metadata) == {"uuid", "time", "name", "ip_address"}
    assert (metadata["name"], metadata["ip_address"]) == (BEFORE, "127.0.0.1")
    assert (user["id"], user["role"]) == (session["user"]["id"], "")
    assert user["created_at"] == "0001-01-01T00:00:00Z"
    assert user["app_metadata"] == {"provider": "email", "providers": ["email"]}


def test_a_refused_sign_up_leaves_the_hooks_row_and_no_user(door: Door) -> None:
    body = {"email": "no@bad.test", "password": PASSWORD}
    with door.asks(BEFORE, answer=refuses("Not from this domain.")):
        refused = door.post("/signup", body)
        link = door.post("/admin/generate_link", {"type": "signup", **body}, door.stack.service_key)
        assert len(door.events()) == 2
        made = door.post("/admin/users", body, door.stack.service_key)
        assert len(door.events()) == 2
    assert said(refused) == said(link) == (403, "unknown", "Not from this domain.")
    assert made.status_code == 200


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (None, None),
        ({}, None),
        ({"error": {"message": "", "http_code": 403}}, None),
        ({"error": {"message": "No.", "http_code": "403"}}, None),
        (refuses("No.", None), (500, "unexpected_failure", "No.")),
        (refuses("Slow down.", 429), (429, "unknown", "Slow down.")),
        ("a text", broken("answer")),
        ([1], broken("answer")),
    ],
    ids=["null", "empty", "no message", "code as text", "no code", "other code", "text", "list"],
)  # fmt: skip
def test_what_an_answer_means(door: Door, answer: Any, result: Any) -> None:
    body = {"email": f"p{next(_numbers)}@hooks.test", "password": PASSWORD}
    with door.asks(BEFORE, answer=answer):
        found = door.post("/signup", body)
    assert (None if found.status_code == 200 else said(found)) == result


@pytest.mark.parametrize("function", ["fails", "closed", "missing", "sleeps"])
def test_a_hook_that_fails_fails_the_request(door: Door, function: str) -> None:
    session = door.sign_up()
    with door.asks(ATTEMPT, function):
        assert said(door.sign_in(session)) == broken(function)
    assert door.sign_in(session).status_code == 200


def test_an_attempt_is_told_and_may_be_refused_alike_right_or_wrong(door: Door) -> None:
    session = door.sign_up()
    stock = "Invalid login credentials"
    with door.asks(ATTEMPT, answer={"decision": "reject", "message": stock}):
        right, wrong = door.sign_in(session), door.sign_in(session, "not it at all")
        door.post("/token?grant_type=password", {"email": "nobody@hooks.test", "password": "x"})
    assert said(right) == said(wrong) == (400, "invalid_credentials", stock)
    # What the hook wrote outlives its refusal.
    assert [(set(one) - {"metadata"}, one["valid"]) for one in door.events()] == [
        ({"user_id", "valid"}, True), ({"user_id", "valid"}, False),
    ]  # fmt: skip
    assert door.is_in(session)


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        ({"decision": "continue"}, 200),
        ({"decision": "perhaps"}, 200),
        ({"decision": "reject"}, 400),
        ({"decision": "reject", "should_logout_user": "false"}, 500),
        ({"decision": 1}, 500),
    ],
    ids=["continue", "other word", "reject", "boolean as text", "number"],
)
def test_what_a_decision_means(door: Door, answer: Any, result: int) -> None:
    session = door.sign_up()
    with door.asks(ATTEMPT, answer=answer):
        found = door.sign_in(session)
    assert found.status_code == result
    if result == 400:
        assert said(found)[2] == "Further password verification attempts will be rejected."


def test_a_rejected_attempt_may_end_every_session(door: Door) -> None:
    session = door.sign_up()
    with door.asks(ATTEMPT, answer={"decision": "reject", "should_logout_user": True}):
        door.sign_in(session)
    assert not door.is_in(session)


def test_attempts_at_once_are_all_told(door: Door) -> None:
    session = door.sign_up()
    with door.asks(ATTEMPT, answer={"decision": "continue"}), ThreadPoolExecutor(8) as many:
        list(many.map(lambda _: door.sign_in(session, "not it at all"), range(20)))
        assert len(door.events()) == 20


def test_claims_come_from_the_hook(door: Door) -> None:
    with door.asks(CLAIMS, "claims"):
        session = door.sign_up()
    claims = jwt.decode(session["access_token"], options={"verify_signature": False})
    assert claims["tier"] == "gold"
    with door.asks(CLAIMS, answer={"claims": {}}):
        door.post("/token?grant_type=refresh_token", {"refresh_token": session["refresh_token"]})
    # The request failed, and with it what the hook wrote in its transaction.
    assert door.events() == []


@pytest.mark.parametrize(
    ("function", "answer", "words"),
    [
        ("answer", {}, "output claims field is missing"),
        ("answer", {"claims": "none"}, "do not conform to the expected schema"),
        ("unclaimed", None, "session_id is required"),
        ("answer", refuses("No password sign-in now."), "No password sign-in now."),
        ("fails", None, "Error running hook URI"),
    ],
    ids=["no claims", "no object", "one missing", "refusal", "exception"],
)
def test_no_claims_no_session(door: Door, function: str, answer: Any, words: str) -> None:
    session = door.sign_up()
    with door.asks(CLAIMS, function, answer):
        found = door.sign_in(session)
    assert found.status_code == (403 if "password" in words else 500)
    assert words in found.json()["message"]
    with door.stack.connect() as connection:
        statement = "select count(*) from auth.sessions where user_id = %s"
        assert connection.execute(statement, [session["user"]["id"]]).fetchone() == (1,)


def _factor(door: Door, session: dict[str, Any]) -> tuple[str, str, str]:
    """A factor's path, its secret, and a challenge."""
    token = session["access_token"]
    made = door.post("/factors", {"factor_type": "totp", "friendly_name": "a"}, token).json()
    path = f"/factors/{made['id']}"
    challenge = door.post(f"{path}/challenge", {}, token).json()["id"]
    return path, made["totp"]["secret"], challenge


def test_a_second_factor_is_asked_about(door: Door) -> None:
    session = door.sign_up()
    path, secret, challenge = _factor(door, session)
    body = {"challenge_id": challenge, "code": totp.code(secret)}
    with door.asks(MFA, "fails"):
        failed = door.post(f"{path}/verify", body, session["access_token"])
        assert said(failed) == broken("fails")
    with door.asks(MFA, answer={"decision": "continue"}):
        found = door.post(f"{path}/verify", body, session["access_token"])
        assert found.status_code == 200
        (event,) = door.events()
    assert event.pop("metadata")["name"] == MFA
    assert event == {
        "user_id": session["user"]["id"], "factor_id": path.removeprefix("/factors/"),
        "factor_type": "totp", "valid": True,
    }  # fmt: skip


def test_a_rejected_factor_ends_every_session(door: Door) -> None:
    session = door.sign_up()
    path, secret, challenge = _factor(door, session)
    body = {"challenge_id": challenge, "code": totp.code(secret)}
    with door.asks(MFA, answer={"decision": "reject"}):
        found = door.post(f"{path}/verify", body, session["access_token"])
    message = "Further MFA verification attempts will be rejected."
    assert said(found) == (403, "mfa_verification_rejected", message)
    assert not door.is_in(session)


def test_an_email_goes_to_the_hook(door: Door) -> None:
    email = door.sign_up()["user"]["email"]
    place = f"{door.stack.url}/welcome"
    with door.asks(EMAIL, answer={}):
        door.post(f"/recover?redirect_to={place}", {"email": email})
        (event,) = door.events()
    data = event["email_data"]
    assert event["user"]["email"] == email
    assert (data["email_action_type"], data["redirect_to"]) == ("recovery", place)
    assert set(data) == {
        "token", "token_hash", "redirect_to", "email_action_type", "site_url", "token_new",
        "token_hash_new", "old_email", "old_phone", "provider", "factor_type",
    }  # fmt: skip
    assert door.stack.auth.mailbox.messages(email) == []
    found = door.post("/verify", {"type": "recovery", "token_hash": data["token_hash"]})
    assert found.status_code == 200


def test_a_link_leads_nowhere_else(door: Door) -> None:
    email = door.sign_up()["user"]["email"]
    with door.asks(EMAIL, answer={}):
        door.post("/recover?redirect_to=https://evil.test/", {"email": email})
        (event,) = door.events()
    assert event["email_data"]["redirect_to"] == door.stack.url


def test_an_email_that_the_hook_does_not_take_changes_nothing(door: Door) -> None:
    email = door.sign_up()["user"]["email"]
    with door.asks(EMAIL, answer=refuses("No more today.", 429)):
        assert said(door.post("/recover", {"email": email})) == (429, "unknown", "No more today.")
    with door.stack.connect() as connection:
        statement = "select recovery_token, recovery_sent_at from auth.users where email = %s"
        assert connection.execute(statement, [email]).fetchone() == ("", None)


def test_notices_are_sent_where_they_are_wanted(door: Door) -> None:
    session = door.sign_up()
    notices = frozenset({"password_changed"})
    headers = {"authorization": f"Bearer {session['access_token']}"}
    with door.stack.auth.changed(notices=notices):
        door.http.put("/user", json={"password": "another one of those"}, headers=headers)
    box = door.stack.auth.mailbox
    assert box.last(session["user"]["email"])["kind"] == "password_changed_notification"


def test_a_text_goes_to_the_hook_and_its_code_comes_back(door: Door) -> None:
    phone = "254700000001"
    hook = Hook("pg-functions://postgres/hook/answer")
    with door.asks(SMS, answer={}), door.stack.auth.changed(phone=True, hooks={SMS: hook}):
        door.post("/signup", {"phone": f"+{phone}", "password": PASSWORD})
        (event,) = door.events()
        assert set(event) == {"metadata", "user", "sms"}
        assert set(event["sms"]) == {"otp", "phone"}
        body = {"type": "sms", "phone": phone, "token": event["sms"]["otp"]}
        assert door.post("/verify", body).json()["user"]["phone"] == phone
        signed_in = door.post("/token?grant_type=password", {"phone": phone, "password": PASSWORD})
    assert signed_in.status_code == 200


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("users", "Database error saving new user"),
        ("sessions", "Database error granting user"),
    ],
)
def test_a_trigger_that_fails_fails_everybody(door: Door, table: str, message: str) -> None:
    body = {"email": f"p{next(_numbers)}@hooks.test", "password": PASSWORD}
    with door.stack.connect() as connection:
        make = (
            f"create trigger fails after insert on auth.{table}"
            " for each row execute function hook.trigger()"
        )
        connection.execute(make.encode())
        try:
            with door.stack.auth.changed(confirm_email=False):
                found = door.post("/signup", body)
        finally:
            # Whoever may make a trigger on this table may not drop it.
            with door.stack.connect("supabase_auth_admin") as owner:
                owner.execute(f"drop trigger fails on auth.{table}".encode())
    assert said(found) == (500, "unexpected_failure", message)


@pytest.fixture(scope="module")
def receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as running:
        yield running


_JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("behaviour", "result"),
    [
        (status(200, b"{}", _JSON), None),
        (status(202, b"{}", _JSON), None),
        (status(204), None),
        (status(200, json.dumps(refuses("No.")).encode(), _JSON), (403, "unknown", "No.")),
        (status(400), (500, "unexpected_failure", "Invalid payload sent to hook")),
        (status(401), (500, "unexpected_failure", "Hook requires authorization token")),
        (
            status(418),
            (500, "unexpected_failure", "Unexpected status code returned from hook: 418"),
        ),
        (
            status(503),
            (500, "unexpected_failure", "Service currently unavailable due to hook"),
        ),
        (
            ok(b"{}"),
            (
                400,
                "hook_payload_invalid_content_type",
                "Invalid JSON response. Received content-type: ",
            ),
        ),
        (
            status(200, b"x" * 205_000, _JSON),
            (
                422,
                "hook_payload_over_size_limit",
                "Payload size exceeded size limit of 204800 bytes",
            ),
        ),
        (status(200, b"{", _JSON), (500, "unexpected_failure", "Error unmarshaling JSON output.")),
    ],
    ids=["200", "202", "204", "refusal", "400", "401", "418", "503", "no type", "huge", "no JSON"],
)
def test_a_hook_over_http(
    door: Door, receiver: WebhookReceiver, behaviour: Any, result: Any
) -> None:
    endpoint = receiver.endpoint(behaviour)
    body = {"email": f"p{next(_numbers)}@hooks.test", "password": PASSWORD}
    with door.stack.auth.changed(hooks={BEFORE: Hook(endpoint.url, (f"v1,{SECRET}",))}):
        found = door.post("/signup", body)
    assert (None if found.status_code == 200 else said(found)) == result
    (asked,) = receiver.of(endpoint)
    assert verified(asked, SECRET)["user"]["email"] == body["email"]


def test_a_busy_hook_is_asked_again_with_another_id(door: Door, receiver: WebhookReceiver) -> None:
    endpoint = receiver.endpoint(status(429, headers={"retry-after": "true"}))
    body = {"email": f"p{next(_numbers)}@hooks.test", "password": PASSWORD}
    with door.stack.auth.changed(hooks={BEFORE: Hook(endpoint.url, (f"v1,{SECRET}",))}):
        found = door.post("/signup", body)
    assert said(found)[2] == "Service currently unavailable due to hook"
    asked = receiver.of(endpoint)
    assert len({one.headers["webhook-id"] for one in asked}) == 3
    assert len({one.body for one in asked}) == 1


def test_two_secrets_sign_twice(door: Door, receiver: WebhookReceiver) -> None:
    endpoint = receiver.endpoint(status(204))
    body = {"email": f"p{next(_numbers)}@hooks.test", "password": PASSWORD}
    hook = Hook(endpoint.url, (f"v1,{SECRET}", f"v1,{SECRET[:-4]}bmV4"))
    with door.stack.auth.changed(hooks={BEFORE: hook}):
        door.post("/signup", body)
    (asked,) = receiver.of(endpoint)
    # Auth parts them by a comma, where the standard has a space.
    assert asked.headers["webhook-signature"].count(", v1,") == 1


def test_a_hook_that_is_not_there_is_a_timeout(door: Door) -> None:
    auth = door.stack.auth
    auth.hook_budget = 1.0
    try:
        with closed_port() as port:
            hook = Hook(f"http://127.0.0.1:{port}/", (f"v1,{SECRET}",))
            with auth.changed(hooks={BEFORE: hook}):
                found = door.post("/signup", {"email": "t@hooks.test", "password": PASSWORD})
    finally:
        auth.hook_budget = 5.0
    assert said(found)[:2] == (422, "hook_timeout")
