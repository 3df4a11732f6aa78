"""What arrives is what the official libraries take, over https as over http."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import standardwebhooks
import svix.webhooks

from stack.stack import Stack
from stack.stand_ins.certificate import certificate
from stack.stand_ins.webhook_receiver import WebhookReceiver
from tests.world.http.desk import ATTESTED, Desk, Trade
from tests.world.http.webhooks import carry, carry_once, subscribe

LIBRARIES = [
    pytest.param(
        standardwebhooks.Webhook, standardwebhooks.WebhookVerificationError, id="standardwebhooks"
    ),
    pytest.param(svix.webhooks.Webhook, svix.webhooks.WebhookVerificationError, id="svix"),
]
Library = type[standardwebhooks.Webhook] | type[svix.webhooks.Webhook]


@pytest.mark.parametrize(("library", "refusal"), LIBRARIES)
def test_both_libraries_take_a_trade_and_nothing_else(
    desk: Desk, trade: Trade, receivers: WebhookReceiver, library: Library,
    refusal: type[Exception],
) -> None:  # fmt: skip
    receiver = receivers.endpoint()
    owner = subscribe(desk, receiver, trade.seller)
    trade.done(trade.buyer, "mark-paid")
    trade.done(trade.seller, "release", ATTESTED)
    carry(desk.stack)
    sent = receivers.of(receiver)
    assert {"escrow.perform", "escrow.accept"} <= {row["event"] for row in owner.deliveries()}
    assert len(sent) == len(owner.deliveries())
    other = subscribe(desk, receivers.endpoint()).secret
    for message in sent:
        headers = dict(message.headers)
        library(owner.secret).verify(message.body, headers)
        for secret, body, changed in (
            (other, message.body, {}),
            (owner.secret, message.body + b" ", {}),
            (owner.secret, message.body, {"webhook-id": other}),
            (owner.secret, message.body, {"webhook-timestamp": "1614265330"}),
        ):
            with pytest.raises(refusal):
                library(secret).verify(body, headers | changed)


@pytest.fixture
def trusting(stack: Stack, tmp_path: Path) -> Iterator[WebhookReceiver]:
    """A receiver over https, in whose certificate the functions trust."""
    pem, key = certificate(tmp_path, "localhost")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(pem, key)
    stack.configure(SSL_CERT_FILE=str(pem))
    with WebhookReceiver(tls) as receivers:
        yield receivers
    stack.configure(SSL_CERT_FILE="")


def test_https_and_the_certificate_is_that_of_the_name(
    desk: Desk, trusting: WebhookReceiver
) -> None:
    receiver = trusting.endpoint()
    good = subscribe(desk, receiver)
    # The same machine under a name that its certificate does not have.
    bad = subscribe(desk, receiver.url.replace("localhost", "127.0.0.1"))
    pinged = {owner: owner.ping() for owner in (good, bad)}
    carry_once(desk.stack)
    assert good.delivery(pinged[good])["status"] == "delivered"
    refused = bad.delivery(pinged[bad])
    assert (refused["status"], refused["last_error"]) == ("pending", "tls_failed")
    (message,) = trusting.received
    standardwebhooks.Webhook(good.secret).verify(message.body, dict(message.headers))


def test_a_certificate_that_nobody_vouches_for_is_none(
    desk: Desk, trusting: WebhookReceiver
) -> None:
    desk.stack.configure(SSL_CERT_FILE="")
    owner = subscribe(desk, trusting.endpoint())
    pinged = owner.ping()
    carry_once(desk.stack)
    assert owner.delivery(pinged)["last_error"] == "tls_failed"
    assert trusting.received == []
