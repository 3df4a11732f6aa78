"""What accepted decisions do to escrows, disputes and money."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from tests.model.dispute_file import keep_file
from tests.model.moves import MOVES
from tests.model.offers import keep_offers
from tests.model.orders import end_trades, trade_end
from tests.model.people import OUTSIDE
from tests.model.rules_holds import keep_holds
from tests.model.settle import pay_funding, pay_parts
from tests.model.things import Escrow
from tests.model.validate import role_in
from tests.model.world import Answer, Body, World


def apply(world: World, decisions: Sequence[Body]) -> list[Answer]:
    """Carry out decisions that were found right, all in one transaction."""
    roles = []
    ended: list[Escrow] = []
    for d in decisions:
        escrow = world.escrows[d["escrow_id"]]
        move = MOVES[escrow.state, escrow.phase][d["event"]]
        role = role_in(world, escrow, d, move)
        assert role is not None
        roles.append(role)
        if move.settles is not None:
            pay_parts(world, escrow, d)
        else:
            pay_funding(world, escrow, d, role)
    for d, role in zip(decisions, roles, strict=True):
        escrow = world.escrows[d["escrow_id"]]
        before = (escrow.state, escrow.phase, escrow.frozen_at)
        _move(world, escrow, d, role)
        keep_offers(world, escrow, d, role, before[2] if escrow.frozen_at is None else None)
        keep_file(world, escrow, d, role, before[0], before[1], alone=len(decisions) == 1)
        if escrow.order is not None:
            escrow.trade_status = trade_status(escrow, before[0])
            if escrow.closed:
                maker = world.orders[escrow.order].maker
                escrow.ended_as, escrow.given_up_by = trade_end(escrow, d["event"], role, maker)
                ended.append(escrow)
    end_trades(world, ended)
    return [_stored(world, d) for d in decisions]


def _stored(world: World, d: Body) -> Answer:
    answer = answer_of(world.escrows[d["escrow_id"]], d["event"])
    world.store(d.get("actor_id") or OUTSIDE, d, answer)
    return answer


def outcome(d: Body) -> str:
    """Terminal state of a settlement by its parts."""
    if d["payee_amount"] + d["fee_amount"] == 0:
        return "refunded"
    return "released" if d["payer_amount"] == 0 else "split"


def _move(world: World, escrow: Escrow, d: Body, role: str) -> None:
    event, now = d["event"], world.now
    move = MOVES[escrow.state, escrow.phase][event]
    before = escrow.state
    escrow.state, escrow.phase = move.to or (outcome(d), "")
    escrow.version += 1
    if escrow.state != before:
        escrow.state_version = escrow.version
    if move.settles is not None:
        escrow.payer_amount = d["payer_amount"]
        escrow.payee_amount, escrow.fee_amount = d["payee_amount"], d["fee_amount"]
        escrow.claim_until = now + escrow.policy.claim
    frozen_since = escrow.frozen_at
    keep_holds(world, escrow, d)
    freed = frozen_since is not None and escrow.frozen_at is None
    _keep_clocks(world, escrow, d, now - frozen_since if freed and frozen_since else timedelta())
    if event == "perform":
        escrow.performed_at = now
    elif event == "request_revision":
        escrow.performed_at, escrow.revisions = None, escrow.revisions + 1
    elif event in ("sign", "countersign"):
        escrow.signed_by.append(role)


def _keep_clocks(world: World, escrow: Escrow, d: Body, paused: timedelta) -> None:
    """paused: how long they have rested, when the last reason has just been closed."""
    if escrow.performed_at is not None:
        escrow.performed_at += paused
    if escrow.closed:
        escrow.deadline_at = escrow.expires_at = None
        return
    assert escrow.deadline_at is not None
    assert escrow.expires_at is not None
    escrow.deadline_at = d.get("deadline_at") or escrow.deadline_at + paused
    escrow.expires_at = d.get("expires_at") or escrow.expires_at + paused


def trade_status(escrow: Escrow, before: str) -> str | None:
    """The exchange's word for where a trade stands."""
    if escrow.state == before:
        return escrow.trade_status
    if escrow.state == "refunded":
        return "cancelled" if before == "funded" else "refunded"
    words = {
        "funded": "pending_payment", "performed": "payment_confirmed", "released": "completed",
        "split": "split", "disputed": "disputed", "decided": "disputed",
    }  # fmt: skip
    return words[escrow.state]


def answer_of(escrow: Escrow, event: str) -> dict[str, Any]:
    """What a commit answers."""
    return {
        "escrow_id": escrow.id, "event": event, "version": escrow.version,
        "state": escrow.state, "phase": escrow.phase,
        "deadline_at": escrow.deadline_at, "expires_at": escrow.expires_at,
        "frozen": escrow.frozen_at is not None,
        "payer_amount": escrow.payer_amount, "payee_amount": escrow.payee_amount,
        "fee_amount": escrow.fee_amount,
    }  # fmt: skip


def due(world: World) -> set[UUID]:
    """Escrows for whose silent side the timer acts now."""
    return {
        escrow.id
        for escrow in world.escrows.values()
        if escrow.expires_at is not None
        and escrow.expires_at <= world.now
        and escrow.frozen_at is None
    } | {escrow.id for escrow in world.escrows.values() if escrow.lapsed_hold(world.now)}
