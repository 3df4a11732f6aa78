"""Signatures: the official vector, and another library as receiver and sender."""

import base64
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from svix.webhooks import Webhook as SvixWebhook

from shared.signatures import BadSecret, sign, verify
from tests.world.decisions.refused import refused

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
BODY = b'{"test": 2432232314}'
VECTOR_AT = datetime.fromtimestamp(1614265330, UTC)
VECTOR = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
OTHER = "whsec_" + base64.b64encode(b"x" * 32).decode()

keys = st.binary(min_size=24, max_size=64).map(
    lambda raw: "whsec_" + base64.b64encode(raw).decode()
)
ids = st.from_regex(r"[A-Za-z0-9_-]{1,40}", fullmatch=True)
bodies = st.text(st.characters(codec="utf-8"), max_size=200)


def _now() -> tuple[datetime, str]:
    """The time, and as the header has it."""
    now = datetime.now(UTC)
    return now, str(int(now.timestamp()))


def test_the_official_vector() -> None:
    assert sign([SECRET], ID, VECTOR_AT, BODY) == VECTOR


def test_a_moment_is_the_same_in_every_zone() -> None:
    elsewhere = VECTOR_AT.astimezone(timezone(timedelta(hours=-7)))
    assert sign([SECRET], ID, elsewhere, BODY) == VECTOR


@given(secret=keys, message_id=ids, text=bodies)
@settings(max_examples=100, deadline=None)
def test_another_library_accepts_what_we_sign(secret: str, message_id: str, text: str) -> None:
    now, timestamp = _now()
    body = json.dumps(text).encode()
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": sign([OTHER, secret], message_id, now, body),
    }
    SvixWebhook(secret).verify(body, headers)


@given(secret=keys, message_id=ids, text=bodies)
@settings(max_examples=100, deadline=None)
def test_we_sign_and_accept_what_another_library_signs(
    secret: str, message_id: str, text: str
) -> None:
    now, timestamp = _now()
    theirs = SvixWebhook(secret).sign(message_id, now, text)
    assert sign([secret], message_id, now, text.encode()) == theirs
    verify([secret], message_id, timestamp, theirs, text.encode())


def test_both_live_secrets_sign() -> None:
    now, timestamp = _now()
    both = sign([OTHER, SECRET], ID, now, BODY)
    assert both.split(" ") == [sign([each], ID, now, BODY) for each in (OTHER, SECRET)]
    for secret in (OTHER, SECRET):
        verify([secret], ID, timestamp, both, BODY)


def test_each_live_secret_is_tried() -> None:
    now, timestamp = _now()
    verify([OTHER, SECRET], ID, timestamp, sign([SECRET], ID, now, BODY), BODY)


@pytest.mark.parametrize(
    ("message_id", "timestamp", "signature", "body"),
    [
        (ID, "{stamp}", "{good}", b'{"test": 2432232315}'),
        ("msg_other", "{stamp}", "{good}", BODY),
        ("", "{stamp}", "{good}", BODY),
        (ID, "{next}", "{good}", BODY),
        (ID, "", "{good}", BODY),
        (ID, "x", "{good}", BODY),
        (ID, "-{stamp}", "{good}", BODY),
        (ID, "1" * 5000, "{good}", BODY),
        (ID, "nan", "{good}", BODY),
        (ID, "{stamp}.9", "{good}", BODY),
        (ID, "{stamp}e0", "{good}", BODY),
        (ID, " {stamp}", "{good}", BODY),
        (ID, "\u0661", "{good}", BODY),
        (ID, "{stamp}", "", BODY),
        (ID, "{stamp}", "v1", BODY),
        (ID, "{stamp}", "v1,", BODY),
        (ID, "{stamp}", "v1,a,b", BODY),
        (ID, "{stamp}", "v1,!{digest}", BODY),
        (ID, "{stamp}", "{digest}", BODY),
        (ID, "{stamp}", "v2,{digest}", BODY),
        (ID, "{stamp}", "v1,\u00e9", BODY),
        (ID, "{stamp}", "{good}", b"\xff"),
    ],
)
def test_what_is_not_ours_is_refused(
    message_id: str, timestamp: str, signature: str, body: bytes
) -> None:
    now, stamp = _now()
    good = sign([SECRET], ID, now, BODY)
    words = {"stamp": stamp, "next": int(stamp) + 1, "good": good, "digest": good[3:]}
    with refused("bad_signature"):
        verify([SECRET], message_id, timestamp.format(**words), signature.format(**words), body)


@pytest.mark.parametrize("bad", ["v1", "x", "v1,a,b", "v1,\u00e9", "v2,AAAA", ""])
def test_a_part_that_is_none_spoils_no_good_one(bad: str) -> None:
    now, timestamp = _now()
    good = sign([SECRET], ID, now, BODY)
    for signature in (f"{bad} {good}", f"{good} {bad}"):
        verify([SECRET], ID, timestamp, signature, BODY)


@pytest.mark.parametrize("minutes", [-6, 6, 60 * 24 * 365 * 70])
def test_a_clock_that_is_off_either_way_is_refused(minutes: int) -> None:
    sent = datetime.now(UTC) + timedelta(minutes=minutes)
    with refused("bad_signature"):
        verify([SECRET], ID, str(int(sent.timestamp())), sign([SECRET], ID, sent, BODY), BODY)


@pytest.mark.parametrize("minutes", [-4, 4])
def test_the_clocks_may_be_minutes_apart(minutes: int) -> None:
    sent = datetime.now(UTC) + timedelta(minutes=minutes)
    verify([SECRET], ID, str(int(sent.timestamp())), sign([SECRET], ID, sent, BODY), BODY)


SHORT = "whsec_" + base64.b64encode(b"x" * 23).decode()
NO_SECRETS = ["", "whsec_", "whsec_x", "whsec_" + "é" * 40, "whsec_ab", SHORT, "whsec_!" * 8, "{}"]


@pytest.mark.parametrize("secret", [None, *NO_SECRETS])
def test_without_a_secret_nothing_is_accepted(secret: str | None) -> None:
    now, timestamp = _now()
    with pytest.raises(BadSecret):
        verify([secret] if secret is not None else [], ID, timestamp, VECTOR, BODY)
    if secret is not None:
        with pytest.raises(BadSecret):
            sign([secret], ID, now, BODY)


@pytest.mark.parametrize("secret", NO_SECRETS)
def test_one_good_secret_is_enough(secret: str) -> None:
    now, timestamp = _now()
    verify([secret, SECRET], ID, timestamp, sign([SECRET], ID, now, BODY), BODY)


@pytest.mark.parametrize(
    "signature",
    ["", " ", "v1", "v1,", "v2,x", "v1,é", "v1,\ud800", "v1,\x00", "v1, ,v1,", "v1," * 1000],
)
def test_a_malformed_signature_is_refused(signature: str) -> None:
    _, timestamp = _now()
    for message_id in (ID, "\ud800", "\x00", "é" * 300):
        with refused("bad_signature"):
            verify([SECRET], message_id, timestamp, signature, BODY)
