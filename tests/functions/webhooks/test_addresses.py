"""Outside local mode nothing leads inside: not a new address, and not one that is there already."""

from collections.abc import Iterator

import pytest

from stack.stack import Stack
from stack.stand_ins.webhook_receiver import WebhookReceiver
from tests.world.http.desk import Desk
from tests.world.http.webhooks import carry_once, subscribe


@pytest.fixture
def hosted(stack: Stack) -> Iterator[Stack]:
    """A stack whose functions know no local mode, as when deployed."""
    stack.configure(HOLDFAST_WEBHOOKS_LOCAL="")
    yield stack
    stack.configure(HOLDFAST_WEBHOOKS_LOCAL="1")


@pytest.mark.parametrize(
    "url",
    ["http://example.com/", "https://example.com:8080/", "https://localhost/", "https://intranet/",
     "https://127.0.0.1/", "https://10.1.2.3/", "https://172.16.0.1/", "https://192.168.1.1/",
     "https://169.254.169.254/latest/meta-data/", "https://100.64.0.1/", "https://0.0.0.0/",
     "https://2130706433/", "https://0x7f.1/", "https://[::1]/", "https://[fd00:ec2::254]/",
     "https://[fe80::1]/", "https://[::ffff:169.254.169.254]/", "https://[::ffff:7f00:1]/",
     "https://[2002:7f00:1::]/", "https://[64:ff9b::a9fe:a9fe]/"],
)  # fmt: skip
def test_security_an_address_inside_is_not_taken(hosted: Stack, desk: Desk, url: str) -> None:
    reply = desk.post(hosted.create_user(), "/webhook-endpoints", {"url": url})
    assert (reply.status, reply.code) == (422, "webhook_url_refused")


def test_an_address_outside_is_taken(hosted: Stack, desk: Desk) -> None:
    subscribe(desk, "https://hooks.example.com:8443/in?x=1")


def test_security_an_address_inside_is_not_called(
    stack: Stack, desk: Desk, receivers: WebhookReceiver, request: pytest.FixtureRequest
) -> None:
    """Checked again when it is sent: what was public may lead inside by then."""
    inside = receivers.endpoint()
    secure = inside.url.replace("http:", "https:")
    owners = [subscribe(desk, url) for url in (inside.url, secure)]
    request.getfixturevalue("hosted")
    pinged = [(owner, owner.ping()) for owner in owners]
    carry_once(stack)
    for owner, delivery_id in pinged:
        row = owner.delivery(delivery_id)
        assert (row["status"], row["last_error"]) == ("pending", "address_refused")
    assert receivers.of(inside) == []
