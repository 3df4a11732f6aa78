from typing import Any

from demo.stage import Stage
from demo.users import User, balance
from stack.stand_ins.behaviour import drop, flapping, gone, ok, status
from stack.stand_ins.webhook_receiver import signed_by

_HOURS = 12


def webhooks(stage: Stage) -> None:
    """Webhooks: an endpoint that flaps gets everything signed, one that is gone is left alone"""
    alice = stage.person("alice", deposit="0.1")
    bob = stage.person("bob")
    with stage.receivers() as receivers:
        flaps = receivers.endpoint(flapping(status(500), drop(), ok()))
        dead = receivers.endpoint(gone())
        wanted = {"url": flaps.url, "event_types": ["escrow.*"]}
        made = stage.command(
            alice, "wants her events sent", "/webhook-endpoints", wanted, aal="aal2",
            expect="201 active",
        )  # fmt: skip
        stage.command(
            alice, "and to an address that is gone", "/webhook-endpoints", {"url": dead.url},
            aal="aal2", expect="201 active",
        )  # fmt: skip
        trade = stage.takes(bob, stage.sells(alice, "0.1"), "0.1")
        stage.move(bob, trade, "says he sent 5000 USD", "mark-paid", expect="200 performed")
        stage.move(
            alice, trade, "releases", "release", {"payer_name_matches": True},
            aal="aal2", expect="200 released",
        )  # fmt: skip
        stage.deliver("sends what waits")
        endpoints = alice.read("webhook_endpoints", "status,disabled_reason", url=dead.url)
        stage.claim(
            "the address that answered 410 is disabled",
            endpoints, [{"status": "disabled", "disabled_reason": "gone"}],
        )  # fmt: skip
        for _ in range(_HOURS):
            if all(row["status"] == "delivered" for row in _sent(alice, made.body["endpoint_id"])):
                break
            stage.wait(hours=1)
            stage.deliver("tries again")
        rows = _sent(alice, made.body["endpoint_id"])
        header = ["event", "sequence", "attempts", "status"]
        stage.table(header, [[str(row[name]) for name in _COLUMNS] for row in rows])
        stage.claim("everything arrived", {row["status"] for row in rows}, {"delivered"})
        received = receivers.of(flaps)
        stage.claim(
            "nothing else was sent", len(received), sum(row["attempt_count"] for row in rows)
        )
        secret = str(made.body["secret"])
        stage.claim(
            "the official library finds every attempt signed",
            all(signed_by(each, secret) for each in received), True,
        )  # fmt: skip
    (count,) = bob.read("notification_counts", "unread")
    stage.claim("bob has the same in his feed", bob.call("mark_all_read"), count["unread"])
    stage.claim("and has read it", bob.read("notification_counts", "unread"), [{"unread": 0}])
    stage.claim("bob has 0.1 BTC less 0.5% fee", bob.balance("BTC"), balance("0.0995"))


_COLUMNS = ("event", "sequence", "attempt_count", "status")


def _sent(reader: User, endpoint: str) -> list[dict[str, Any]]:
    return reader.read("webhook_deliveries", ",".join(_COLUMNS), endpoint_id=endpoint)
