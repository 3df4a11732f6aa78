"""Orders, escrows and what hangs on them, as the model remembers them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from tests.model.money import ZERO
from tests.model.moves import TERMINAL
from tests.model.policy import METHODS, Policy


@dataclass
class Order:
    id: UUID
    maker: UUID
    side: str
    currency: str
    fiat: str
    amount: Decimal
    price: Decimal
    smallest: Decimal
    largest: Decimal
    methods: tuple[str, ...]
    minutes: int | None
    expires_at: datetime
    status: str = "draft"
    version: int = 1
    remaining: Decimal = ZERO
    reserved: Decimal = ZERO
    settled: Decimal = ZERO
    withdrawn: Decimal = ZERO
    completed: int = 0
    # Trades that ended in one transaction may be one move of the order or several.
    may_skip: int = 0

    @property
    def listed(self) -> bool:
        """Published and not closed, if perhaps paused."""
        return self.status in ("active", "paused")

    def pay_within(self, method: str) -> timedelta:
        """Time a buyer has to pay by a method."""
        return METHODS[method].pay if self.minutes is None else timedelta(minutes=self.minutes)


@dataclass
class Offer:
    id: UUID | None
    kind: str
    author: str
    payee_amount: Decimal | None
    state_version: int
    expires_at: datetime
    status: str = "open"


# Owner, longest time, and what happens then.
HOLD_KINDS = {
    "operator": ("operator", timedelta(days=30), "lift"),
    "chargeback": ("rail", timedelta(days=240), "stand"),
    "inquiry": ("rail", timedelta(days=60), "lift"),
    "screening": ("system", timedelta(days=14), "lift"),
    "outage": ("system", timedelta(days=7), "lift"),
}


@dataclass
class Hold:
    """One reason to hold an escrow."""

    id: UUID | None
    kind: str
    reference: str
    amount: Decimal | None
    opened_version: int
    ends_at: datetime
    closed_version: int | None = None
    closed_event: str | None = None

    @property
    def owner(self) -> str:
        return HOLD_KINDS[self.kind][0]

    @property
    def stands(self) -> bool:
        return HOLD_KINDS[self.kind][2] == "stand"


@dataclass
class Dispute:
    id: UUID | None
    raised_by: UUID | None
    level: int = 1
    arbiter: UUID | None = None
    asked: list[UUID] = field(default_factory=list)
    asked_at: list[datetime] = field(default_factory=list)
    # Whoever decided or approved at an earlier level.
    decided_by: list[UUID | None] = field(default_factory=list)
    reassignments: int = 0
    appellant: str | None = None
    accepted_by: list[str] = field(default_factory=list)
    award: Decimal | None = None
    first_award: Decimal | None = None
    proposal: Decimal | None = None
    statements: list[str] = field(default_factory=list)
    evidence: list[tuple[str, str]] = field(default_factory=list)
    decisions: int = 0
    # What was decided at each level, before a rail took anything of it.
    rulings: dict[int, Decimal] = field(default_factory=dict)
    pending: bool = True
    # Arbiters of whom the last one asked may be any; empty: exactly `arbiter`.
    any_of: frozenset[UUID] = frozenset()


@dataclass
class Account:
    """The money of an escrow on an outside rail, in its currency: what came in, what went where."""

    came_in: Decimal = ZERO
    to_payer: Decimal = ZERO
    to_payee: Decimal = ZERO
    fee: Decimal = ZERO
    rail_took: Decimal = ZERO
    by_payer: Decimal = ZERO
    by_payee: Decimal = ZERO
    by_fee: Decimal = ZERO
    lost: Decimal = ZERO

    def gives(self, escrow: "Escrow", kind: str, code: str, amount: Decimal) -> None:
        if code != escrow.currency or kind == "reinstate":
            return
        name = {"release": "to_payee", "rail_return": "rail_took"}.get(kind, "to_payer")
        setattr(self, name, getattr(self, name) + amount)

    @property
    def whole(self) -> bool:
        """Law 14, and that nobody bears more than it was paid."""
        kept = (
            self.to_payer - self.by_payer + self.to_payee - self.by_payee + self.fee - self.by_fee
        )
        return kept + self.rail_took - self.lost <= self.came_in and (
            self.by_payer <= self.to_payer
            and self.by_payee <= self.to_payee
            and self.by_fee <= self.fee
        )


@dataclass
class Escrow:
    id: UUID
    product: str
    policy: Policy
    payer: UUID
    payee: UUID
    currency: str
    amount: Decimal
    perform: timedelta
    accept: timedelta
    state: str
    deadline_at: datetime | None
    expires_at: datetime | None
    terms_hash: str | None = None
    rail: str = "internal"
    order: UUID | None = None
    phase: str = ""
    version: int = 1
    state_version: int = 1
    frozen_at: datetime | None = None
    taken: Decimal = ZERO
    # Of each of the rail's names, what it has taken and not given back.
    taken_for: dict[str, Decimal] = field(default_factory=dict)
    # By currency what the rail brought; by name and currency what it took back, less what it gave
    # back; by sign and currency what fits nothing.
    rail_in: dict[str, Decimal] = field(default_factory=dict)
    rail_out: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    rail_odd: dict[tuple[bool, str], Decimal] = field(default_factory=dict)
    performed_at: datetime | None = None
    revisions: int = 0
    signed_by: list[str] = field(default_factory=list)
    payer_amount: Decimal | None = None
    payee_amount: Decimal | None = None
    fee_amount: Decimal | None = None
    claim_until: datetime | None = None
    trade_status: str | None = None
    ended_as: str | None = None
    given_up_by: UUID | None = None
    offers: list[Offer] = field(default_factory=list)
    disputes: list[Dispute] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    claims: set[UUID] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    account: Account = field(default_factory=Account)
    claimed: Decimal = ZERO

    @property
    def closed(self) -> bool:
        return self.state in TERMINAL

    @property
    def live(self) -> bool:
        return not self.closed

    @property
    def dispute(self) -> Dispute:
        """The pending dispute."""
        return next(dispute for dispute in self.disputes if dispute.pending)

    @property
    def open_holds(self) -> list[Hold]:
        """The reasons that hold it, those that end first first."""
        still = [hold for hold in self.holds if hold.closed_version is None]
        return sorted(still, key=lambda hold: (hold.ends_at, hold.id or UUID(int=0)))

    def lapsed_hold(self, now: datetime) -> Hold | None:
        """A reason that has had its longest time."""
        return next((hold for hold in self.open_holds if hold.ends_at <= now), None)

    def open_offer(self, author: str, kind: str, now: datetime) -> Offer | None:
        """The standing offer of a side: open, of this state, not run out."""
        for offer in self.offers:
            if (offer.author, offer.kind, offer.status) == (author, kind, "open"):
                fresh = offer.state_version == self.state_version and offer.expires_at > now
                return offer if fresh else None
        return None


@dataclass
class Case:
    id: UUID
    escrow: UUID
    kind: str
    raised_by: UUID | None
    deadline_at: datetime | None
    amount: Decimal | None = None
    paid_amount: Decimal | None = None
    state: str = "review"
    last_event: str | None = None
    currency: str | None = None
    # The rail's, of cases that no command answers with: refused payments, discrepancies.
    event: str | None = None
    fee_amount: Decimal = ZERO
    loss_amount: Decimal = ZERO


@dataclass
class Transfer:
    """A deposit or withdrawal, which an operator may undo."""

    id: UUID
    kind: str
    party: UUID
    currency: str
    amount: Decimal
    reversed: bool = False
