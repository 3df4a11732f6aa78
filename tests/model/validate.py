"""Which decisions about an escrow must be refused, and with which codes."""

from decimal import Decimal
from uuid import UUID

from tests.model.duties import latest
from tests.model.event_rules import EVENT_RULES
from tests.model.money import part
from tests.model.moves import MOVES, Move
from tests.model.people import OUTSIDE
from tests.model.things import Escrow
from tests.model.world import DONE, Body, Verdict, World, has_key, refused

# Another arbiter begins: a new duty has a clock of its own.
RESTARTS = ("assign", "timeout_acknowledge", "statement")
AMOUNTS = ("payer_amount", "payee_amount", "fee_amount")


def roles(world: World, escrow: Escrow, kind: str, user: UUID | None) -> set[str]:
    """Every part in which an actor may move this escrow now."""
    if kind != "user":
        return {kind}
    if user is None:
        return set()
    people = world.people
    mine = {
        role
        for role, party in (("payer", escrow.payer), ("payee", escrow.payee))
        if people.acts_for(user, party)
    }
    if escrow.state in ("disputed", "decided"):
        arbiter = escrow.dispute.arbiter
        fair = world.impartial(user, escrow.payer, escrow.payee)
        if arbiter is not None and fair and user not in escrow.dispute.decided_by:
            mine.add("arbiter" if user == arbiter else "second_arbiter")
    if user in people.staff("operator") and not (
        people.belongs_to(user, escrow.payer) or people.belongs_to(user, escrow.payee)
    ):
        mine.add("operator")
    return mine


def _names_no_edge(move: Move, d: Body) -> bool:
    """Where the parts name the end, others than the one end there is name none."""
    if move.settles != "default" or move.to != ("refunded", ""):
        return False
    payee, fee = d.get("payee_amount"), d.get("fee_amount")
    # Parts that do not say what the payee gets do not say that it is nothing.
    return payee is None or fee is None or bool(payee + fee != 0)


def validate(world: World, d: Body) -> Verdict:
    """What must become of a decision, were it committed now."""
    escrow = world.escrows.get(d["escrow_id"])
    if escrow is None:
        return refused("escrow_not_found")
    known = world.known(d.get("actor_id") or OUTSIDE, d)
    if known is not None:
        return known
    if d["actor_kind"] == "user" and (d.get("actor_id") is None or not has_key(d)):
        return refused("idempotency_key_required")
    if d.get("expected_version") != escrow.version:
        return refused("stale_version")
    if escrow.closed:
        return refused("escrow_closed")
    move = MOVES[escrow.state, escrow.phase].get(d["event"])
    if move is None:
        return refused("illegal_move")
    role = role_in(world, escrow, d, move)
    if role is None or _names_no_edge(move, d):
        return refused("not_your_move")
    faults = _faults_of_time(world, escrow, d, move, role)
    faults |= _faults_of_parts(escrow, d, move)
    if role in move.step_up and d.get("aal") != "aal2" and _money_is_given(d):
        faults.add("step_up_required")
    faults |= _faults_of_event(world, escrow, d, role)
    return Verdict(frozenset(faults)) if faults else DONE


def role_in(world: World, escrow: Escrow, d: Body, move: Move) -> str | None:
    """The part in which the actor of a decision makes the move."""
    mine = roles(world, escrow, d["actor_kind"], d.get("actor_id")) & move.actors
    return min(mine) if mine else None


def _money_is_given(d: Body) -> bool:
    """A payer who keeps all of it needs no second factor."""
    if d["event"] == "offer_split":
        amount: Decimal = d.get("payload", {}).get("payee_amount") or Decimal(0)
        return amount > 0
    if d["event"] == "accept_split":
        return (d.get("payee_amount") or 0) + (d.get("fee_amount") or 0) > 0
    return True


def _faults_of_time(world: World, escrow: Escrow, d: Body, move: Move, role: str) -> set[str]:
    faults = set()
    assert escrow.expires_at is not None
    frozen = escrow.frozen_at is not None
    if frozen and not move.while_frozen:
        faults.add("escrow_frozen")
    if role == "timer" and not move.while_frozen:
        # The rails of the model hold money for ever.
        if world.now < escrow.expires_at or d["event"] == "timeout_hold":
            faults.add("not_due")
        wanted = {
            "funded": escrow.policy.payee_silent,
            "performed": escrow.policy.payer_silent,
        }.get(escrow.state)
        if wanted is not None and d["event"] not in (wanted, "timeout_hold"):
            faults.add("policy_mismatch")
    if move.in_time and role != "rail" and not frozen and world.now > escrow.expires_at:
        faults.add("deadline_passed")
    if move.to in MOVES and not _clock_is_right(world, escrow, d, move):
        faults.add("deadline_missing")
    elif move.to in MOVES and d.get("expires_at") is not None:
        assert move.to is not None
        if d["expires_at"] > latest(world, escrow, move.to):
            faults.add("deadline_too_late")
    return faults


def _clock_is_right(world: World, escrow: Escrow, d: Body, move: Move) -> bool:
    """Each new duty begins with a deadline; an old one may get another."""
    deadline, end = d.get("deadline_at"), d.get("expires_at")
    if deadline is None and end is None:
        return move.to == (escrow.state, escrow.phase) and d["event"] not in RESTARTS
    return deadline is not None and end is not None and world.now < end >= deadline


def _faults_of_parts(escrow: Escrow, d: Body, move: Move) -> set[str]:
    given = [d.get(name) for name in AMOUNTS]
    if move.settles is None:
        return set() if given == [None] * 3 else {"settlement_not_as_ruled"}
    if any(amount is None for amount in given):
        return {"settlement_not_exact"}
    payer, payee, fee = (Decimal(amount) for amount in given if amount is not None)
    faults = set()
    if min(payer, payee, fee) < 0 or payer + payee + fee != escrow.amount:
        faults.add("settlement_not_exact")
    if fee != part(payee + fee, escrow.policy.fee_bps, escrow.currency):
        faults.add("fee_not_exact")
    if move.settles != "offer" and payee + fee != _ruled(escrow, move.settles):
        faults.add("settlement_not_as_ruled")
    return faults


def _ruled(escrow: Escrow, settles: str) -> Decimal | None:
    if settles == "decision":
        return escrow.dispute.award
    if settles == "default":
        return undecided(escrow)
    return escrow.amount if settles == "release" else Decimal(0)


def _faults_of_event(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    rule = EVENT_RULES.get(d["event"])
    return rule(world, escrow, d, role) if rule else set()


def undecided(escrow: Escrow) -> Decimal:
    """The payee's part, before the fee, when no arbiter decides."""
    if escrow.state == "funded":
        return Decimal(0)
    if escrow.dispute.level == 2 and escrow.dispute.first_award is not None:
        return escrow.dispute.first_award
    spoke = set(escrow.dispute.statements)
    if spoke == {"payer"}:
        return Decimal(0)
    if spoke == {"payee"}:
        return escrow.amount
    return part(escrow.amount, escrow.policy.undecided_bps, escrow.currency)
