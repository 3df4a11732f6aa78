"""Everything the model knows, and what is common to all commands."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tests.model.books import Books
from tests.model.people import People
from tests.model.things import Case, Escrow, Order, Transfer

if TYPE_CHECKING:
    from tests.model.halts import Halt, Request
    from tests.model.payments import Payment

# One command of the service schema: the names and values of its JSON, as Python values.
Body = dict[str, Any]
Answer = dict[str, Any]


@dataclass(frozen=True)
class Verdict:
    """What must become of a command.

    faults: codes of which the refusal must be one; none: it must be done.
    replay: the answer given to this key before.
    """

    faults: frozenset[str] = frozenset()
    replay: Answer | None = None


DONE = Verdict()


def refused(*codes: str) -> Verdict:
    return Verdict(frozenset(codes))


def refusals(**wrong: bool) -> Verdict:
    """Refused with one of the codes that apply, or done."""
    return refused(*(code for code, is_so in wrong.items() if is_so))


@dataclass
class World:
    now: datetime
    people: People
    books: Books = field(default_factory=Books)
    orders: dict[UUID, Order] = field(default_factory=dict)
    escrows: dict[UUID, Escrow] = field(default_factory=dict)
    cases: dict[UUID, Case] = field(default_factory=dict)
    transfers: dict[UUID, Transfer] = field(default_factory=dict)
    booked: dict[UUID, tuple[str, str, str]] = field(default_factory=dict)
    stored: dict[tuple[UUID, str], tuple[str, Answer]] = field(default_factory=dict)
    rail_events: dict[str, UUID] = field(default_factory=dict)
    payments: "dict[UUID, Payment]" = field(default_factory=dict)
    # Where a party wants its money on a rail.
    destinations: dict[tuple[UUID, str], str] = field(default_factory=dict)
    named: dict[tuple[UUID, str, str], datetime] = field(default_factory=dict)
    # What operators have halted, and what one asks another to confirm.
    halts: "dict[UUID, Halt]" = field(default_factory=dict)
    requests: "dict[UUID, Request]" = field(default_factory=dict)

    def impartial(self, user: UUID, payer: UUID, payee: UUID) -> bool:
        """An arbiter without any part in either side, or a trade with one."""
        mine = {user, *(c for c in self.people.companies if self.people.belongs_to(user, c))}
        sides = {payer, payee}
        traded = any(
            (one.payer in mine and one.payee in sides) or (one.payee in mine and one.payer in sides)
            for one in self.escrows.values()
        )
        return self.people.impartial(user, payer, payee) and not traded

    def known(self, owner: UUID | None, body: Body) -> Verdict | None:
        """The verdict on a key that was used before; None for a new one."""
        key = body.get("idempotency_key")
        before = self.stored.get((owner, key)) if owner is not None and key is not None else None
        if before is None:
            return None
        if before[0] != body.get("request_hash"):
            return refused("idempotency_key_reused")
        return Verdict(replay=before[1])

    def store(self, owner: UUID, body: Body, answer: Answer) -> None:
        if body.get("idempotency_key") is not None:
            self.stored[owner, body["idempotency_key"]] = (body["request_hash"], answer)


def has_key(body: Body) -> bool:
    return body.get("idempotency_key") is not None and body.get("request_hash") is not None
