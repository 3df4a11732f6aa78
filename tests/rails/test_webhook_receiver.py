"""The receivers of webhooks misbehave as they are told, and record every byte they are sent."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import httpx
import pytest
from standardwebhooks import WebhookVerificationError

from shared.signatures import sign
from stack.stand_ins import behaviour
from stack.stand_ins.loopback import Behaviour, closed_port
from stack.stand_ins.webhook_receiver import WebhookReceiver, signed_by, verified

_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as receiver:
        yield receiver


def _message(at: datetime, body: bytes) -> dict[str, str]:
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": sign([_SECRET], "msg_1", at, body),
    }


def test_it_records_what_it_was_sent_in_order(receiver: WebhookReceiver) -> None:
    one, two = receiver.endpoints(2)
    httpx.post(one.url, content=b'{"a": 1}', headers={"X-Odd": "1"})
    httpx.post(two.url, content=b"\xff\x00")
    httpx.post(one.url, content=b"")

    assert [each.body for each in receiver.wait_for(3)] == [b'{"a": 1}', b"\xff\x00", b""]
    assert [each.number for each in receiver.of(one)] == [0, 2]
    assert receiver.of(one)[0].headers["x-odd"] == "1"
    assert httpx.post(f"{receiver.url}/hooks/99").status_code == 404


def test_the_official_library_accepts_the_signature(receiver: WebhookReceiver) -> None:
    endpoint = receiver.endpoint()
    body, now = b'{"type": "escrow.released"}', datetime.now(UTC)
    httpx.post(endpoint.url, content=body, headers=_message(now, body))
    httpx.post(endpoint.url, content=body + b" ", headers=_message(now, body))
    httpx.post(endpoint.url, content=body, headers=_message(now - timedelta(days=3), body))
    good, forged, old = receiver.wait_for(3)

    assert verified(good, _SECRET) == {"type": "escrow.released"}
    for refused in (forged, old):
        with pytest.raises(WebhookVerificationError):
            verified(refused, _SECRET)
    assert [signed_by(each, _SECRET) for each in (good, forged, old)] == [True, False, True]


@pytest.mark.parametrize(
    ("manners", "code", "header"),
    [
        (behaviour.ok(), 200, None),
        (behaviour.status(500), 500, None),
        (behaviour.gone(), 410, None),
        (behaviour.too_many("7"), 429, ("retry-after", "7")),
        (behaviour.redirect(), 302, ("location", "http://169.254.169.254/latest/meta-data/")),
        (behaviour.slow(0.2, behaviour.status(503)), 503, None),
    ],
)
def test_plain_answers(
    receiver: WebhookReceiver, manners: Behaviour, code: int, header: tuple[str, str] | None
) -> None:
    answer = httpx.post(receiver.endpoint(manners).url)
    assert answer.status_code == code
    if header:
        assert answer.headers[header[0]] == header[1]


def test_a_huge_body_is_all_there(receiver: WebhookReceiver) -> None:
    assert len(httpx.post(receiver.endpoint(behaviour.huge(3_000_000)).url).content) == 3_000_000


@pytest.mark.parametrize("manners", [behaviour.endless(), behaviour.trickle()])
def test_what_never_ends_keeps_coming(receiver: WebhookReceiver, manners: Behaviour) -> None:
    url = urlsplit(receiver.endpoint(manners).url)
    with socket.create_connection((url.hostname, url.port), timeout=60) as client:
        client.sendall(f"POST {url.path} HTTP/1.1\r\nhost: x\r\n\r\n".encode())
        for _ in range(5):
            assert client.recv(10)


@pytest.mark.parametrize("manners", [behaviour.drop(), behaviour.garbage()])
def test_what_is_no_answer_is_an_error(receiver: WebhookReceiver, manners: Behaviour) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.post(receiver.endpoint(manners).url)


def test_who_hangs_says_nothing_but_remembers(receiver: WebhookReceiver) -> None:
    endpoint = receiver.endpoint(behaviour.hang())
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(endpoint.url, timeout=0.5)
    assert len(receiver.wait_for(1, endpoint.path)) == 1


def test_flapping_goes_round_and_a_script_ends_at_its_last(receiver: WebhookReceiver) -> None:
    bad, good = behaviour.status(500), behaviour.ok()
    flapping = receiver.endpoint(behaviour.flapping(bad, good))
    scripted = receiver.endpoint(behaviour.script(bad, good))

    assert [httpx.post(flapping.url).status_code for _ in range(4)] == [500, 200, 500, 200]
    assert [httpx.post(scripted.url).status_code for _ in range(4)] == [500, 200, 200, 200]
    scripted.becomes(behaviour.gone())
    assert httpx.post(scripted.url).status_code == 410


def test_nobody_is_behind_a_closed_port() -> None:
    with closed_port() as port, pytest.raises(httpx.ConnectError):
        httpx.post(f"http://127.0.0.1:{port}/")


def test_a_thousand_endpoints_at_once(receiver: WebhookReceiver) -> None:
    endpoints = receiver.endpoints(1000)
    with httpx.Client(timeout=60) as client, ThreadPoolExecutor(16) as pool:
        codes = set(pool.map(lambda each: client.post(each.url).status_code, endpoints))

    assert codes == {200}
    assert sorted(each.path for each in receiver.received) == sorted(e.path for e in endpoints)
