"""Hooks of Auth: asked at its moments with its payloads, and every way in which one may fail."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import jwt
import pytest

from stack.stand_ins.auth import totp
from stack.stand_ins.auth.settings import Hook
from tests.api.auth.door import (
    ATTEMPT,
    BEFORE,
    CLAIMS,
    EMAIL,
    MFA,
    PASSWORD,
    SMS,
    Door,
    broken,
    refuses,
    said,
)  # fmt: skip


def test_without_a_hook_nobody_is_asked_and_a_message_waits_in_the_mailbox(door: Door) -> None:
    email = door.new_email()
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
    body = {"email": door.new_email(), "password": PASSWORD}
    with door.asks(BEFORE, answer=answer):
        found = door.post("/signup", body)
    assert (None if found.status_code == 200 else said(found)) == result


@pytest.mark.parametrize("function", ["fails", "closed", "missing", "sleeps"])
def test_a_hook_that_fails_fails_the_request(door: Door, function: str) -> None:
    session = door.sign_up()
    with door.asks(ATTEMPT, function):
        assert said(door.sign_in(session)) == broken(function)
    assert door.sign_in(session).status_code == 200


def test_a_hook_has_two_seconds_but_for_the_one_outside_of_transactions(door: Door) -> None:
    session = door.sign_up()
    with door.asks(ATTEMPT, "tells_its_limit"):
        assert said(door.sign_in(session))[2] == "2s"
    with door.asks(BEFORE, "tells_its_limit"):
        body = {"email": door.new_email(), "password": PASSWORD}
        assert said(door.post("/signup", body))[2] == "0"


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
    body = {"email": door.new_email(), "password": PASSWORD}
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
