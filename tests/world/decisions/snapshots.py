"""Snapshots of escrows for tests of decisions: everything a given command needs is there."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from functions.escrow.snapshot import Actor, Dispute, Escrow, Hold, Offer, Policy, Snapshot
from shared.generated.edges import EDGES

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
HELD = Decimal("0.1")
GRACE = timedelta(minutes=10)
TERMS = "a" * 64
ACTOR_ID = "00000000-0000-4000-8000-00000000a11c"
ROLES = ("payer", "payee", "arbiter", "second_arbiter", "operator", "timer", "rail", "system")
SIDES = ("payer", "payee")
MOVES = tuple(edge for edge in EDGES if edge.machine == "escrow" and edge.from_state)
STATES = tuple(sorted({(edge.from_state or "", edge.from_phase) for edge in MOVES}))
TERMINAL = ("released", "refunded", "split", "void")

POLICY = Policy(
    id="p2p_crypto",
    sign_within=timedelta(hours=72),
    fund_within=timedelta(minutes=60),
    exception_within=timedelta(hours=71),
    perform_grace=GRACE,
    payee_silent_event="timeout_refund",
    payer_silent_event="timeout_dispute",
    payee_dispute_from="performed",
    payee_dispute_wait=timedelta(minutes=15),
    statement_within=timedelta(hours=25),
    acknowledge_within=timedelta(hours=2),
    decide_within=timedelta(hours=48),
    appeal_within=timedelta(hours=26),
    offer_within=timedelta(hours=23),
    max_revisions=2,
    max_reassignments=3,
    second_approval_above=Decimal(1000),
    undecided_payee_bps=5000,
    rail_part_bps=1000,
    attest_payer_name=True,
)

ESCROW = Escrow(
    id="01a1fc8a-7476-75a2-8404-2b2f4e5b64ef",
    product="p2p",
    rail="internal",
    payer_id=ACTOR_ID,
    payee_id="00000000-0000-4000-8000-000000000b0b",
    currency="BTC",
    decimals=8,
    amount=HELD,
    taken_amount=Decimal(0),
    fee_bps=50,
    state="funded",
    phase="",
    version=7,
    state_version=5,
    deadline_at=NOW + HOUR,
    expires_at=NOW + HOUR,
    frozen=False,
    performed_at=NOW - HOUR,
    perform_within=timedelta(minutes=30),
    accept_within=timedelta(hours=24),
    revision_count=0,
    signed_by=frozenset(),
    terms_hash=TERMS,
    rail_hold_until=None,
)

DISPUTE = Dispute(
    id="01a1fc8a-0000-75a2-8404-2b2f4e5b64ef",
    level=1,
    arbiter_id=ACTOR_ID,
    reassignments=0,
    accepted_by=frozenset(),
    award_payee_amount=Decimal("0.06"),
    undecided_payee_amount=Decimal("0.05"),
    statements_by=frozenset(),
)


def offer(author: str, amount: str | None = "0.04", kind: str = "split") -> Offer:
    """An open offer of one side."""
    gross = None if amount is None else Decimal(amount)
    return Offer(f"offer-of-{author}", kind, author, gross, NOW + HOUR)


def hold(owner: str, kind: str = "operator", **fields: Any) -> Hold:
    """An open reason of somebody."""
    made = Hold(f"hold-of-{owner}", kind, owner, "one", None, NOW + HOUR, "lift", False)
    return replace(made, **fields)


def snapshot(
    state: str = "funded",
    phase: str = "",
    role: str = "payer",
    *,
    aal: str = "aal2",
    offers: tuple[Offer, ...] = (),
    holds: tuple[Hold, ...] = (),
    suspense: str | None = "0.1",
    dispute: Dispute | None = DISPUTE,
    policy: Policy = POLICY,
    **escrow: Any,
) -> Snapshot:
    """A snapshot in a state, read by somebody in a role; more fields are the escrow's."""
    terminal = state in TERMINAL
    times = {"deadline_at": None, "expires_at": None} if terminal else {}
    return Snapshot(
        now=NOW,
        actor=Actor(ACTOR_ID, aal, frozenset({role})),
        escrow=replace(ESCROW, **{"state": state, "phase": phase, **times, **escrow}),
        policy=policy,
        offers=offers,
        holds=holds,
        suspense=None if suspense is None else Decimal(suspense),
        waiting={} if suspense is None else {ESCROW.currency: Decimal(suspense)},
        dispute=dispute,
    )


def other(side: str) -> str:
    """The other side; for somebody who is no side, the payer."""
    return "payee" if side == "payer" else "payer"


def overdue(now: datetime = NOW) -> dict[str, Any]:
    """Escrow fields of a duty whose time is up."""
    return {"deadline_at": now - HOUR, "expires_at": now - HOUR}
