"""Pairs that operators halt: one does it, two let it go on, each halt with an end of its own."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from tests.model.choose import CRYPTO, keyed, one_of
from tests.model.operators import answered, not_operator
from tests.model.things import Order
from tests.model.world import DONE, Answer, Body, Verdict, World, refused

FIAT = ("USD", "IDR")
CONFIRM_WITHIN = timedelta(days=3)


@dataclass
class Halt:
    """One operator's reason for which nothing new begins in a pair."""

    id: UUID
    pair: str
    ends_at: datetime | None
    lifted: bool = False

    def stands(self, now: datetime) -> bool:
        return not self.lifted and (self.ends_at is None or self.ends_at > now)


@dataclass
class Request:
    """What one operator has asked for, and another may confirm: to lift a halt."""

    halt: UUID
    asked_by: UUID
    command_hash: str
    deadline_at: datetime
    state: str = "open"


def is_halted(world: World, order: Order) -> bool:
    """Whether nothing new begins with an order."""
    pair = f"{order.currency}/{order.fiat}"
    return any(each.pair == pair and each.stands(world.now) for each in world.halts.values())


def halt(world: World, random: Random) -> Body:
    pair = f"{random.choice(CRYPTO)}/{random.choice(FIAT)}"
    ends = random.choice([None, world.now + timedelta(hours=random.choice([1, 12]))])
    return _by_operator(world, random, {
        "kind": "pair", "name": pair if random.random() < 0.95 else "BTC/NONE", "ends_at": ends,
        "reason": "" if random.random() < 0.05 else "it lies",
    })  # fmt: skip


def halt_lift(world: World, random: Random) -> Body:
    body = {"halt_id": one_of(random, world.halts), "reason": "mended"}
    return _by_operator(world, random, body)


def confirm(world: World, random: Random) -> Body:
    request_id = one_of(random, world.requests)
    request = world.requests.get(request_id)
    said = request.command_hash if request and random.random() < 0.95 else "ab" * 32
    return _by_operator(world, random, {"request_id": request_id, "command_hash": said})


def _by_operator(world: World, random: Random, body: Body) -> Body:
    staff = world.people.staff("operator")
    actor = random.choice(staff if random.random() < 0.95 else world.people.users)
    return keyed(random, body | {"actor_id": actor, "aal": random.choice(("aal1", *["aal2"] * 9))})


def validate_halt(world: World, body: Body) -> Verdict:
    early = not_operator(world, body)
    if early is not None:
        return early
    faults = {"halt_unknown"} if body["name"] == "BTC/NONE" else set()
    if not body["reason"]:
        faults.add("reason_required")
    return Verdict(frozenset(faults))


def apply_halt(world: World, body: Body, given: Answer) -> Answer:
    made = Halt(UUID(given["halt_id"]), body["name"], body["ends_at"])
    world.halts[made.id] = made
    return answered(world, body, {
        "halt_id": made.id, "kind": "pair", "name": made.pair, "ends_at": made.ends_at,
    })  # fmt: skip


def validate_lift(world: World, body: Body) -> Verdict:
    early = not_operator(world, body)
    if early is not None:
        return early
    # One waits for a confirmation until it has it: nobody asks for the same twice.
    if any(each.halt == body["halt_id"] and each.state == "open"
           for each in world.requests.values()):  # fmt: skip
        return refused("request_open")
    return DONE if _stands(world, body["halt_id"]) else refused("halt_not_found")


def apply_lift(world: World, body: Body, given: Answer) -> Answer:
    request = Request(
        body["halt_id"], body["actor_id"], given["command_hash"], world.now + CONFIRM_WITHIN
    )
    world.requests[UUID(given["request_id"])] = request
    return answered(world, body, {
        "request_id": UUID(given["request_id"]), "state": "open",
        "command_hash": request.command_hash, "deadline_at": request.deadline_at,
    })  # fmt: skip


def validate_confirm(world: World, body: Body) -> Verdict:
    early = not_operator(world, body)
    if early is not None:
        return early
    request = world.requests.get(body["request_id"])
    if request is None:
        return refused("request_not_found")
    if request.state != "open":
        return refused("request_closed")
    if request.asked_by == body["actor_id"]:
        return refused("second_operator_required")
    if world.now >= request.deadline_at:
        return refused("deadline_passed")
    if body["command_hash"] != request.command_hash:
        return refused("request_differs")
    return DONE if _stands(world, request.halt) else refused("halt_not_found")


def apply_confirm(world: World, body: Body, given: Answer) -> Answer:
    request = world.requests[body["request_id"]]
    request.state = "confirmed"
    lifted = world.halts[request.halt]
    lifted.lifted = True
    still = any(each.pair == lifted.pair and each.stands(world.now)
                for each in world.halts.values())  # fmt: skip
    assert given["answer"]["still_halted"] is still
    return answered(world, body, {
        "request_id": body["request_id"], "state": "confirmed", "answer": given["answer"],
    })  # fmt: skip


def _stands(world: World, halt_id: UUID) -> bool:
    known = world.halts.get(halt_id)
    return known is not None and known.stands(world.now)
