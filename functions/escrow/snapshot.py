"""What is known of an escrow when a decision is made: public.escrow_snapshot, parsed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

HOLDING = frozenset({"funded", "performed", "disputed", "decided"})
TERMINAL = frozenset({"released", "refunded", "split", "void"})


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, as the database says. id: None for timers and rails. aal: aal1 or aal2."""

    id: str | None
    aal: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Escrow:
    """The row. amount: held or to be held, in units of currency with that many decimals.
    taken_amount: what the rail has taken back of it."""

    id: str
    product: str
    rail: str
    payer_id: str
    payee_id: str
    currency: str
    decimals: int
    amount: Decimal
    taken_amount: Decimal
    fee_bps: int
    state: str
    phase: str
    version: int
    state_version: int
    deadline_at: datetime | None
    expires_at: datetime | None
    frozen: bool
    performed_at: datetime | None
    perform_within: timedelta
    accept_within: timedelta
    revision_count: int
    signed_by: frozenset[str]
    terms_hash: str | None
    rail_hold_until: datetime | None


@dataclass(frozen=True, slots=True)
class Policy:
    """How long each duty lasts and what silence means, for the escrow's product."""

    id: str
    sign_within: timedelta
    fund_within: timedelta
    exception_within: timedelta
    perform_grace: timedelta
    payee_silent_event: str
    payer_silent_event: str
    payee_dispute_from: str
    payee_dispute_wait: timedelta
    statement_within: timedelta
    acknowledge_within: timedelta
    decide_within: timedelta
    appeal_within: timedelta
    offer_within: timedelta
    max_revisions: int
    max_reassignments: int
    second_approval_above: Decimal
    undecided_payee_bps: int
    rail_part_bps: int
    attest_payer_name: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """An open consent. kind: split or partial. payee_amount: before the fee; None if partial."""

    id: str
    kind: str
    author_role: str
    payee_amount: Decimal | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Hold:
    """An open reason to hold the escrow. amount: what the rail has withdrawn. at_end: lift or
    stand. lapsed: it has had its longest time."""

    id: str
    kind: str
    owner_role: str
    reference: str
    amount: Decimal | None
    ends_at: datetime
    at_end: str
    lapsed: bool


@dataclass(frozen=True, slots=True)
class Dispute:
    """The pending file. Amounts are the payee's part before the fee."""

    id: str
    level: int
    arbiter_id: str | None
    reassignments: int
    accepted_by: frozenset[str]
    award_payee_amount: Decimal | None
    undecided_payee_amount: Decimal
    statements_by: frozenset[str]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """now: of the database's clock. suspense: money that arrived but did not match. waiting: the
    same, in each currency."""

    now: datetime
    actor: Actor
    escrow: Escrow
    policy: Policy
    offers: tuple[Offer, ...] = ()
    holds: tuple[Hold, ...] = ()
    suspense: Decimal | None = None
    waiting: Mapping[str, Decimal] = field(default_factory=dict)
    dispute: Dispute | None = None


def parse_snapshot(data: Mapping[str, Any]) -> Snapshot:
    """The snapshot in an answer of public.escrow_snapshot or service.escrow_due.

    Raises KeyError, TypeError or ValueError when it is not one.
    """
    dispute = data["dispute"]
    return Snapshot(
        now=_time(data["now"]),
        actor=_actor(data["actor"]),
        escrow=_escrow(data["escrow"]),
        policy=_policy(data["policy"]),
        offers=tuple(_offer(offer) for offer in data["offers"]),
        holds=tuple(_hold(hold) for hold in data["holds"]),
        suspense=_amount_or_none(data["suspense"]),
        waiting={code: Decimal(amount) for code, amount in data["waiting"].items()},
        dispute=_dispute(dispute) if dispute else None,
    )


def _actor(data: Mapping[str, Any]) -> Actor:
    return Actor(data["id"], data["aal"], frozenset(data["roles"]))


def _escrow(data: Mapping[str, Any]) -> Escrow:
    return Escrow(
        **{
            **data,
            "amount": Decimal(data["amount"]),
            "taken_amount": Decimal(data["taken_amount"]),
            "deadline_at": _time_or_none(data["deadline_at"]),
            "expires_at": _time_or_none(data["expires_at"]),
            "performed_at": _time_or_none(data["performed_at"]),
            "perform_within": timedelta(seconds=data["perform_within"]),
            "accept_within": timedelta(seconds=data["accept_within"]),
            "signed_by": frozenset(data["signed_by"]),
            "rail_hold_until": _time_or_none(data["rail_hold_until"]),
        }
    )


_DURATIONS = tuple(
    name for name, kind in Policy.__annotations__.items() if kind in (timedelta, "timedelta")
)


def _policy(data: Mapping[str, Any]) -> Policy:
    durations = {name: timedelta(seconds=data[name]) for name in _DURATIONS}
    limit = Decimal(data["second_approval_above"])
    return Policy(**{**data, **durations, "second_approval_above": limit})


def _offer(data: Mapping[str, Any]) -> Offer:
    return Offer(
        **{
            **data,
            "payee_amount": _amount_or_none(data["payee_amount"]),
            "expires_at": _time(data["expires_at"]),
        }
    )


def _hold(data: Mapping[str, Any]) -> Hold:
    return Hold(
        **{**data, "amount": _amount_or_none(data["amount"]), "ends_at": _time(data["ends_at"])}
    )


def _dispute(data: Mapping[str, Any]) -> Dispute:
    return Dispute(
        **{
            **data,
            "accepted_by": frozenset(data["accepted_by"]),
            "award_payee_amount": _amount_or_none(data["award_payee_amount"]),
            "undecided_payee_amount": Decimal(data["undecided_payee_amount"]),
            "statements_by": frozenset(data["statements_by"]),
        }
    )


def _time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time of the database has a zone")
    return moment


def _time_or_none(text: str | None) -> datetime | None:
    return None if text is None else _time(text)


def _amount_or_none(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
