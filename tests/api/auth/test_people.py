"""The people of `make up`: they sign in, their tokens stay good, and one more can come."""

import jwt
import pytest

from stack.people import ALICE, PEOPLE, email_of, password_of
from stack.sign_in import Client, SignInFailed, signed_in
from stack.stack import Stack
from stack.user import add


def test_everybody_signs_in_with_a_second_factor_and_stays_in(stack: Stack) -> None:
    first = signed_in(stack, {})
    assert len(first) == 2 * len(PEOPLE)
    for person in PEOPLE:
        claims = jwt.decode(first[person.name.upper()], options={"verify_signature": False})
        assert (claims["sub"], claims["aal"]) == (str(person.id), "aal2")
    assert signed_in(stack, first) == first
    again = signed_in(stack, first | {"ALICE": first["ALICE"] + "x"})
    assert again["ALICE_TOTP"] == first["ALICE_TOTP"]
    assert again["ALICE"] != first["ALICE"]
    assert {**again, "ALICE": ""} == {**first, "ALICE": ""}


def test_one_more_person_is_made_once_and_can_sign_in(stack: Stack) -> None:
    found = add(stack.url, stack.anon_key, stack.service_key, "carol")
    client = Client(stack.url, stack.anon_key)
    assert client.send("GET", "/user", token=found["CAROL"])["id"] == found["CAROL_ID"]
    assert client.by_password(email_of("carol"), password_of("carol"))
    with pytest.raises(SignInFailed, match="email_exists"):
        add(stack.url, stack.anon_key, stack.service_key, "carol")
    with pytest.raises(SignInFailed, match="invalid_credentials"):
        client.by_password(ALICE.email, "not it at all")
