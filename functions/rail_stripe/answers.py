"""Answers of Stripe where only one helps: the others end the work, for now or for good."""

from typing import TypeVar

from .outcome import Done, Later, Outcome, Refused

Value = TypeVar("Value")


class NotYet(Exception):
    """It cannot be settled now: the same is tried again later. The message says why."""


class NotOurs(Exception):
    """There is nothing to do, now or later. The message says why."""


def told(answer: Outcome[Value]) -> Value:
    """The value. Raises NotOurs for what Stripe does not know, NotYet for everything else."""
    if isinstance(answer, Done):
        return answer.value
    if isinstance(answer, Refused):
        if answer.status == 404:
            raise NotOurs("Stripe knows no such object")
        raise NotYet(f"refused: {answer.code or answer.status}")
    raise NotYet(answer.reason if isinstance(answer, Later) else f"unknown: {answer.reason}")
