"""Auth of the local stack against Supabase's own clients, unmodified."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from stack.stack import Stack
from stack.stand_ins.auth import totp
from supabase import AuthApiError, AuthError, Client, ClientOptions, create_client
from tests.api.auth.expected import ANSWERS, ENDED, IN_FULL, REFUSALS

Steps = dict[str, dict[str, Any]]

PASSWORD = "correct horse battery"
_SESSION_GONE = "AuthSessionMissingError"


@pytest.fixture(scope="module")
def steps(stack: Stack) -> Steps:
    """What each step of supabase-js came to."""
    script = Path(__file__).with_name("steps.mjs")
    ran = subprocess.run(
        ["node", str(script), stack.url, stack.anon_key, stack.service_key],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    found = {step.pop("step"): step for step in map(json.loads, ran.stdout.splitlines())}
    assert ran.returncode == 0, ran.stderr
    return found


def test_every_step_is_looked_at(steps: Steps) -> None:
    assert set(steps) == {*REFUSALS, *ENDED, *ANSWERS, *IN_FULL}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_has_auths_status_code_and_words(steps: Steps, name: str) -> None:
    error = steps[name]["error"]
    assert (error["status"], error["code"], error["message"]) == REFUSALS[name]


def test_a_weak_password_says_why(steps: Steps) -> None:
    assert steps["sign up weak"]["error"]["reasons"] == ["length"]


@pytest.mark.parametrize("name", ENDED)
def test_a_session_ends_with(steps: Steps, name: str) -> None:
    assert steps[name]["error"]["name"] == _SESSION_GONE


@pytest.mark.parametrize("name", ANSWERS)
def test_a_step_answers(steps: Steps, name: str) -> None:
    assert steps[name] == {"error": None, **ANSWERS[name]}


def test_a_stranger_does_not_learn_that_an_address_is_taken(steps: Steps) -> None:
    again = steps["sign up again"]
    assert again["error"] is None
    assert again["identities"] == 0
    assert again["id"] != steps["sign in"]["claims"]["sub"]


def test_a_token_has_auths_claims(steps: Steps, stack: Stack) -> None:
    signed_in = steps["sign in"]
    claims = signed_in["claims"]
    assert signed_in["alg"] == "ES256"
    assert signed_in["expires_in"] == 900
    assert claims["iss"] == f"{stack.url}/auth/v1"
    assert claims["exp"] == claims["iat"] + 900
    assert [one["method"] for one in claims["amr"]] == ["password"]
    assert set(claims) == {
        "iss", "sub", "aud", "exp", "iat", "email", "phone", "app_metadata", "user_metadata",
        "role", "aal", "amr", "session_id", "is_anonymous",
    }  # fmt: skip


def test_a_link_is_good_once(steps: Steps) -> None:
    assert "#error=access_denied&error_code=otp_expired" in steps["follow it twice"]["place"]


def test_the_books_keep_their_people(steps: Steps) -> None:
    assert steps["delete"]["error"]["status"] == 500


@pytest.fixture
def person(stack: Stack) -> Client:
    """A client of supabase-py in which somebody new is signed in."""
    client = _client(stack)
    with stack.auth.changed(confirm_email=False):
        email = f"{len(stack.auth.mailbox.messages())}-{id(client)}@py.test"
        client.auth.sign_up({"email": email, "password": PASSWORD})
    return client


def _client(stack: Stack, key: str = "") -> Client:
    options = ClientOptions(auto_refresh_token=False)
    return create_client(stack.url, key or stack.anon_key, options)


def _age(stack: Stack, statement: str, *values: Any) -> None:
    with stack.connect("supabase_auth_admin") as connection:
        connection.execute(statement.encode(), values)


def _refresh(stack: Stack, token: str) -> str:
    """The refresh token that comes for one, or the code of the refusal."""
    try:
        answer = _client(stack).auth.refresh_session(token)
    except AuthApiError as error:
        return str(error.code)
    assert answer.session
    return str(answer.session.refresh_token)


def test_supabase_py_signs_up_enrols_and_leaves(stack: Stack, person: Client) -> None:
    auth = person.auth
    factor = auth.mfa.enroll({"factor_type": "totp", "friendly_name": "phone"})
    assert factor.totp
    challenge = auth.mfa.challenge({"factor_id": factor.id})
    code = totp.code(factor.totp.secret)
    auth.mfa.verify({"factor_id": factor.id, "challenge_id": challenge.id, "code": code})
    assert auth.mfa.get_authenticator_assurance_level().current_level == "aal2"
    assert [one.status for one in auth.mfa.list_factors().totp] == ["verified"]
    claims = auth.get_claims()
    assert claims
    assert claims["claims"]["aal"] == "aal2"
    user = auth.get_user()
    assert user
    assert person.table("profiles").select("id").execute().data == [{"id": user.user.id}]
    session = auth.get_session()
    assert session
    auth.sign_out()
    assert _refresh(stack, session.refresh_token) == "refresh_token_not_found"


def test_supabase_py_administers(stack: Stack) -> None:
    admin = _client(stack, stack.service_key).auth.admin
    made = admin.create_user({"email": "rob@py.test", "password": PASSWORD, "email_confirm": True})
    assert made.user.id in [user.id for user in admin.list_users()]
    admin.update_user_by_id(made.user.id, {"ban_duration": "1h30m"})
    with pytest.raises(AuthError, match="User is banned"):
        _client(stack).auth.sign_in_with_password({"email": "rob@py.test", "password": PASSWORD})
    link = admin.generate_link({"type": "recovery", "email": "rob@py.test"})
    assert link.properties.verification_type == "recovery"


def test_a_used_refresh_token_ends_the_family_after_the_leeway(
    stack: Stack, person: Client
) -> None:
    session = person.auth.get_session()
    assert session
    first = session.refresh_token
    second = _refresh(stack, first)
    # The answer was lost: the client comes with the old one again.
    assert _refresh(stack, first) == second
    third = _refresh(stack, second)
    for token in (first, third):
        _age(
            stack,
            "update auth.refresh_tokens set updated_at = now() - interval '11 s'"
            " where user_id = %s",
            session.user.id,
        )
        assert _refresh(stack, token) == "refresh_token_already_used"


def test_a_used_refresh_token_is_taken_within_the_leeway(stack: Stack, person: Client) -> None:
    session = person.auth.get_session()
    assert session
    second = _refresh(stack, session.refresh_token)
    third = _refresh(stack, second)
    fourth = _refresh(stack, session.refresh_token)
    assert fourth not in (second, third, "refresh_token_already_used")


@pytest.mark.parametrize(
    ("column", "age"), [("created_at", "25 h"), ("not_after", "1 s")], ids=["timebox", "not after"]
)
def test_a_session_has_an_end(stack: Stack, person: Client, column: str, age: str) -> None:
    session = person.auth.get_session()
    assert session
    _age(stack, f"update auth.sessions set {column} = now() - interval '{age}' where user_id = %s",
         session.user.id)  # fmt: skip
    assert _refresh(stack, session.refresh_token) == "session_expired"


def test_an_idle_session_has_an_end(stack: Stack, person: Client) -> None:
    session = person.auth.get_session()
    assert session
    _age(stack, "update auth.refresh_tokens set updated_at = now() - interval '9 h'"
         " where user_id = %s", session.user.id)  # fmt: skip
    assert _refresh(stack, session.refresh_token) == "session_expired"


def test_a_code_has_an_end(stack: Stack, person: Client) -> None:
    user = person.auth.get_user()
    assert user
    email = str(user.user.email)
    person.auth.reset_password_for_email(email)
    code = stack.auth.mailbox.last(email, "recovery")["token"]
    _age(stack, "update auth.users set recovery_sent_at = now() - interval '601 s'"
         " where email = %s", email)  # fmt: skip
    with pytest.raises(AuthApiError, match="Token has expired or is invalid"):
        person.auth.verify_otp({"email": email, "token": code, "type": "recovery"})


def test_an_old_session_needs_a_nonce_for_a_new_password(stack: Stack, person: Client) -> None:
    user = person.auth.get_user()
    assert user
    _age(stack, "update auth.sessions set created_at = now() - interval '25 h'"
         " where user_id = %s", user.user.id)  # fmt: skip
    with pytest.raises(AuthApiError, match="requires reauthentication"):
        person.auth.update_user({"password": "another one of those"})
    with pytest.raises(AuthApiError, match="Nonce has expired or is invalid"):
        person.auth.update_user({"password": "another one of those", "nonce": "0"})
    person.auth.reauthenticate()
    nonce = stack.auth.mailbox.last(str(user.user.email), "reauthentication")["token"]
    person.auth.update_user({"password": "another one of those", "nonce": nonce})


def test_who_never_did_anything_is_deleted_and_others_stay_whole(
    stack: Stack, person: Client
) -> None:
    admin = _client(stack, stack.service_key).auth.admin
    mistake = admin.create_user({"email": "mistake@py.test", "password": PASSWORD}).user
    admin.delete_user(mistake.id)
    with pytest.raises(AuthApiError) as gone:
        admin.get_user_by_id(mistake.id)
    assert gone.value.code == "user_not_found"
    assert admin.create_user({"email": "mistake@py.test"}).user.id != mistake.id
    # Whoever has signed in once has a device and sessions.
    found = person.auth.get_user()
    assert found
    with pytest.raises(AuthError) as refused:
        admin.delete_user(found.user.id)
    assert refused.value.message == "Database error deleting user"
    assert admin.get_user_by_id(found.user.id).user.email == found.user.email
    assert person.auth.get_user() == found
