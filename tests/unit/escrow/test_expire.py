"""The tick of the timers: what fails in it holds up nothing else."""

from typing import Any

import pytest

from functions.escrow import expire
from shared.errors import Problem, Unavailable


class _Database:
    """shared.db.Database whose outage credit fails."""

    def __init__(self) -> None:
        self.called: list[str] = []

    def rpc(self, *_: Any, **__: Any) -> Any:
        raise AssertionError("a timer has no token")

    def service_rpc(self, name: str, *_: Any, **__: Any) -> Any:
        self.called.append(name)
        if name == "outage_credit":
            raise Unavailable
        if name == "escrow_due":
            return []
        return {"failing": 0, "overdue_seconds": 0} if name == "escrow_timers_failing" else 0


class _Context:
    def get_remaining_time_in_millis(self) -> int:
        return 55_000


def test_law_11_a_credit_that_fails_stops_no_other_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    database = _Database()
    monkeypatch.setattr(expire, "database", lambda: database)
    with pytest.raises(Problem):
        expire.run({}, _Context())
    assert {"escrow_due", "orders_expire", "escrow_cases_expire"} <= set(database.called)
