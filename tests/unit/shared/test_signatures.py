"""Signatures: the official vector, and the official libraries as receivers and senders."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
import standardwebhooks
from hypothesis import given, settings
from hypothesis import strategies as st
from svix.webhooks import Webhook as SvixWebhook

from shared.signatures import BadSecret, sign, verify
from tests.world.decisions.refused import refused

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
AT = datetime.fromtimestamp(1614265330, UTC)
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
OTHER = "whsec_" + base64.b64encode(b"x" * 32).decode()

keys = st.binary(min_size=24, max_size=64).map(
    lambda raw: "whsec_" + base64.b64encode(raw).decode()
)
ids = st.from_regex(r"[A-Za-z0-9_-]{1,40}", fullmatch=True)
bodies = st.text(st.characters(codec="utf-8"), max_size=200)


def test_the_official_vector() -> None:
    assert sign([SECRET], ID, AT, BODY) == SIGNATURE
    verify([SECRET], ID, "1614265330", SIGNATURE, BODY, AT)


@given(secret=keys, message_id=ids, text=bodies)
@settings(max_examples=100, deadline=None)
def test_the_official_libraries_accept_what_we_sign(
    secret: str, message_id: str, text: str
) -> None:
    now = datetime.now(UTC)
    body = json.dumps(text).encode()
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": sign([OTHER, secret], message_id, now, body),
    }
    standardwebhooks.Webhook(secret).verify(body, headers)
    SvixWebhook(secret).verify(body, headers)


@given(secret=keys, message_id=ids, text=bodies)
@settings(max_examples=100, deadline=None)
def test_we_sign_and_accept_what_the_official_libraries_sign(
    secret: str, message_id: str, text: str
) -> None:
    theirs = standardwebhooks.Webhook(secret).sign(message_id, AT, text)
    assert sign([secret], message_id, AT, text.encode()) == theirs
    assert SvixWebhook(secret).sign(message_id, AT, text) == theirs
    verify([secret], message_id, str(int(AT.timestamp())), theirs, text.encode(), AT)


def test_both_live_secrets_sign() -> None:
    both = sign([OTHER, SECRET], ID, AT, BODY)
    assert both.split(" ")[1] == SIGNATURE
    for secret in (OTHER, SECRET):
        verify([secret], ID, "1614265330", both, BODY, AT)


@pytest.mark.parametrize(
    ("message_id", "timestamp", "signature", "body"),
    [
        (ID, "1614265330", SIGNATURE, b'{"test": 2432232315}'),
        ("msg_other", "1614265330", SIGNATURE, BODY),
        ("", "1614265330", SIGNATURE, BODY),
        (ID, "1614265331", SIGNATURE, BODY),
        (ID, "", SIGNATURE, BODY),
        (ID, "x", SIGNATURE, BODY),
        (ID, "-1614265330", SIGNATURE, BODY),
        (ID, "1" * 5000, SIGNATURE, BODY),
        (ID, "\u0661", SIGNATURE, BODY),
        (ID, "1614265330", "", BODY),
        (ID, "1614265330", "v1", BODY),
        (ID, "1614265330", "v1,", BODY),
        (ID, "1614265330", "v1,a,b", BODY),
        (ID, "1614265330", SIGNATURE[3:], BODY),
        (ID, "1614265330", SIGNATURE.replace("v1", "v2"), BODY),
        (ID, "1614265330", "v1,\u00e9", BODY),
        (ID, "1614265330", SIGNATURE, b"\xff"),
    ],
)
def test_what_is_not_ours_is_refused(
    message_id: str, timestamp: str, signature: str, body: bytes
) -> None:
    with refused("bad_signature"):
        verify([SECRET], message_id, timestamp, signature, body, AT)


@pytest.mark.parametrize("minutes", [-6, 6, 60 * 24 * 365 * 70])
def test_a_clock_that_is_off_either_way_is_refused(minutes: int) -> None:
    with refused("bad_signature"):
        verify([SECRET], ID, "1614265330", SIGNATURE, BODY, AT + timedelta(minutes=minutes))


NO_SECRETS = ["", "whsec_", "whsec_x", "whsec_" + "é" * 40, "whsec_ab", "whsec_!" * 8, "{}"]


@pytest.mark.parametrize("secret", [None, *NO_SECRETS])
def test_without_a_secret_nothing_is_accepted(secret: str | None) -> None:
    with pytest.raises(BadSecret):
        verify([secret] if secret is not None else [], ID, "1614265330", SIGNATURE, BODY, AT)
    if secret is not None:
        with pytest.raises(BadSecret):
            sign([secret], ID, AT, BODY)


@pytest.mark.parametrize("secret", NO_SECRETS)
def test_one_good_secret_is_enough(secret: str) -> None:
    verify([secret, SECRET], ID, "1614265330", SIGNATURE, BODY, AT)


@pytest.mark.parametrize(
    "signature",
    ["", " ", "v1", "v1,", "v2,x", "v1,é", "v1,\ud800", "v1,\x00", "v1, ,v1,", "v1," * 1000],
)
def test_a_malformed_signature_is_refused(signature: str) -> None:
    for message_id in (ID, "\ud800", "\x00", "é" * 300):
        with refused("bad_signature"):
            verify([SECRET], message_id, "1614265330", signature, BODY, AT)
