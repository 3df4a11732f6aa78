"""Money on its way out over an outside rail: ordered, claimed, said to be paid, kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from tests.model.books import Entry, clearing
from tests.model.money import ZERO
from tests.model.operators import answered, has_part
from tests.model.things import Case, Escrow
from tests.model.world import DONE, Answer, Body, Verdict, World, has_key, refused

FIRST, AGAIN = timedelta(days=30), timedelta(days=14)
OPEN = ("created", "failed_final")
WORKED = ("created", "claimed", "submitted", "unknown")
# What a worker may say in each state, and where it leads.
SAID: dict[str, dict[str, str]] = {
    "claimed": {
        "submit": "submitted", "confirm": "confirmed", "fail": "failed_final",
        "postpone": "created", "lose": "unknown",
    },
    "submitted": {"poll": "submitted", "confirm": "confirmed", "fail": "failed_final"},
    "unknown": {
        "poll": "unknown", "submit": "submitted", "confirm": "confirmed", "fail": "failed_final",
    },
}  # fmt: skip
# Zero, precompiles and what else of the low addresses nobody has a key to.
NOBODYS = range(2**32)
WORDS = ("submit", "confirm", "fail", "postpone", "lose", "poll")


@dataclass
class Payment:
    """id: the model's own until the database has been seen."""

    id: UUID
    escrow: UUID
    escrow_version: int
    case_id: UUID | None
    kind: str
    rail: str
    party: UUID
    currency: str
    amount: Decimal
    ordered_at: datetime
    state: str = "created"
    version: int = 1
    attempt: int = 1
    tries: int = 0
    destination: str | None = None
    reference: str | None = None
    next_at: datetime | None = None
    deadline_at: datetime | None = None

    @property
    def card(self) -> bool:
        """Goes back to the card it came from."""
        return self.rail == "stripe" and self.kind in ("refund", "return")


def pay_out(
    world: World, escrow: Escrow, kind: str, party: UUID, code: str, amount: Decimal,
    *, version: int | None = None, case: UUID | None = None, reference: str | None = None,
) -> list[Entry]:  # fmt: skip
    """Entries that give money of an escrow to a party, and the payment that takes it there."""
    if amount == 0:
        return []
    escrow.account.gives(escrow, kind, code, amount)
    if escrow.rail == "internal":
        return [Entry(party, code, amount)]
    # What the party owes stays here, to be collected.
    owed = ZERO if kind == "rail_return" else min(world.books.owed(party, code), amount)
    entries = [Entry(party, code, owed)] if owed else []
    if owed == amount:
        return entries
    payment = Payment(
        uuid4(), escrow.id, version or escrow.version + 1, case, kind, escrow.rail, party, code,
        amount - owed, world.now, reference=reference,
    )  # fmt: skip
    world.payments[payment.id] = payment
    if kind == "rail_return":
        payment.state = "confirmed"
        return [clearing(code, amount)]
    if payment.card or (party, escrow.rail) in world.destinations:
        payment.next_at = world.now
    payment.deadline_at = world.now + FIRST
    return [*entries, Entry(party, code, payment.amount, "pending", hold=payment.id)]


def wait(tries: int) -> timedelta:
    return timedelta(seconds=min(10 * 2 ** min(tries, 12), 3600))


def keep(world: World, payment: Payment) -> None:
    """Nothing is sent: the money is the party's to use here."""
    _move(payment, "kept")
    payment.next_at = payment.deadline_at = None
    party, code, amount = payment.party, payment.currency, payment.amount
    world.books.post(
        [Entry(party, code, -amount, "pending", hold=payment.id), Entry(party, code, amount)]
    )


def _move(payment: Payment, state: str) -> None:
    payment.state, payment.version = state, payment.version + 1


def claim(world: World, rail: str) -> set[UUID]:
    """A worker takes on what is due; what it got."""
    taken = set()
    for payment in world.payments.values():
        due = payment.next_at is not None and payment.next_at <= world.now
        if payment.rail != rail or payment.state not in WORKED or not due:
            continue
        if payment.state == "created":
            if world.books.owed(payment.party, payment.currency):
                keep(world, payment)
                continue
            goes_to = None if payment.card else world.destinations.get((payment.party, rail))
            if goes_to is None or world.books.owes(payment.party):
                payment.next_at = world.now + wait(payment.tries + 6)
                payment.tries += 1
                continue
            _move(payment, "claimed")
            payment.destination, payment.reference, payment.tries = goes_to, None, 0
            payment.next_at, payment.deadline_at = world.now + timedelta(minutes=2), None
        else:
            _move(payment, "unknown" if payment.state == "claimed" else payment.state)
            payment.tries += 1
            payment.next_at = world.now + wait(payment.tries)
        taken.add(payment.id)
    return taken


def record(world: World, body: Body) -> Answer | None:
    """What a worker says became of a payment; None: there is no such move."""
    payment = world.payments.get(UUID(body["id"]))
    event = body["event"]
    if payment is None or event not in WORDS:
        return None
    if payment.version != body["version"]:
        return {"recorded": False, "state": payment.state}
    to = SAID.get(payment.state, {}).get(event)
    if to is None:
        return None
    before = payment.tries
    _move(payment, to)
    payment.reference = body.get("provider_reference") or payment.reference
    payment.tries = 0 if event in ("submit", "lose") else before + (event in ("postpone", "poll"))
    payment.next_at = world.now + wait(before) if event not in ("confirm", "fail") else None
    payment.deadline_at = {
        "fail": world.now + AGAIN, "postpone": payment.ordered_at + FIRST,
    }.get(event)  # fmt: skip
    if event == "confirm":
        party, code, amount = payment.party, payment.currency, payment.amount
        world.books.post(
            [Entry(party, code, -amount, "pending", hold=payment.id), clearing(code, amount)]
        )
    elif event == "fail":
        case = Case(uuid4(), payment.escrow, "payout", None, world.now + AGAIN, payment.amount)
        case.event, case.currency = f"{payment.id}:{payment.attempt}", payment.currency
        world.cases[case.id] = case
    return {"recorded": True, "state": payment.state, "version": payment.version}


def expire(world: World) -> int:
    over = [p for p in world.payments.values() if p.deadline_at and p.deadline_at <= world.now]
    for payment in over:
        keep(world, payment)
    return len(over)


def validate_retry(world: World, body: Body) -> Verdict:
    return _validate(world, body, ("failed_final",), by_staff=True)


def validate_keep(world: World, body: Body) -> Verdict:
    return _validate(world, body, OPEN, by_staff=False)


def _validate(world: World, body: Body, states: tuple[str, ...], *, by_staff: bool) -> Verdict:
    if not has_key(body):
        return refused("idempotency_key_required")
    payment, actor = world.payments.get(body["payout_id"]), body["actor_id"]
    staff = actor in world.people.staff("operator")
    mine = payment is not None and world.people.acts_for(actor, payment.party)
    if payment is None or not (mine or staff):
        return refused("payout_not_found")
    if body["aal"] != "aal2":
        return refused("step_up_required")
    known = world.known(actor, body)
    if known is not None:
        return known
    if not mine and has_part(world, body, payment.party):
        return refused("not_your_move")
    may = payment.state in states and (mine or by_staff)
    return DONE if may else refused("illegal_move")


def apply_retry(world: World, body: Body, given: Answer) -> Answer:
    payment = world.payments[body["payout_id"]]
    _move(payment, "created")
    payment.attempt, payment.tries = payment.attempt + 1, 0
    payment.destination = payment.reference = None
    payment.next_at, payment.deadline_at = world.now, world.now + FIRST
    payment.ordered_at = world.now
    answer: dict[str, Any] = {
        "payout_id": payment.id, "state": "created", "attempt": payment.attempt,
    }  # fmt: skip
    return answered(world, body, answer)


def apply_keep(world: World, body: Body, given: Answer) -> Answer:
    payment = world.payments[body["payout_id"]]
    keep(world, payment)
    return answered(world, body, {"payout_id": payment.id, "state": "kept"})


def validate_destination(world: World, body: Body) -> Verdict:
    if not has_key(body):
        return refused("idempotency_key_required")
    if not world.people.acts_for(body["actor_id"], body["party_id"]):
        return refused("not_your_move")
    if body["aal"] != "aal2":
        return refused("step_up_required")
    known = world.known(body["actor_id"], body)
    if known is not None:
        return known
    if not body["address"].startswith("0x"):
        return refused("bad_address")
    return refused("bad_destination") if int(body["address"], 16) in NOBODYS else DONE


def apply_destination(world: World, body: Body, given: Answer) -> Answer:
    party, rail = body["party_id"], body["rail"]
    world.destinations[party, rail] = body["address"]
    for payment in world.payments.values():
        if (payment.party, payment.rail, payment.state) == (party, rail, "created"):
            payment.next_at, payment.tries = world.now, 0
    answer = {
        "destination_id": UUID(given["destination_id"]), "party_id": party, "rail": rail,
        "address": body["address"], "currency": None, "default_from": world.now,
        # Named again it is the one that it was.
        "usable_from": world.named.setdefault((party, rail, body["address"].lower()), world.now),
    }  # fmt: skip
    return answered(world, body, answer)
