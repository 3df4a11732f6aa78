"""Random decisions about escrows: mostly right ones, some wrong in one way."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from random import Random
from uuid import UUID, uuid4

from tests.model.apply import due
from tests.model.money import unit
from tests.model.moves import EVENTS, MOVES
from tests.model.proposal import clocks, payload, settlement
from tests.model.things import Escrow
from tests.model.world import Body, World

RIGHT_EVENT, RIGHT_ACTOR, UNTOUCHED = 0.85, 0.9, 0.8
SELDOM = {
    "freeze": 0.1, "concede": 0.1, "accept": 0.2, "cancel": 0.1, "return_funds": 0.2,
    "accept_split": 0.4, "evidence": 0.5, "rail_return": 0.1, "rail_void": 0.3, "rail_dispute": 0.2,
    "rail_restore": 0.5,
}  # fmt: skip
OFTEN = {
    "dispute": 2.0, "acknowledge": 4.0, "decide": 4.0, "propose_decision": 4.0, "appeal": 4.0,
    "statement": 3.0, "statement_reply": 3.0, "sign": 3.0, "countersign": 3.0, "perform": 2.0,
    "fund": 2.0, "funds_confirmed": 2.0, "funds_mismatch": 2.0, "approve_decision": 3.0,
}  # fmt: skip


def weight(world: World, escrow: Escrow, event: str) -> float:
    if escrow.frozen_at is not None:
        return {"unfreeze": 6.0, "freeze": 2.0}.get(event, 0.5)
    if event == "unfreeze":
        return 0.1
    if event.startswith("timeout_"):
        return 4.0 if escrow.id in due(world) else 0.1
    return SELDOM.get(event, OFTEN.get(event, 1.0))


def pick_event(world: World, random: Random, escrow: Escrow) -> str:
    legal = list(MOVES.get((escrow.state, escrow.phase), ()))
    if not legal or random.random() > RIGHT_EVENT:
        return random.choice(EVENTS)
    weights = [weight(world, escrow, event) for event in legal]
    return random.choices(legal, weights)[0]


def pick_actor(
    world: World, random: Random, escrow: Escrow, event: str
) -> tuple[str, UUID | None, str]:
    """Kind, user and part of who moves; often who may."""
    move = MOVES.get((escrow.state, escrow.phase), {}).get(event)
    if move is None or random.random() > RIGHT_ACTOR:
        kind = random.choice(["user"] * 5 + ["timer", "rail", "system"])
        user = random.choice(world.people.users)
        return kind, user if kind == "user" else None, "payer"
    role = random.choice(sorted(move.actors))
    return (*person(world, random, escrow, role), role)


def person(world: World, random: Random, escrow: Escrow, role: str) -> tuple[str, UUID | None]:
    """Somebody who has a part in an escrow."""
    people = world.people
    if role in ("payer", "payee"):
        party = escrow.payer if role == "payer" else escrow.payee
        able = [user for user in people.users if people.acts_for(user, party)]
    elif role == "arbiter":
        able = [escrow.dispute.arbiter] if escrow.dispute.arbiter else people.staff("arbiter")
    elif role == "second_arbiter":
        able = [user for user in people.staff("arbiter") if user != escrow.dispute.arbiter]
    elif role == "operator":
        able = people.staff("operator")
    else:
        return role, None
    return "user", random.choice(able)


def decision(world: World, random: Random, escrow: Escrow) -> Body:
    """A decision about an escrow, ready to be committed."""
    event = pick_event(world, random, escrow)
    kind, user, role = pick_actor(world, random, escrow, event)
    d = rightful(world, random, escrow, event, kind, user, role)
    if random.random() > UNTOUCHED:
        random.choice(FLAWS)(random, d, escrow)
    return d


def rightful(
    world: World, random: Random, escrow: Escrow,
    event: str, kind: str, user: UUID | None, role: str,
) -> Body:  # fmt: skip
    """The decision as a function would send it."""
    deadline, end = clocks(world, escrow, event)
    d: Body = {
        "escrow_id": escrow.id, "expected_version": escrow.version, "event": event,
        "actor_kind": kind, "actor_id": user, "aal": "aal1" if random.random() < 0.1 else "aal2",
        "idempotency_key": uuid4().hex if kind == "user" else None,
        "request_hash": uuid4().hex if kind == "user" else None,
        "deadline_at": deadline, "expires_at": end,
        "payload": payload(world, random, escrow, event, role),
    }  # fmt: skip
    d |= settlement(world, random, escrow, event, role)
    if event == "accept" and random.random() < 0.3:
        d["payload"] = {"confirm": False}
    if event == "offer_split" and random.random() < 0.3:
        end = world.now + timedelta(minutes=random.choice([1, 60, 60 * 48]))
        d["payload"] = d["payload"] | {"offer_expires_at": end}
    return d


def _stale(random: Random, d: Body, escrow: Escrow) -> None:
    d["expected_version"] = random.choice([escrow.version - 1, escrow.version + 1, None, 0])


def _no_key(random: Random, d: Body, escrow: Escrow) -> None:
    d[random.choice(["idempotency_key", "request_hash"])] = None


def _parts_off(random: Random, d: Body, escrow: Escrow) -> None:
    one = unit(escrow.currency)
    names = random.sample(["payer_amount", "payee_amount", "fee_amount"], 2)
    for name, shift in zip(names, random.choice([(one, -one), (one, Decimal(0))]), strict=True):
        d[name] = (d.get(name) or Decimal(0)) + shift


def _parts_turned(random: Random, d: Body, escrow: Escrow) -> None:
    d["payer_amount"], d["payee_amount"] = d.get("payee_amount"), d.get("payer_amount")


def _no_parts(random: Random, d: Body, escrow: Escrow) -> None:
    d["fee_amount"] = None


def _clock_off(random: Random, d: Body, escrow: Escrow) -> None:
    if d.get("expires_at") is not None:
        choice = random.choice(["none", "past", "before"])
        if choice == "none":
            d["expires_at"] = None
        elif choice == "past":
            d["deadline_at"] = d["expires_at"] = escrow.expires_at
        else:
            d["expires_at"] = d["deadline_at"] - timedelta(seconds=1)


def _payload_off(random: Random, d: Body, escrow: Escrow) -> None:
    blanks = {
        "reason": random.choice(["", "silence", "paid"]), "terms_hash": "0" * 64,
        "offer_id": UUID(int=7), "sha256": "short",
        "grounds": "short", "arbiter_id": UUID(int=7), "currency": "LTC", "provider_time": None,
        "reference": "",
    }  # fmt: skip
    given = {**d["payload"]}
    for name in random.sample(sorted(given), min(1, len(given))):
        if name in blanks:
            given[name] = blanks[name]
        elif isinstance(given[name], Decimal):
            one = unit(escrow.currency)
            given[name] += random.choice([one, -one, one / 10, escrow.amount])
    d["payload"] = given


def _weak(random: Random, d: Body, escrow: Escrow) -> None:
    d["aal"] = random.choice(["aal1", None])


FLAWS_OF_PAYLOAD = _payload_off
FLAWS: tuple[Callable[[Random, Body, Escrow], None], ...] = (
    _stale, _no_key, _parts_off, _parts_turned, _no_parts, _clock_off, _payload_off,
    _payload_off, _weak,
)  # fmt: skip
