"""From a webhook of Stripe to a funded escrow, with the workers running as in a deployment."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime
from random import Random
from typing import Any, Self
from uuid import uuid4

from bench import signed
from bench.http_connection import HttpConnection, HttpFailed
from bench.inbox import PATH, SIGNATURE
from bench.load import LoadFailed
from bench.measures import Measure
from bench.progress import log
from bench.scale import Scale
from bench.signed import Signed
from shared.polling import VARIABLE
from stack.lambdas import FunctionFailed
from stack.stack import Stack
from stack.stand_ins.stripe import API_KEY, WEBHOOK_SECRET, StripeStandIn

WORKERS = ("StripeInboxFunction", "EscrowReportsFunction")
POLL_SECONDS = 50  # of each minute, as in stacks/
_MINUTE = 60
_PATIENCE = 120


class _Workers:
    """Both workers, each started every minute; gone after the block."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._over = threading.Event()
        self._pool = ThreadPoolExecutor(len(WORKERS))
        self._works: list[Future[None]] = []

    def __enter__(self) -> Self:
        self._works = [self._pool.submit(self._run, name) for name in WORKERS]
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        while True:
            for name in WORKERS:
                self._stack.lambdas.kill(name)
            # One may have begun a tick just now.
            if not wait(self._works, timeout=0.1).not_done:
                break
        self._pool.shutdown()

    def check(self) -> None:
        """Raises what one of them failed with."""
        for work in self._works:
            if work.done():
                work.result()

    def _run(self, name: str) -> None:
        due = time.monotonic()
        while not self._over.wait(max(0, due - time.monotonic())):
            due += _MINUTE
            try:
                self._stack.tick(name)
            except FunctionFailed:
                # It was stopped with the block.
                if not self._over.is_set():
                    raise


def _intents(stack: Stack, connection: HttpConnection, escrows: Sequence[Signed]) -> list[str]:
    """Ask for the payment of each escrow, as its buyer."""
    found = []
    for each in escrows:
        token = stack.token(each.buyer_id)
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}
        answer = connection.post(f"/escrows/{each.escrow_id}/card-payment", headers, {})
        found.append(str(answer["provider_reference"]))
    return found


def _pay(
    stripe: StripeStandIn, connection: HttpConnection, intents: Sequence[str], apart: float
) -> list[datetime]:
    """Each payer pays, and Stripe says so; when it did."""
    random, told = Random(0), []  # noqa: S311 - payments come at any time
    for intent in intents:
        time.sleep(random.uniform(0, 2 * apart))
        stripe.pay(intent)
        for event in stripe.webhooks.waiting():
            headers, body = stripe.webhooks.signed(event)
            if event["type"] == "payment_intent.amount_capturable_updated":
                told.append(datetime.now(UTC))
            connection.post(PATH, {SIGNATURE: headers[SIGNATURE]}, body)
            stripe.webhooks.settle([event])
    return told


def _funded(stack: Stack, escrows: Sequence[Signed], workers: _Workers) -> dict[str, datetime]:
    """When each became funded. Raises LoadFailed."""
    until, found = time.monotonic() + _PATIENCE, list[tuple[Any, ...]]()
    with stack.connect() as connection:
        while len(found) < len(escrows):
            workers.check()
            if time.monotonic() > until:
                raise LoadFailed(f"{len(found)} of {len(escrows)} escrows were funded")
            time.sleep(0.1)
            found = connection.execute(
                "select escrow_id::text, created_at from private.escrow_events"
                " where event = 'funds_confirmed' and escrow_id = any(%s::uuid[])",
                [[each.escrow_id for each in escrows]],
            ).fetchall()
    return dict(found)


def waits(stack: Stack, scale: Scale) -> Measure:
    """From Stripe's word that a payment can be captured until the escrow is funded, by the clock
    of the machine. Raises LoadFailed."""
    signed.prepare(stack)
    escrows = signed.escrows(stack, "stripe", "USD", scale.payments, scale.people)
    connection = HttpConnection("127.0.0.1", stack.gateway.port)
    with StripeStandIn() as stripe:
        stack.aws.put_secret("StripeKeySecret", API_KEY)
        stack.aws.put_secret("StripeWebhookSecret", WEBHOOK_SECRET)
        stack.configure(**stripe.variables(), **{VARIABLE: str(POLL_SECONDS)})
        try:
            intents = _intents(stack, connection, escrows)
            log(f"webhook to funded: {scale.payments} payments")
            with _Workers(stack) as workers:
                told = _pay(stripe, connection, intents, scale.payments_apart)
                ended = _funded(stack, escrows, workers)
        except HttpFailed as error:
            raise LoadFailed(str(error)) from error
        finally:
            connection.close()
            stack.configure(**{VARIABLE: "0"})
    found = [
        (ended[each.escrow_id] - moment).total_seconds() * 1000
        for each, moment in zip(escrows, told, strict=True)
    ]
    return Measure.of(len(found), len(found) * 1000 / sum(found), found)
