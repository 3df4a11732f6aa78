"""Refusals of commands, with the same codes and words as the database gives."""

from shared.errors import Problem, problem
from shared.generated.refusals import REFUSALS


def refusal(code: str) -> Problem:
    """The problem of a code of private.refusals, to be raised. Raises KeyError for others."""
    known = REFUSALS[code]
    return problem(known.status, code, known.detail, known.hint or None)
