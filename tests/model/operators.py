"""What operators do with money: in, out, and undone."""

from decimal import Decimal
from uuid import UUID

from tests.model.books import Entry, clearing
from tests.model.money import DECIMALS, fits
from tests.model.people import PLATFORM
from tests.model.things import Transfer
from tests.model.world import DONE, Answer, Body, Verdict, World, has_key, refused


def not_operator(world: World, body: Body) -> Verdict | None:
    faults = set()
    if body.get("actor_id") not in world.people.staff("operator"):
        faults.add("operator_only")
    if body.get("aal") != "aal2":
        faults.add("step_up_required")
    if not has_key(body):
        faults.add("idempotency_key_required")
    if faults:
        return refused(*faults)
    return world.known(body["actor_id"], body)


def _entries(kind: str, party: UUID, code: str, amount: Decimal) -> list[Entry]:
    signed = amount if kind == "deposit" else -amount
    return [Entry(party, code, signed), clearing(code, -signed)]


def has_part(world: World, body: Body, *parties: UUID) -> bool:
    """Whether the operator belongs to one of the parties that the command touches."""
    actor = body["actor_id"]
    return any(p != PLATFORM and world.people.belongs_to(actor, p) for p in parties)


def validate_move_external(world: World, body: Body) -> Verdict:
    early = not_operator(world, body)
    if early is not None:
        return early
    if has_part(world, body, body["party_id"]):
        return refused("not_your_move")
    faults = set()
    amount, code = body["amount"], body["currency"]
    if body["kind"] not in ("deposit", "withdrawal"):
        faults.add("bad_kind")
    if amount <= 0 or code not in DECIMALS or not fits(amount, code):
        faults.add("bad_amount")
    party = body["party_id"]
    if party not in (*world.people.parties, PLATFORM):
        faults.add("party_not_found")
    if not faults and _outside(body) in world.booked.values():
        faults.add("reference_used")
    if not faults and not world.books.covers(_entries(body["kind"], party, code, amount)):
        faults.add("insufficient_funds")
    if body["kind"] == "withdrawal" and faults <= {"insufficient_funds"}:
        own = world.books.owed(party, code)
        # The model has no prices: what a debt is worth elsewhere is not known.
        if own or (world.books.owes(party) and not faults):
            faults = {"debt_open"}
    return Verdict(frozenset(faults))


def apply_move_external(world: World, body: Body, given: Answer) -> Answer:
    transfer_id = UUID(given["transfer_id"])
    kind, party, code, amount = (body[k] for k in ("kind", "party_id", "currency", "amount"))
    world.books.post(_entries(kind, party, code, amount))
    world.transfers[transfer_id] = Transfer(transfer_id, kind, party, code, amount)
    world.booked[transfer_id] = _outside(body)
    return answered(world, body, {"transfer_id": transfer_id})


def answered(world: World, body: Body, answer: Answer) -> Answer:
    world.store(body["actor_id"], body, answer)
    return answer


def _outside(body: Body) -> tuple[str, str, str]:
    """Under what a transfer is booked once: people space and spell it differently."""
    key = "".join(sign for sign in body["reference"].upper() if sign.isalnum())
    return body["kind"], body["currency"], key


def validate_reverse(world: World, body: Body) -> Verdict:
    early = not_operator(world, body)
    if early is not None:
        return early
    done = world.transfers.get(body["transfer_id"])
    if done is not None and has_part(world, body, done.party):
        return refused("not_your_move")
    if not body.get("reason"):
        return refused("reason_required")
    if done is None:
        # A trade's first transfer bears its id; an agreement's bears none of its own.
        trade = world.escrows.get(body["transfer_id"])
        of_a_trade = trade is not None and trade.order is not None
        return refused("not_reversible" if of_a_trade else "transfer_not_found")
    if done.reversed:
        return refused("already_reversed")
    undo = _entries(done.kind, done.party, done.currency, -done.amount)
    return DONE if world.books.covers(undo) else refused("insufficient_funds")


def apply_reverse(world: World, body: Body, given: Answer) -> Answer:
    done = world.transfers[body["transfer_id"]]
    done.reversed = True
    del world.booked[done.id]
    world.books.post(_entries(done.kind, done.party, done.currency, -done.amount))
    return answered(world, body, {"transfer_id": UUID(given["transfer_id"])})
