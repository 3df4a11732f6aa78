"""How long each duty lasts: the next deadline of every state a move leads to."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from .snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Due:
    """deadline_at: when the duty is due. expires_at: from when the timer acts."""

    deadline_at: datetime
    expires_at: datetime


def fund(snapshot: Snapshot, now: datetime) -> Due:
    """The payer sends the money."""
    return _due(snapshot, now, snapshot.policy.fund_within)


def exception(snapshot: Snapshot, now: datetime) -> Due:
    """The parties say what becomes of money that did not match."""
    return _due(snapshot, now, snapshot.policy.exception_within)


def perform(snapshot: Snapshot, now: datetime) -> Due:
    """The payee performs; late performance counts during the grace."""
    return _due(snapshot, now, snapshot.escrow.perform_within, snapshot.policy.perform_grace)


def accept(snapshot: Snapshot, now: datetime) -> Due:
    """The payer accepts, or says what is wrong."""
    return _due(snapshot, now, snapshot.escrow.accept_within)


def statements(snapshot: Snapshot, now: datetime) -> Due:
    """Both sides submit what they have to say."""
    return _due(snapshot, now, snapshot.policy.statement_within)


def answer(snapshot: Snapshot, now: datetime) -> Due:
    """The other side answers the first statement: a clock of its own, never a shorter one."""
    due, before = statements(snapshot, now), snapshot.escrow.expires_at
    return max(due, Due(before, before), key=lambda each: each.expires_at) if before else due


def acknowledge(snapshot: Snapshot, now: datetime) -> Due:
    """The arbiter takes the case."""
    return _due(snapshot, now, snapshot.policy.acknowledge_within)


def decide(snapshot: Snapshot, now: datetime) -> Due:
    """The arbiter decides, or a second one agrees."""
    return _due(snapshot, now, snapshot.policy.decide_within)


def appeal(snapshot: Snapshot, now: datetime) -> Due:
    """A party appeals."""
    return _due(snapshot, now, snapshot.policy.appeal_within)


def _due(
    snapshot: Snapshot, now: datetime, within: timedelta, grace: timedelta = timedelta(0)
) -> Due:
    deadline, expiry = now + within, now + within + grace
    # Custody must outlive every deadline (I8): a rail that holds shorter shortens the duty.
    if hold_until := snapshot.escrow.rail_hold_until:
        deadline, expiry = min(deadline, hold_until), min(expiry, hold_until)
    return Due(deadline, expiry)
