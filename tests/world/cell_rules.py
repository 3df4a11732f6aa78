"""What the rules say about one cell: state x event x actor, in time or late.

Written from the rules, without a look at the SQL; the order of the checks is the
order in which a caller would want to hear about them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.world.escrow import Escrow
from tests.world.moves import BEFORE_DEADLINE, BY_CELL, TERMINAL, WHILE_FROZEN


@dataclass(frozen=True)
class Situation:
    """What the rules look at, read once."""

    place: tuple[str, str]
    policy: str
    frozen: bool
    held_by: frozenset[str]
    performed_at: datetime | None
    revisions: int
    signed_by: frozenset[str]
    split_offers: frozenset[str]
    partial_offers: frozenset[str]
    statements: frozenset[str]
    reassigned_out: bool
    second_approval: bool
    level: int
    award: str
    accepted_by: frozenset[str]


def situation(escrow: Escrow) -> Situation:
    world = escrow.world
    (found,) = world.rows(
        "select e.state::text, e.phase::text, e.policy_id, e.frozen_at is not null, "
        "e.performed_at, e.revision_count, e.signed_by::text[], e.amount::numeric, "
        "e.amount > l.above, p.max_reassignments, "
        "array(select o.kind || ' ' || o.author_role from public.escrow_offers as o "
        "where o.escrow_id = e.id and o.status = 'open') "
        "from private.escrow_transactions as e "
        "join public.escrow_policies as p on p.id = e.policy_id "
        "join public.escrow_approval_limits as l on l.policy_id = p.id "
        "and l.currency = e.currency where e.id = %s",
        escrow.id,
    )
    dispute = escrow.dispute()
    award = escrow.award()
    statements = {
        row[0]
        for row in world.rows(
            "select author_role::text from public.dispute_statements where dispute_id = %s",
            dispute.get("id"),
        )
    }
    owners = {
        row[0]
        for row in world.rows(
            "select k.owner_role::text from public.escrow_holds as h join public.hold_kinds as k "
            "on k.kind = h.kind where h.escrow_id = %s and h.closed_at is null", escrow.id,
        )
    }  # fmt: skip
    return Situation(
        place=(found[0], found[1]),
        policy=found[2],
        frozen=found[3],
        held_by=frozenset(owners),
        performed_at=found[4],
        revisions=found[5],
        signed_by=frozenset(found[6]),
        split_offers=frozenset(o.split()[1] for o in found[10] if o.startswith("split")),
        partial_offers=frozenset(o.split()[1] for o in found[10] if o.startswith("partial")),
        statements=frozenset(statements),
        reassigned_out=dispute.get("reassignments", 0) >= found[9],
        second_approval=found[8],
        level=dispute.get("level", 1),
        award="none" if award == 0 else "all" if award == found[7] else "part",
        accepted_by=frozenset(dispute.get("accepted_by", ())),
    )


def expected(now: Situation, event: str, role: str, at: datetime, late: bool) -> str | None:
    """The refusal of a right-looking command by this actor, or None where it must succeed."""
    if now.place[0] in TERMINAL:
        return "escrow_closed"
    move = BY_CELL.get((now.place, event))
    if move is None:
        return "illegal_move"
    edge_role = "second_arbiter" if role == "other_arbiter" else role
    if edge_role not in move[0]:
        return "not_your_move"
    if now.frozen and event not in WHILE_FROZEN:
        return "escrow_frozen"
    if event == "unfreeze":
        return _unfreezing(now, role)
    return _timing(now, event, role, late) or _guard(now, event, role, at)


def _unfreezing(now: Situation, role: str) -> str | None:
    """Whoever opened a reason closes it; the timer only after its longest time."""
    if role == "timer":
        return "not_due" if now.frozen else "hold_not_open"
    return None if role in now.held_by else "hold_not_open"


def _timing(now: Situation, event: str, role: str, late: bool) -> str | None:
    if role == "timer":
        if event.startswith("rail_") and now.policy == "p2p_crypto":
            # No rail holds anything of the exchange, at any hour.
            return "other_rail"
        # The rails of the scenes hold money for ever.
        if not late or event == "timeout_hold" or event.startswith("rail_"):
            return "not_due"
        p2p = now.policy == "p2p_crypto"
        service = now.policy == "market_service"
        wrong = {
            ("funded", "timeout_refund"): service,
            ("funded", "timeout_dispute"): not service,
            ("performed", "timeout_release"): p2p,
            ("performed", "timeout_dispute"): not p2p,
        }
        return "policy_mismatch" if wrong.get((now.place[0], event)) else None
    if role == "rail":
        # The provider's clock decides; these commands carry the present as its time.
        return "funds_late" if late and event == "funds_confirmed" else None
    passed = late and not now.frozen and event in BEFORE_DEADLINE
    return "deadline_passed" if passed else None


def _guard(now: Situation, event: str, role: str, at: datetime) -> str | None:
    other = {"payer": "payee", "payee": "payer"}.get(role)
    checks: dict[str, Any] = {
        "sign": (role in now.signed_by and "already_signed") or (now.signed_by and "stale_version"),
        "countersign": (role in now.signed_by and "already_signed")
        or (not now.signed_by and "other_side_pending"),
        # The scenes of contracts are paid in over a chain, those of the exchange are not.
        "fund": "other_rail",
        **dict.fromkeys(
            ("rail_return", "rail_take", "rail_dispute", "rail_restore"),
            now.policy == "p2p_crypto" and "other_rail",
        ),
        "freeze": (role, now.policy) == ("rail", "p2p_crypto") and "other_rail",
        "accept_partial": other not in now.partial_offers and "other_side_pending",
        "dispute": _too_early(now, role, at) and "dispute_window_closed",
        "request_revision": now.revisions >= (2 if now.policy == "market_service" else 0)
        and "no_revisions_left",
        "withdraw_offer": role not in now.split_offers | now.partial_offers and "offer_not_open",
        "accept_split": other not in now.split_offers and "offer_not_open",
        "statement": _statement(now, role, reply=False),
        "statement_reply": _statement(now, role, reply=True),
        "timeout_acknowledge": now.reassigned_out and "no_arbiters_left",
        "timeout_decide": now.reassigned_out and "no_arbiters_left",
        "timeout_undecided": not now.reassigned_out and "arbiters_left",
        "decide": now.second_approval and "second_approval_required",
        "propose_decision": not now.second_approval and "second_approval_not_needed",
        # Nobody has declared one.
        "outage_credit": "outage_not_open",
        "appeal": (role in now.accepted_by and "already_accepted")
        or (
            (now.level > 1 or (role, now.award) in {("payer", "none"), ("payee", "all")})
            and "appeal_not_open"
        ),
        "accept_decision": _acceptance(now, role, first=True),
        "settle_decision": _acceptance(now, role, first=False),
    }
    if event == "rail_restore" and now.policy != "p2p_crypto":
        # Nothing has been taken from the scenes.
        return "funds_not_exact"
    return checks.get(event) or None


def _too_early(now: Situation, role: str, at: datetime) -> bool:
    if role == "payer" or now.policy != "p2p_crypto":
        return False
    return now.performed_at is None or at < now.performed_at + timedelta(minutes=15)


def _statement(now: Situation, role: str, *, reply: bool) -> str | None:
    if role in now.statements:
        return "statement_exists"
    return "statement_order" if bool(now.statements) is not reply else None


def _acceptance(now: Situation, role: str, *, first: bool) -> str | None:
    if role in now.accepted_by:
        return "already_accepted"
    if first:
        return "stale_version" if now.accepted_by else None
    return None if now.accepted_by else "other_side_pending"
