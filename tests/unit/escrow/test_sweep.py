"""The sweep: batches, races, and the one escrow that will not move."""

from collections.abc import Mapping
from typing import Any

import pytest

from functions.escrow import sweep as module
from functions.escrow.snapshot import _DURATIONS
from functions.escrow.sweep import sweep
from shared.errors import Conflict, Unavailable

NOW = "2026-11-21T12:00:00+00:00"
BEFORE = "2026-11-21T11:58:30+00:00"


def data(identifier: str, **escrow: Any) -> dict[str, Any]:
    """A due escrow as service.escrow_due gives it."""
    return {
        "now": NOW,
        "actor": {"id": None, "aal": "aal1", "roles": ["timer"]},
        "escrow": {
            "id": identifier,
            "product": "p2p",
            "rail": "internal",
            "payer_id": "p",
            "payee_id": "q",
            "currency": "BTC",
            "decimals": 8,
            "amount": "0.1",
            "taken_amount": "0",
            "fee_bps": 50,
            "state": "funded",
            "phase": "",
            "version": 1,
            "state_version": 1,
            "deadline_at": BEFORE,
            "expires_at": BEFORE,
            "frozen": False,
            "performed_at": None,
            "perform_within": 1800,
            "accept_within": 86_400,
            "revision_count": 0,
            "signed_by": [],
            "terms_hash": None,
            "rail_hold_until": None,
            **escrow,
        },
        "policy": {
            "id": "p2p_crypto",
            "payee_silent_event": "timeout_refund",
            "payer_silent_event": "timeout_dispute",
            "payee_dispute_from": "performed",
            "max_revisions": 0,
            "max_reassignments": 3,
            "second_approval_above": "1000",
            "undecided_payee_bps": 5000,
            "rail_part_bps": 1000,
            "attest_payer_name": True,
            **dict.fromkeys(_DURATIONS, 3600),
        },
        "offers": [],
        "holds": [],
        "waiting": {},
        "suspense": None,
        "dispute": None,
    }


class FakeTimers:
    """Due escrows by id; some raise when they are committed, some are refused."""

    def __init__(self, *ids: str) -> None:
        self.due = {identifier: data(identifier) for identifier in ids}
        self.poisoned: set[str] = set()
        self.refused: dict[str, str] = {}
        self.batches: list[list[str]] = []
        self.put_off: dict[str, str] = {}
        self.down = False

    def rpc(self, *_: Any, **__: Any) -> Any:
        raise AssertionError("a timer has no token")

    def service_rpc(self, name: str, params: Mapping[str, Any], *, repeatable: bool = False) -> Any:
        assert repeatable
        if name == "escrow_due":
            waiting = [row for key, row in self.due.items() if key not in self.put_off]
            return waiting[: params["max_rows"]]
        if name == "escrow_timers_failed":
            for failure in params["failures"]:
                if failure["escrow_id"] not in self.due:
                    # It has moved on.
                    continue
                assert failure["version"] == self.due[failure["escrow_id"]]["escrow"]["version"]
                assert failure["escrow_id"] not in self.put_off
                self.put_off[failure["escrow_id"]] = failure["error"]
            return len(params["failures"])
        assert name == "escrow_commit_many"
        ids = [decision["escrow_id"] for decision in params["decisions"]]
        self.batches.append(ids)
        if self.down:
            raise Unavailable
        if self.poisoned & set(ids):
            raise Conflict("held_differs_from_state")
        return [self._commit(identifier) for identifier in ids]

    def _commit(self, identifier: str) -> dict[str, Any]:
        refusal = self.refused.get(identifier)
        if refusal in (None, "stale_version"):
            del self.due[identifier]
        return {"escrow_id": identifier, "refusal": refusal, "answer": None}


def always() -> bool:
    return True


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH", 4)


def test_until_nothing_is_due() -> None:
    db = FakeTimers(*"abcdefghij")
    swept = sweep(db, always)
    assert (swept.moved, swept.lost, swept.failed, swept.overdue) == (10, 0, 0, 90.0)
    assert [len(batch) for batch in db.batches] == [4, 4, 2]


def test_until_the_time_is_over() -> None:
    db = FakeTimers(*"abcdefghij")
    answers = iter([True, False])
    assert sweep(db, lambda: next(answers)).moved == 4
    assert len(db.due) == 6


def test_one_that_raises_does_not_hold_up_the_others() -> None:
    db = FakeTimers(*"abcd")
    db.poisoned = {"c"}
    swept = sweep(db, always)
    assert (swept.moved, swept.failed) == (3, 1)
    assert set(db.due) == {"c"}
    assert db.put_off == {"c": "held_differs_from_state"}


@pytest.mark.parametrize("refusal", ["not_due", "escrow_frozen", "escrow_closed"])
def test_more_lost_races_than_a_batch_that_come_back_do_not_head_every_batch(refusal: str) -> None:
    db = FakeTimers(*"abcdefgh")
    db.refused = dict.fromkeys("abcdef", refusal)
    swept = sweep(db, always)
    assert (swept.moved, swept.lost) == (2, 6)
    assert set(db.due) == set(db.put_off) == set("abcdef")


def test_one_that_cannot_even_be_decided() -> None:
    db = FakeTimers("a", "b")
    db.due["b"] = data("b", state="disputed", phase="decide")
    swept = sweep(db, always)
    assert (swept.moved, set(db.due)) == (1, {"b"})
    assert (swept.failed, swept.overdue) == (1, 90.0)
    assert db.put_off == {"b": "ValueError"}


def test_failures_at_the_head_do_not_end_the_sweep() -> None:
    db = FakeTimers(*"abcdefgh")
    db.refused = dict.fromkeys("abcdef", "policy_mismatch")
    swept = sweep(db, always)
    assert (swept.moved, swept.failed, len(db.batches)) == (2, 6, 2)
    assert db.put_off == dict.fromkeys("abcdef", "policy_mismatch")


def test_a_lost_race_is_no_failure() -> None:
    db = FakeTimers("a", "b")
    db.refused = {"b": "stale_version"}
    swept = sweep(db, always)
    assert (swept.moved, swept.lost, swept.failed) == (1, 1, 0)


def test_when_the_database_is_gone_the_next_tick_goes_on() -> None:
    db = FakeTimers("a", "b")
    db.down = True
    with pytest.raises(Unavailable):
        sweep(db, always)
    assert db.batches == [["a", "b"]]


def test_a_frozen_escrow_is_never_timed() -> None:
    db = FakeTimers("a")
    db.due["a"] = data("a", frozen=True)
    assert sweep(db, always).moved == 0
    assert db.batches == []
