from datetime import datetime, timedelta

from demo.stage import Stage
from demo.users import User, balance


def outage_given_back(stage: Stage) -> None:
    """Our own outage: nobody loses the time in which nothing worked"""
    alice = stage.person("alice", deposit="0.1")
    bob = stage.person("bob")
    trade = stage.takes(bob, stage.sells(alice, "0.1"), "0.1")
    due = _due(bob, trade)
    stage.wait(minutes=10)
    stage.tell("holdfast", "stops answering")
    began = stage.now()
    stage.wait(hours=2)
    stage.command(
        stage.olga, "declares the outage, second factor", "/outages",
        {
            "from_at": began.isoformat(),
            "to_at": stage.now().isoformat(),
            "reason": "The database was unreachable.",
        },
        aal="aal2", expect="200",
    )  # fmt: skip
    stage.timer(bob, trade, "gives the time back before it acts", "funded")
    gained = _due(bob, trade) - due
    stage.claim("bob has two hours more", round(gained / timedelta(minutes=1)), 120)
    stage.move(bob, trade, "still pays in time", "mark-paid", expect="200 performed")
    stage.move(
        alice, trade, "releases", "release", {"payer_name_matches": True},
        aal="aal2", expect="200 released",
    )  # fmt: skip
    stage.claim("bob has 0.1 BTC less 0.5% fee", bob.balance("BTC"), balance("0.0995"))


def _due(reader: User, trade: str) -> datetime:
    row = reader.read("escrow_transactions", "deadline_at", id=trade)[0]
    return datetime.fromisoformat(row["deadline_at"])
