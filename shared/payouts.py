"""Paying over an outside rail: claim, send once, record; ask before trying again."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from shared.db import Database
from shared.telemetry import logger

BATCH = 20
MARGIN_MS = 10_000


@dataclass(frozen=True, slots=True)
class Payout:
    """A row of payouts that this worker has claimed.

    state: claimed (send it, once), submitted or unknown (ask what became of it). amount: in units
    of currency. destination: frozen. to_source: whether it goes back to where its money came from.
    source_reference: what the rail calls that. group_id: what it belongs to, such as the escrow.
    now: by the database's clock, at the claim.
    """

    id: str
    purpose: str
    reference_id: str
    group_id: str
    kind: str
    rail: str
    party_id: str
    currency: str
    amount: Decimal
    state: str
    version: int
    attempt: int
    claims: int
    destination: str
    provider_reference: str | None
    to_source: bool
    source_reference: str | None
    created_at: datetime
    updated_at: datetime
    now: datetime

    @property
    def key(self) -> str:
        """Names this claim at the rail: the same however often it is sent."""
        return f"payout:{self.id}:{self.claims}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rail says of a payout, as service.payout_record takes it.

    event: submit (it has it), confirm (paid), fail (provably not paid, for good), postpone
    (provably not sent, later again), lose (no answer), poll (not final yet). next_in: seconds.
    waits_for: float, when the rail has too little of ours.
    """

    event: str
    provider_reference: str | None = None
    reason: str = ""
    next_in: int | None = None
    waits_for: str = ""


class Rail(Protocol):
    """The way out. Both methods may raise: then nobody knows what happened."""

    def send(self, payout: Payout) -> Outcome:
        """Pay, with payout.key."""

    def poll(self, payout: Payout) -> Outcome:
        """Say what became of a payout that was or may have been sent."""


@dataclass(slots=True)
class Paid:
    """Payouts by what was recorded; lost: another worker had moved it."""

    confirmed: int = 0
    submitted: int = 0
    failed: int = 0
    postponed: int = 0
    unknown: int = 0
    polled: int = 0
    lost: int = 0


_COUNTED = {
    "confirm": "confirmed",
    "submit": "submitted",
    "fail": "failed",
    "postpone": "postponed",
    "lose": "unknown",
    "poll": "polled",
}


def pay(db: Database, name: str, rail: Rail, context: Any) -> dict[str, int]:
    """Take on payouts of a rail until none is due or the time of the function is nearly over.

    Raises Problem when the database is gone: a claim that is not recorded becomes unknown
    after two minutes, and the rail is asked.
    """
    done = Paid()
    while context.get_remaining_time_in_millis() > MARGIN_MS:
        # Not repeatable: an answer that is lost leaves claims nobody has, which become unknown.
        claimed = db.service_rpc("payouts_claim", {"rail": name, "max_rows": BATCH})
        if not claimed:
            break
        for data in claimed:
            payout = parse_payout(data)
            _record(db, payout, _ask(rail, payout), done)
    return asdict(done)


def _ask(rail: Rail, payout: Payout) -> Outcome:
    try:
        return rail.send(payout) if payout.state == "claimed" else rail.poll(payout)
    except Exception as error:
        logger.exception("payout without an answer", payout_id=payout.id)
        event = "lose" if payout.state == "claimed" else "poll"
        return Outcome(event, reason=type(error).__name__)


def _record(db: Database, payout: Payout, outcome: Outcome, done: Paid) -> None:
    params = {"outcome": {"id": payout.id, "version": payout.version, **asdict(outcome)}}
    # Repeatable: the version in it lets the second time change nothing.
    answer = db.service_rpc("payout_record", params, repeatable=True)
    counted = _COUNTED[outcome.event] if answer["recorded"] else "lost"
    setattr(done, counted, getattr(done, counted) + 1)


def parse_payout(data: Mapping[str, Any]) -> Payout:
    """A payout of service.payouts_claim. Raises KeyError, TypeError or ValueError."""
    names = ("created_at", "updated_at", "now")
    times = {name: datetime.fromisoformat(data[name]) for name in names}
    return Payout(**{**data, **times, "amount": Decimal(data["amount"])})
