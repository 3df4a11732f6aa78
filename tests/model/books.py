"""Wallets and holds: the money of the model."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from tests.model.money import ZERO
from tests.model.people import OUTSIDE, PLATFORM


class Uncovered(Exception):
    """A wallet does not hold enough."""


@dataclass(frozen=True)
class Entry:
    """One signed part of a transfer. bucket: available, pending or locked; hold: what for."""

    party: UUID
    currency: str
    amount: Decimal
    bucket: str = "available"
    type: str = "spot"
    hold: UUID | None = None


@dataclass
class Debt:
    """What a party bears of a reversal; open as long as it has not been taken from it."""

    party: UUID
    case: UUID
    currency: str
    amount: Decimal
    recovered: Decimal = ZERO
    cancelled: Decimal = ZERO

    @property
    def left(self) -> Decimal:
        return self.amount - self.recovered - self.cancelled


Bucket = tuple[UUID, str, str, str]  # party, currency, type, bucket


@dataclass
class Books:
    """Every balance. Wallets of the type spot may not go below zero."""

    balances: dict[Bucket, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    holds: dict[tuple[UUID, UUID, str, str], Decimal] = field(
        default_factory=lambda: defaultdict(lambda: ZERO)
    )
    debts: list[Debt] = field(default_factory=list)

    def owed(self, party: UUID, currency: str) -> Decimal:
        """What a party owes in a currency."""
        mine = (d.left for d in self.debts if (d.party, d.currency) == (party, currency))
        return sum(mine, ZERO)

    def owes(self, party: UUID) -> bool:
        """Whether a party owes anything."""
        return any(debt.left for debt in self.debts if debt.party == party)

    def available(self, party: UUID, currency: str) -> Decimal:
        return self.balances[party, currency, "spot", "available"]

    def held(self, reference: UUID, currency: str, bucket: str) -> Decimal:
        """What is kept back for one reason, whoever's it is."""
        return sum(
            (
                amount
                for (hold, _, code, where), amount in self.holds.items()
                if (hold, code, where) == (reference, currency, bucket)
            ),
            ZERO,
        )

    def covers(self, entries: Iterable[Entry]) -> bool:
        """Whether a transfer leaves no spot balance below zero."""
        change: dict[Bucket, Decimal] = defaultdict(lambda: ZERO)
        for entry in entries:
            if entry.type == "spot":
                change[entry.party, entry.currency, entry.type, entry.bucket] += entry.amount
        return all(self.balances[bucket] + amount >= 0 for bucket, amount in change.items())

    def post(self, entries: Iterable[Entry]) -> None:
        """Move money. Raises Uncovered; a sum that is not zero is a mistake of the model."""
        listed = list(entries)
        totals: dict[str, Decimal] = defaultdict(lambda: ZERO)
        for entry in listed:
            totals[entry.currency] += entry.amount
        assert not any(totals.values()), "the model makes or loses money"
        if not self.covers(listed):
            raise Uncovered
        for entry in listed:
            self.balances[entry.party, entry.currency, entry.type, entry.bucket] += entry.amount
            if entry.hold is not None:
                self.holds[entry.hold, entry.party, entry.currency, entry.bucket] += entry.amount
        self.collect()

    def collect(self) -> None:
        """Nobody who owes has anything available: the oldest debt is paid first."""
        for debt in self.debts:
            key = (debt.party, debt.currency, "spot", "available")
            part = min(debt.left, self.balances[key])
            debt.recovered += part
            self.balances[key] -= part
            self.balances[PLATFORM, debt.currency, "receivables", "available"] += part


def moved(
    party: UUID, currency: str, amount: Decimal, source: UUID | None, target: UUID | None
) -> list[Entry]:
    """Money of one party that changes what it is kept for; None: for nothing, available."""
    return [
        Entry(party, currency, -amount, "locked" if source else "available", hold=source),
        Entry(party, currency, amount, "locked" if target else "available", hold=target),
    ]


def clearing(currency: str, amount: Decimal) -> Entry:
    """What the outside world gives (negative) or gets."""
    return Entry(OUTSIDE, currency, amount, type="clearing")


def fees(currency: str, amount: Decimal) -> Entry:
    return Entry(PLATFORM, currency, amount, type="fees")


def receivables(currency: str, amount: Decimal) -> Entry:
    return Entry(PLATFORM, currency, amount, type="receivables")


def losses(currency: str, amount: Decimal) -> Entry:
    return Entry(PLATFORM, currency, amount, type="losses")
