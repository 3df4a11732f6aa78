"""Events on their way to us: signed as Stripe signs, sent when and as the test says."""

import hmac
import json
from collections.abc import Iterable
from hashlib import sha256

import httpx

from stack.stand_ins.stripe.world import Object, World, by_hand

_PATIENCE = 30.0


class Webhooks:
    """secrets: the live ones, each signs; `whsec_` is a part of the key. url: of the endpoint."""

    def __init__(self, world: World, secrets: tuple[str, ...], url: str | None = None) -> None:
        self.world = world
        self.secrets = secrets
        self.url = url
        self._settled: set[str] = set()

    @by_hand
    def all(self, *kinds: str) -> list[Object]:
        """Every event so far (of some types), oldest first."""
        return [each for each in self.world.of("event") if not kinds or each["type"] in kinds]

    @by_hand
    def waiting(self) -> list[Object]:
        """The events that nobody has taken and that are not lost, oldest first."""
        return [each for each in self.world.of("event") if each["id"] not in self._settled]

    def signed(self, event: Object, at: int | None = None) -> tuple[dict[str, str], bytes]:
        """Headers and body of one attempt. at: seconds, the world's now if not given."""
        body = json.dumps(event, indent=2, ensure_ascii=False).encode()
        stamp = self.world.now() if at is None else at
        signatures = ",".join(f"v1={_digest(secret, stamp, body)}" for secret in self.secrets)
        headers = {
            "content-type": "application/json; charset=utf-8",
            "stripe-signature": f"t={stamp},{signatures}",
            "user-agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        return headers, body

    def deliver(self, events: Iterable[Object] | None = None) -> list[int]:
        """Send events one after the other, what is waiting if none are given; the statuses.

        Twice the same, another order, later: as the events given. 2xx settles an event.
        """
        if self.url is None:
            raise ValueError("the endpoint has no url")
        statuses = []
        for event in self.waiting() if events is None else events:
            headers, body = self.signed(event)
            answer = httpx.post(self.url, content=body, headers=headers, timeout=_PATIENCE)
            statuses.append(answer.status_code)
            if answer.is_success:
                self.settle([event])
        return statuses

    @by_hand
    def settle(self, events: Iterable[Object]) -> None:
        """They were taken, by whatever way a test brought them."""
        for event in events:
            self._settled.add(event["id"])
            self.world.objects[event["id"]]["pending_webhooks"] = 0

    @by_hand
    def lose(self, events: Iterable[Object]) -> None:
        """They will not be sent by themselves; the list of events has them still."""
        self._settled.update(event["id"] for event in events)


def _digest(secret: str, stamp: int, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{stamp}.".encode() + body, sha256).hexdigest()
