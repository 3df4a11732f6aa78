"""EventBridge Scheduler: fires functions when their schedule says so, or at once."""

import json
import re
import sys
import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from stack.aws import ACCOUNT, REGION
from stack.cron import Cron
from stack.lambdas import FunctionFailed, Lambdas
from stack.template import Schedule

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")


def next_fire(expression: str, after: datetime) -> datetime:
    """When a rate(…) or cron(…) fires next. Raises ValueError."""
    if rate := _RATE.fullmatch(expression):
        return after + timedelta(**{f"{rate[2]}s": int(rate[1])})
    if expression.startswith("cron(") and expression.endswith(")"):
        return Cron(expression[5:-1]).next(after)
    raise ValueError(f"not a schedule: {expression}")


def event_of(schedule: Schedule) -> Any:
    """What the scheduler sends when the schedule names no payload of its own."""
    if schedule.payload is not None:
        return json.loads(schedule.payload)
    return {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": ACCOUNT,
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": [f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/{schedule.name}"],
        "detail": "{}",
    }


class Schedules:
    """Every schedule of the template. Runs by itself only after start()."""

    def __init__(self, lambdas: Lambdas) -> None:
        self._lambdas = lambdas
        self._changed = threading.Condition()
        self._stopping = False
        self._ahead = timedelta()

    def tick(self, name: str) -> Any:
        """Fire the first schedule of a function now; what the function returned.

        Raises KeyError for a function without a schedule, FunctionFailed.
        """
        schedules = self._lambdas.functions[name].schedules
        if not schedules:
            raise KeyError(f"{name} has no schedule")
        return self._lambdas.invoke(name, event_of(schedules[0]))

    def start(self, ahead: timedelta = timedelta()) -> None:
        """Fire when their time comes. ahead: how far the product's clock is before real time."""
        self._ahead = ahead
        for function in self._lambdas.functions.values():
            for schedule in function.schedules:
                threading.Thread(
                    target=self._run, args=(function.name, schedule), daemon=True
                ).start()

    def move(self, by: timedelta) -> None:
        """Follow a clock that was moved on: what fell due meanwhile fires once, at once."""
        with self._changed:
            self._ahead += by
            self._changed.notify_all()

    def stop(self) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def _run(self, name: str, schedule: Schedule) -> None:
        while self._is_due(schedule):
            try:
                self._lambdas.invoke(name, event_of(schedule))
            except FunctionFailed as error:
                if not self._stopping:
                    print(f"schedule {schedule.name}: {error}", file=sys.stderr, flush=True)

    def _is_due(self, schedule: Schedule) -> bool:
        """True when its time has come, False when they stop."""
        with self._changed:
            due = next_fire(schedule.expression, self._now())
            while not self._stopping and (left := (due - self._now()).total_seconds()) > 0:
                self._changed.wait(left)
            return not self._stopping

    def _now(self) -> datetime:
        return datetime.now(UTC) + self._ahead
