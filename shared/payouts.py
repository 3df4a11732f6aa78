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
class Payment:
    """A row of settlement_instructions that this worker has claimed.

    state: claimed (send it, once), submitted or unknown (ask what became of it). amount: in units
    of currency. destination: frozen. funding_reference: of the payment that funded the escrow, on
    the card rail. now: by the database's clock, at the claim.
    """

    id: str
    escrow_id: str
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
    funding_reference: str | None
    created_at: datetime
    updated_at: datetime
    now: datetime

    @property
    def key(self) -> str:
        """Names this claim at the rail: the same however often it is sent."""
        return f"payout:{self.id}:{self.claims}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rail says of a payment, as service.payout_record takes it.

    event: submit (it has it), confirm (paid), fail (provably not paid, for good), postpone
    (provably not sent, later again), lose (no answer), look (not final yet). next_in: seconds.
    """

    event: str
    provider_reference: str | None = None
    reason: str = ""
    next_in: int | None = None


class Rail(Protocol):
    """The way out. Both methods may raise: then nobody knows what happened."""

    def send(self, payment: Payment) -> Outcome:
        """Pay, with payment.key."""

    def look(self, payment: Payment) -> Outcome:
        """Say what became of a payment that was or may have been sent."""


@dataclass(slots=True)
class Paid:
    """Payments by what was recorded; lost: another worker had moved it."""

    confirmed: int = 0
    submitted: int = 0
    failed: int = 0
    postponed: int = 0
    unknown: int = 0
    looked: int = 0
    lost: int = 0


_COUNTED = {
    "confirm": "confirmed",
    "submit": "submitted",
    "fail": "failed",
    "postpone": "postponed",
    "lose": "unknown",
    "look": "looked",
}


def pay(db: Database, name: str, rail: Rail, context: Any) -> dict[str, int]:
    """Take on payments of a rail until none is due or the time of the function is nearly over.

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
            payment = parse_payment(data)
            _record(db, payment, _ask(rail, payment), done)
    return asdict(done)


def _ask(rail: Rail, payment: Payment) -> Outcome:
    try:
        return rail.send(payment) if payment.state == "claimed" else rail.look(payment)
    except Exception as error:
        logger.exception("payment without an answer", payout_id=payment.id)
        event = "lose" if payment.state == "claimed" else "look"
        return Outcome(event, reason=type(error).__name__)


def _record(db: Database, payment: Payment, outcome: Outcome, done: Paid) -> None:
    params = {"outcome": {"id": payment.id, "version": payment.version, **asdict(outcome)}}
    # Repeatable: the version in it lets the second time change nothing.
    answer = db.service_rpc("payout_record", params, repeatable=True)
    counted = _COUNTED[outcome.event] if answer["recorded"] else "lost"
    setattr(done, counted, getattr(done, counted) + 1)


def parse_payment(data: Mapping[str, Any]) -> Payment:
    """A payment of service.payouts_claim. Raises KeyError, TypeError or ValueError."""
    names = ("created_at", "updated_at", "now")
    times = {name: datetime.fromisoformat(data[name]) for name in names}
    return Payment(**{**data, **times, "amount": Decimal(data["amount"])})
