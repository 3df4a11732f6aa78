"""Random commands that are not decisions about a running escrow."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, TypeVar
from uuid import UUID, uuid4

from tests.model.money import ZERO, unit
from tests.model.policy import P2P, POLICIES
from tests.model.things import Escrow
from tests.model.world import Body, World

T = TypeVar("T")
CRYPTO = ("BTC", "USDT_TRON")


def keyed(random: Random, body: Body) -> Body:
    """Under a new key; now and then without one."""
    key: Body = {"idempotency_key": uuid4().hex, "request_hash": uuid4().hex}
    if random.random() < 0.02:
        key[random.choice(sorted(key))] = None
    return body | key


def one_of(random: Random, known: dict[UUID, T]) -> UUID:
    """Something known; now and then something unknown."""
    return random.choice(list(known)) if known and random.random() < 0.98 else UUID(int=9)


def move_external(world: World, random: Random) -> Body:
    code = random.choice(CRYPTO)
    amount = random.choice([Decimal(1), Decimal(3), Decimal("0.5"), unit(code), unit(code) * 12345])
    if random.random() < 0.05:
        amount = random.choice([ZERO, -amount, unit(code) / 10])
    actor = random.choice(world.people.staff("operator"))
    if random.random() < 0.05:
        actor = random.choice(world.people.users)
    return keyed(random, {
        "kind": "deposit" if random.random() < 0.7 else "withdrawal",
        "party_id": random.choice([*world.people.parties, *world.people.users[:4]]),
        "currency": code, "amount": amount, "memo": "", "actor_id": actor,
        "reference": _reference(world, random),
        "aal": "aal1" if random.random() < 0.05 else "aal2",
    })  # fmt: skip


def _reference(world: World, random: Random) -> str:
    """Of a transfer of its own; now and then one that is booked, as somebody else would type it."""
    if world.booked and random.random() < 0.05:
        key = random.choice(list(world.booked.values()))[2].lower()
        return f" {key[:6]}-{key[6:]}"
    return f"{random.getrandbits(128):x}"


def reverse(world: World, random: Random) -> Body:
    known: dict[UUID, Any] = {**(world.transfers if random.random() < 0.9 else world.escrows)}
    return keyed(random, {
        "transfer_id": one_of(random, known),
        "reason": "a mistake" if random.random() < 0.95 else "",
        "actor_id": random.choice(world.people.staff("operator")), "aal": "aal2",
    })  # fmt: skip


def opening(world: World, random: Random) -> Body:
    """An agreement between two parties of whom nobody acts for both."""
    acts_for = world.people.acts_for
    payer, payee = random.sample([*world.people.users[:4], *world.people.companies], 2)
    if any(acts_for(user, payer) and acts_for(user, payee) for user in world.people.users):
        return opening(world, random)
    code = random.choice(CRYPTO)
    amount = random.choice([Decimal("0.3"), Decimal("0.30000001"), Decimal(1), unit(code) * 777])
    amount -= amount % unit(code)
    policy = random.choice([name for name in POLICIES if name != P2P.id])
    return {
        "payer_id": payer, "payee_id": payee, "policy_id": policy,
        "rail": random.choice(["internal", "base"]),
        "currency": code, "amount": amount, "terms_hash": f"{random.getrandbits(256):064x}",
    }  # fmt: skip


def claim(world: World, random: Random) -> Body:
    ended = {key: escrow for key, escrow in world.escrows.items() if escrow.closed}
    escrow_id = one_of(random, ended if random.random() < 0.9 else world.escrows)
    escrow = world.escrows.get(escrow_id)
    actor = random.choice(world.people.users)
    if escrow is not None and random.random() < 0.9:
        party = random.choice([escrow.payer, escrow.payee])
        able = [user for user in world.people.users if world.people.acts_for(user, party)]
        actor = random.choice(able)
    reason = "" if random.random() < 0.05 else "fraud"
    return keyed(random, {"escrow_id": escrow_id, "actor_id": actor, "reason": reason})


def rail_case(world: World, random: Random) -> Body:
    escrow_id = one_of(random, world.escrows)
    escrow = world.escrows.get(escrow_id)
    kind = random.choice(["late_funds", "rail_reversal", "rail_reversal", "discrepancy"])
    code = escrow.currency if escrow and random.random() < 0.95 else random.choice(CRYPTO)
    amount = random.choice([Decimal("0.25"), Decimal(1), Decimal("0.001"), Decimal(3)])
    if kind == "discrepancy" and random.random() < 0.5:
        amount = -amount
    if escrow and kind == "rail_reversal":
        amount = random.choice([escrow.amount, escrow.amount, unit(code), escrow.amount * 1000])
        amount -= amount % unit(code)
    return {
        "escrow_id": escrow_id, "kind": kind, "amount": amount, "currency": code,
        "due_by": random.choice([None, world.now + timedelta(days=9)]),
        "provider_event_id": f"evt_{world.people.users[0]}_{random.randint(0, 30)}",
    }  # fmt: skip


def outcome(world: World, random: Random) -> Body:
    reversals = {key: case for key, case in world.cases.items() if case.kind == "rail_reversal"}
    known = reversals if random.random() < 0.9 else world.cases
    return {
        "case_id": one_of(random, known),
        "amount": random.choice([None, None, Decimal("0.25"), Decimal("1.5"), ZERO]),
        "event": random.choice(["reversal_won", "reversal_won", "reversal_lost"]),
    }


def payout_command(world: World, random: Random) -> Body:
    payout_id = one_of(random, world.payments)
    payment = world.payments.get(payout_id)
    actor = random.choice([*world.people.users, *world.people.staff("operator")])
    if payment is not None and random.random() < 0.8:
        able = [user for user in world.people.users if world.people.acts_for(user, payment.party)]
        actor = random.choice(able)
    aal = "aal1" if random.random() < 0.05 else "aal2"
    return keyed(random, {"payout_id": payout_id, "actor_id": actor, "aal": aal})


def destination(world: World, random: Random) -> Body:
    party = random.choice([*world.people.users[:4], *world.people.companies])
    able = [user for user in world.people.users if world.people.acts_for(user, party)]
    actor = random.choice(able if random.random() < 0.9 else world.people.users)
    address = f"0x{random.getrandbits(159) + 1:040x}" if random.random() < 0.9 else "acct_1"
    return keyed(random, {
        "party_id": party, "rail": "base", "address": address, "actor_id": actor,
        "aal": "aal1" if random.random() < 0.05 else "aal2",
    })  # fmt: skip


def close_case(world: World, random: Random) -> Body:
    amount = random.choice([None, ZERO, Decimal("0.001"), Decimal("0.25"), Decimal(5)])
    return keyed(random, {
        "case_id": one_of(random, world.cases), "event": random.choice(["uphold", "dismiss"]),
        "amount": amount, "resolution": "seen", "aal": "aal2",
        "actor_id": random.choice(world.people.staff("operator")),
    })  # fmt: skip


def moment(world: World, random: Random) -> datetime:
    """A later time, often exactly one at which something changes."""
    if random.random() < 0.6:
        return world.now + timedelta(seconds=random.choice([0.001, 1, 30, 60, 300, 900, 7200]))
    times = [
        time
        for escrow in world.escrows.values()
        for time in (escrow.deadline_at, escrow.expires_at, escrow.claim_until, *_waits(escrow))
        if time is not None and time > world.now
    ]
    times += [
        time
        for payment in world.payments.values()
        for time in (payment.next_at, payment.deadline_at)
        if time is not None and time > world.now
    ]
    times += [order.expires_at for order in world.orders.values() if order.expires_at > world.now]
    if not times:
        return world.now + timedelta(minutes=1)
    shift = random.choice([0, 0, 1, -1])
    # Near times mostly: a leap ends many stories at once.
    return sorted(times)[int(min(random.expovariate(0.8), len(times) - 1))] + timedelta(
        microseconds=shift
    )


def _waits(escrow: Escrow) -> list[datetime]:
    waits = [offer.expires_at for offer in escrow.offers if offer.status == "open"]
    if escrow.performed_at is not None:
        waits.append(escrow.performed_at + escrow.policy.payee_dispute_wait)
    return waits


Chooser = Callable[[World, Random], Body]
