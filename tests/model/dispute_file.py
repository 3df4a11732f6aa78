"""The file of a dispute: who raised it, who said what, who decides, what was awarded."""

from datetime import UTC, datetime
from uuid import UUID

from tests.model.books import moved
from tests.model.rules_dispute import bond, eligible
from tests.model.things import Dispute, Escrow
from tests.model.world import Body, World


def keep_file(
    world: World, escrow: Escrow, d: Body, role: str, state: str, phase: str, *, alone: bool
) -> None:
    """Follow one move; alone: no other escrow moved in the same transaction."""
    event = d["event"]
    if event in ("dispute", "timeout_dispute", "rail_dispute"):
        raised_by = {"payer": escrow.payer, "payee": escrow.payee}.get(role)
        escrow.disputes.append(Dispute(None, raised_by))
    elif state in ("disputed", "decided"):
        _write(world, escrow, d, role)
        if escrow.closed:
            escrow.dispute.pending = False
        elif escrow.phase == "acknowledge" and (
            phase != "acknowledge" or event in ("assign", "timeout_acknowledge")
        ):
            _ask(world, escrow, d, alone=alone)


def _write(world: World, escrow: Escrow, d: Body, role: str) -> None:
    file, event, payload = escrow.dispute, d["event"], d.get("payload") or {}
    if event in ("statement", "statement_reply"):
        file.statements.append(role)
    elif event == "evidence":
        file.evidence.append((role, payload["sha256"]))
    elif event in ("timeout_acknowledge", "timeout_decide"):
        file.reassignments += 1
    elif event == "propose_decision":
        file.proposal = payload["payee_amount"]
    elif event == "reject_decision":
        file.proposal = None
    elif event in ("decide", "approve_decision"):
        file.award = payload["payee_amount"] if event == "decide" else file.proposal
        file.proposal = None
        assert file.award is not None
        file.rulings[file.level] = file.award
        file.decisions += 1
        file.decided_by += [file.arbiter, d["actor_id"]]
    elif event == "appeal":
        _appeal(world, escrow, role)
    elif event in ("rail_take", "rail_restore"):
        _fit(file, escrow)
    elif event == "accept_decision":
        file.accepted_by.append(role)


def _fit(file: Dispute, escrow: Escrow) -> None:
    """What the rail took went to the payer: the payee has its award as far as it is there."""
    if file.award is not None:
        file.award = min(file.rulings[file.level], escrow.amount)
    if file.first_award is not None:
        file.first_award = min(file.rulings[1], escrow.amount)
    if file.proposal is not None:
        file.proposal = min(file.proposal, escrow.amount)


def _appeal(world: World, escrow: Escrow, role: str) -> None:
    file = escrow.dispute
    file.level, file.appellant, file.accepted_by, file.reassignments = 2, role, [], 0
    file.first_award, file.award = file.award, None
    party = escrow.payer if role == "payer" else escrow.payee
    if bond(escrow) > 0:
        assert file.id is not None
        world.books.post(moved(party, escrow.currency, bond(escrow), None, file.id))


def _ask(world: World, escrow: Escrow, d: Body, *, alone: bool) -> None:
    """Give the case to the arbiter named, or to the least loaded one who may have it."""
    file = escrow.dispute
    candidates = eligible(world, escrow)
    load = [
        other.dispute.arbiter
        for other in world.escrows.values()
        if any(dispute.pending for dispute in other.disputes)
    ]
    named = (d.get("payload") or {}).get("arbiter_id")

    def turn(user: UUID) -> tuple[int, datetime, UUID]:
        return load.count(user), _last_asked(world, user), user

    least = min(candidates, key=turn, default=None)
    file.arbiter = named or least
    # Which of several cases of one sweep comes first is nobody's promise.
    file.any_of = frozenset() if alone else frozenset(candidates)
    file.proposal = None
    if file.arbiter is not None:
        file.asked.append(file.arbiter)
        file.asked_at.append(world.now)


def _last_asked(world: World, user: UUID) -> datetime:
    times = [
        at
        for escrow in world.escrows.values()
        for file in escrow.disputes
        for asked, at in zip(file.asked, file.asked_at, strict=True)
        if asked == user
    ]
    return max(times, default=datetime.min.replace(tzinfo=UTC))
