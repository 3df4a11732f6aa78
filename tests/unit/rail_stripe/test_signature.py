"""Stripe's signature: a known vector, the official library as signer and as verifier."""

import subprocess
import sys
from datetime import UTC, datetime

import pytest
import stripe
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.rail_stripe.signature import verify
from tests.world.decisions.refused import refused

SECRET = "secret"
OTHER = "whsec_other"
STAMP = 1_700_000_000
AT = datetime.fromtimestamp(STAMP, UTC)
BODY = b'{"a":1}'
# Of a public vector; the library makes the same (below).
DIGEST = "49f24e537407743fa4a0242bb63b94b9a47ee99cbbe071ccd8a22550ae411686"
HEADER = f"t={STAMP},v1={DIGEST}"

bodies = st.text(st.characters(codec="utf-8"), max_size=200)
secrets = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)


def _signed(secret: str, body: str, stamp: int = STAMP) -> str:
    return str(stripe.WebhookSignature.generate_signature_header(body, secret, stamp))


def test_the_vector() -> None:
    assert _signed(SECRET, BODY.decode()) == HEADER
    verify(HEADER, BODY, [SECRET], AT)


@given(secret=secrets, body=bodies)
@settings(max_examples=100, deadline=None)
def test_what_the_library_signs_is_accepted_by_one_of_two_secrets(secret: str, body: str) -> None:
    verify(_signed(secret, body), body.encode(), [OTHER, secret], AT)
    if secret != OTHER:
        with refused("bad_signature"):
            verify(_signed(secret, body), body.encode(), [OTHER], AT)


def test_one_good_signature_among_others_is_enough() -> None:
    verify(f"t={STAMP},v1={'0' * 64},v1={DIGEST},v0=x", BODY, [SECRET], AT)
    verify(f"v1={DIGEST},t={STAMP}", BODY, [OTHER, SECRET], AT)


@pytest.mark.parametrize("off", [-300, 300])
def test_the_clocks_may_be_five_minutes_apart(off: int) -> None:
    verify(_signed(SECRET, "{}", STAMP + off), b"{}", [SECRET], AT)


@pytest.mark.parametrize("off", [-301, 301, 2_300_000_000])
def test_older_and_newer_messages_are_refused(off: int) -> None:
    with refused("bad_signature"):
        verify(_signed(SECRET, "{}", STAMP + off), b"{}", [SECRET], AT)


@pytest.mark.parametrize(
    "header",
    [
        "",
        ",",
        "t",
        "t=",
        f"t={STAMP}",
        f"t={STAMP},v1",
        f"t={STAMP},v1=",
        f"v1={DIGEST}",
        f"t=,v1={DIGEST}",
        f"t=x,v1={DIGEST}",
        f"t=-{STAMP},v1={DIGEST}",
        f"t=+{STAMP},v1={DIGEST}",
        f"t={STAMP}.0,v1={DIGEST}",
        f"t={'1' * 5000},v1={DIGEST}",
        f"t=\u0661,v1={DIGEST}",
        f"t={STAMP + 1},v1={DIGEST}",
        f"t={STAMP},t={STAMP},v1={DIGEST}",
        f"t={STAMP + 1},t={STAMP},v1={DIGEST}",
        f"t={STAMP},v0={DIGEST}",
        f"t={STAMP},v1={DIGEST[:-1]}",
        f"t={STAMP},v1={DIGEST.upper()}",
        f"t={STAMP},v1={DIGEST}=",
        f"t={STAMP},v1=\u00e9",
        f"t={STAMP},v1={DIGEST},v1",
        f"t={STAMP},v1={DIGEST},",
        f"t={STAMP}, v1={DIGEST}",
        f"t={STAMP};v1={DIGEST}",
        f"T={STAMP},V1={DIGEST}",
        DIGEST,
    ],
)
def test_malformed_headers_are_refused(header: str) -> None:
    with refused("bad_signature"):
        verify(header, BODY, [SECRET], AT)


@pytest.mark.parametrize("body", [b"", b'{"a": 1}', BODY + b"\n", b"\xff"])
def test_another_body_is_refused(body: bytes) -> None:
    with refused("bad_signature"):
        verify(HEADER, body, [SECRET], AT)


@pytest.mark.parametrize("live", [[], [""], [OTHER], [SECRET.upper()]])
def test_without_the_secret_nothing_is_accepted(live: list[str]) -> None:
    with refused("bad_signature"):
        verify(HEADER, BODY, live, AT)


def test_an_empty_secret_is_nobodys() -> None:
    with refused("bad_signature"):
        verify(_signed("", "{}"), b"{}", ["", SECRET], AT)


def _accepts(header: str) -> bool:
    try:
        verify(header, BODY, [SECRET], AT)
    except Exception as error:
        assert str(error) == "bad_signature"  # noqa: PT017
        return False
    return True


def _library_accepts(header: str) -> bool:
    try:
        # Without a tolerance: the library has no clock but the machine's.
        stripe.WebhookSignature.verify_header(BODY, header, SECRET)
    except stripe.SignatureVerificationError:
        return False
    return True


_PARTS = st.sampled_from(
    [f"t={STAMP}", f"v1={DIGEST}", f"v1={'0' * 64}", f"v0={DIGEST}", "t=x", "t=", "v1=", "v1", ""]
)


@given(parts=st.lists(_PARTS, max_size=5))
@settings(max_examples=500, deadline=None)
def test_the_library_agrees(parts: list[str]) -> None:
    header = ",".join(parts)
    if _accepts(header):
        assert _library_accepts(header)
    elif sum(part.startswith("t=") for part in parts) < 2 and "" not in parts:
        # It takes the first of two times, and does not mind parts without a name.
        assert not _library_accepts(header)


def test_the_library_is_not_needed() -> None:
    program = "import sys, functions.rail_stripe.signature; sys.exit('stripe' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
