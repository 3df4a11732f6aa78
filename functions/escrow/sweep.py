"""The sweep: decide and commit for every escrow whose time is up, batch by batch."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.db import Database
from shared.errors import Problem, Unavailable
from shared.telemetry import logger

from .decision import Decision
from .snapshot import Snapshot, parse_snapshot
from .timer_rules import decide_timer

BATCH = 500


@dataclass(slots=True)
class Swept:
    """moved: escrows that moved. lost: races lost to a party. failed: escrows that should
    have moved and did not; they wait before they are tried again. overdue: seconds the
    oldest had waited past its time."""

    moved: int = 0
    lost: int = 0
    failed: int = 0
    overdue: float = 0.0


def sweep(db: Database, time_left: Callable[[], bool]) -> Swept:
    """Move whatever is due, until nothing is or the time is over.

    An escrow that fails is logged and put off, so that it holds up nobody. Raises Unavailable.
    """
    swept = Swept()
    while time_left():
        due = db.service_rpc("escrow_due", {"max_rows": BATCH}, repeatable=True)
        if not due:
            break
        batch = _Batch(db, swept)
        decisions = [decision for data in due if (decision := batch.decide(data))]
        batch.commit(decisions)
        if batch.failures:
            params = {"failures": batch.failures}
            # Repeatable: noted twice, it only waits a little longer.
            db.service_rpc("escrow_timers_failed", params, repeatable=True)
    return swept


class _Batch:
    """One answer of escrow_due. failures: what escrow_timers_failed is told."""

    def __init__(self, db: Database, swept: Swept) -> None:
        self._db = db
        self._swept = swept
        self.failures: list[dict[str, Any]] = []

    def decide(self, data: Mapping[str, Any]) -> Decision | None:
        """The move of the timer; None when there is none, which is a failure."""
        try:
            snapshot = parse_snapshot(data)
            self._swept.overdue = max(self._swept.overdue, _overdue(snapshot))
            return decide_timer(snapshot)
        except Exception as error:
            escrow = data["escrow"]
            code = error.slug if isinstance(error, Problem) else type(error).__name__
            self._fail(escrow["id"], escrow["version"], code)
            logger.error("timer failed", escrow_id=escrow["id"], exc_info=error)
            return None

    def commit(self, decisions: Sequence[Decision]) -> None:
        """Commit them; one that fails leaves the others alone. Raises Unavailable."""
        if not decisions:
            return
        params = {"decisions": [decision.to_json() for decision in decisions]}
        try:
            # Repeatable: the versions in it let the second time move nothing.
            results = self._db.service_rpc("escrow_commit_many", params, repeatable=True)
        except Unavailable:
            raise
        except Problem as problem:
            # One bad escrow fails its whole batch: halve until it stands alone.
            if len(decisions) == 1:
                self._refused(decisions[0], problem.slug)
                return
            middle = len(decisions) // 2
            self.commit(decisions[:middle])
            self.commit(decisions[middle:])
            return
        by_id = {decision.escrow_id: decision for decision in decisions}
        for result in results:
            self._count(by_id[result["escrow_id"]], result["refusal"])

    def _count(self, decision: Decision, refusal: str | None) -> None:
        if refusal is None:
            self._swept.moved += 1
        elif refusal in _LOST:
            self._swept.lost += 1
            # Who has moved on has another version, and is passed over; who has not would be the
            # first of the next batch again.
            self._note(decision.escrow_id, decision.expected_version, refusal)
        else:
            self._refused(decision, refusal)

    def _refused(self, decision: Decision, code: str) -> None:
        self._fail(decision.escrow_id, decision.expected_version, code)
        logger.error("timer failed", escrow_id=decision.escrow_id, code=code)

    def _fail(self, escrow_id: str, version: int, code: str) -> None:
        self._swept.failed += 1
        self._note(escrow_id, version, code)

    def _note(self, escrow_id: str, version: int, code: str) -> None:
        self.failures.append({"escrow_id": escrow_id, "version": version, "error": code})


_LOST = frozenset({"stale_version", "escrow_closed", "escrow_frozen", "not_due"})


def _overdue(snapshot: Snapshot) -> float:
    expires_at = snapshot.escrow.expires_at
    return (snapshot.now - expires_at).total_seconds() if expires_at else 0.0
