"""Traders who have their events sent, to receivers that are not always well."""

import json
from collections import defaultdict
from typing import Any

from stack.stand_ins.behaviour import drop, flapping, ok, status, too_many
from stack.stand_ins.webhook_receiver import Endpoint, WebhookReceiver, signed_by
from tests.exchange.client import Client


class Listener:
    """One trader's endpoint for everything about its trades."""

    def __init__(self, receiver: WebhookReceiver, trader: Client) -> None:
        self.trader = trader
        self._receiver = receiver
        self._at: Endpoint = receiver.endpoint(
            flapping(ok(), ok(), status(500), ok(), drop(), ok(), too_many("30"))
        )
        wanted = {"url": self._at.url, "event_types": ["escrow.*"]}
        made = trader.command("listen", "/webhook-endpoints", wanted, aal="aal2")
        self._secret = str(made.body["secret"])

    def sequences(self) -> dict[str, set[int]]:
        """What arrived, by escrow. Raises AssertionError for a message that was not signed."""
        found: dict[str, set[int]] = defaultdict(set)
        for request in self._receiver.of(self._at):
            assert signed_by(request, self._secret)
            data: Any = json.loads(request.body)["data"]
            found[data["object_id"]].add(data["sequence"])
        return found
