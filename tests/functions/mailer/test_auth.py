"""Auth sends its messages through the mailer: somebody who forgot a password gets in by mail."""

import re
from collections.abc import Iterator

import httpx
import pytest

from stack.mailbox import SENDER_DOMAIN
from stack.stack import Stack
from tests.world.http.mailer import mails_to


@pytest.fixture
def auth(stack: Stack) -> Iterator[httpx.Client]:
    stack.mailbox()
    base = f"{stack.url}/auth/v1"
    with httpx.Client(base_url=base, headers={"apikey": stack.anon_key}, timeout=30) as client:
        yield client


def signed_up(auth: httpx.Client, stack: Stack, email: str) -> None:
    """An account whose address was confirmed by the link in the first mail."""
    person = {"email": email, "password": "a-first-password"}
    assert auth.post("/signup", json=person).status_code == 200
    (mail,) = mails_to(stack, email)
    link = re.search(r"https?://\S+/verify\?\S+", mail.text)
    assert link
    assert auth.get(link[0], follow_redirects=False).status_code in (302, 303)


def test_a_forgotten_password_is_replaced_by_a_code_in_a_mail(
    auth: httpx.Client, stack: Stack
) -> None:
    email = "forgetful@holdfast.test"
    signed_up(auth, stack, email)
    assert auth.post("/recover", json={"email": email}).json() == {}
    mail = mails_to(stack, email)[-1]
    code = re.search(r"\b\d{6}\b", mail.text)
    assert code
    proof = {"type": "recovery", "email": email, "token": code[0]}
    signed_in = auth.post("/verify", json=proof)
    assert signed_in.status_code == 200
    again = auth.post("/verify", json=proof)
    assert (again.status_code, again.json()["error_code"]) == (403, "otp_expired")
    token = {"authorization": f"Bearer {signed_in.json()['access_token']}"}
    changed = auth.put("/user", json={"password": "another-password"}, headers=token)
    assert changed.status_code == 200
    grant = "/token?grant_type=password"
    old = auth.post(grant, json={"email": email, "password": "a-first-password"})
    new = auth.post(grant, json={"email": email, "password": "another-password"})
    assert (old.status_code, new.status_code) == (400, 200)
    # Nobody else is told whether there is an account.
    assert auth.post("/recover", json={"email": "nobody@holdfast.test"}).json() == {}
    assert mails_to(stack, "nobody@holdfast.test") == []


def test_who_could_not_be_written_to_tries_again(auth: httpx.Client, stack: Stack) -> None:
    person = {"email": "unlucky@holdfast.test", "password": "a-first-password"}
    ses = stack.aws.client("sesv2")
    ses.delete_email_identity(EmailIdentity=SENDER_DOMAIN)
    assert auth.post("/signup", json=person).status_code == 422
    assert mails_to(stack, person["email"]) == []
    ses.create_email_identity(EmailIdentity=SENDER_DOMAIN)
    signed_up(auth, stack, person["email"])
    answer = auth.post("/token?grant_type=password", json=person)
    assert answer.status_code == 200
