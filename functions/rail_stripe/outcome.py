"""What became of a call to Stripe. Only this module interprets a failure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import stripe
from requests.exceptions import ConnectionError as RequestsConnectionError
from requests.exceptions import ConnectTimeout
from urllib3.exceptions import MaxRetryError, NewConnectionError

from .objects import Json

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Done(Generic[Value]):
    """It was done, now or under the same key before."""

    value: Value


@dataclass(frozen=True, slots=True)
class Refused:
    """It was not done, and asking again changes nothing as long as nothing else does.

    The refusal may be kept under its key for a day: who asks again takes a new key.
    status: of HTTP. code: Stripe's, such as balance_insufficient. message: for operators.
    """

    status: int
    code: str | None
    message: str


@dataclass(frozen=True, slots=True)
class Later:
    """It was not done. Try later, with the same key."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """It was done or it was not: ask the rail before anything else.

    The same key may be used again; after a 5xx that gives the same 5xx for a day.
    """

    reason: str


# What a command has, and what a question has: that can be asked again.
Outcome = Done[Value] | Refused | Later | Unknown
Answer = Done[Value] | Refused | Later


def command(
    call: Callable[[stripe.RequestOptions], stripe.StripeObject],
    parse: Callable[[Json], Value],
    key: str,
) -> Outcome[Value]:
    """Do a call that changes something at Stripe, under our key. Raises ValueError without one."""
    # The library would make one up.
    if not key:
        raise ValueError("a command needs its key")
    return _outcome(lambda: parse(call({"idempotency_key": key}).to_dict()))


def question(
    call: Callable[[], stripe.StripeObject], parse: Callable[[Json], Value]
) -> Answer[Value]:
    """Do a call that changes nothing."""
    return _answer(lambda: parse(call().to_dict()))


def listing(
    call: Callable[[], stripe.ListObject[Any]], parse: Callable[[Json], Value]
) -> Answer[tuple[Value, ...]]:
    """All pages of a list, oldest first."""
    return _answer(lambda: tuple(parse(each.to_dict()) for each in call().auto_paging_iter())[::-1])


def _outcome(call: Callable[[], Value]) -> Outcome[Value]:
    try:
        return Done(call())
    except stripe.StripeError as error:
        return _of(error)
    except (KeyError, TypeError, ValueError) as error:
        # Stripe said yes in words that we do not understand.
        return Unknown(f"the answer is not as expected: {type(error).__name__}")


def _answer(call: Callable[[], Value]) -> Answer[Value]:
    found = _outcome(call)
    return Later(found.reason) if isinstance(found, Unknown) else found


def _of(error: stripe.StripeError) -> Refused | Later | Unknown:
    status = error.http_status
    if isinstance(error, stripe.APIConnectionError):
        return Later("not reachable") if _never_sent(error) else Unknown("no answer")
    if isinstance(error, stripe.IdempotencyError):
        # The key belongs to another call, which may well have been done.
        return Unknown("the key was used for something else")
    if isinstance(error, stripe.RateLimitError):
        return Later("status 429")
    if status is None or not 400 <= status < 500 or status in (408, 409):
        return Unknown(f"status {status}")
    if status == 401 or (status == 403 and _code(error) != "account_invalid"):
        # About our key, not about the payment.
        return Later(f"status {status}")
    return Refused(status, _code(error), error.user_message or "")


def _code(error: stripe.StripeError) -> str | None:
    # The library copies it for some classes of errors only.
    return error.error.code if error.error else error.code


def _never_sent(error: stripe.APIConnectionError) -> bool:
    cause = error.__cause__
    if isinstance(cause, ConnectTimeout):
        return True
    if not isinstance(cause, RequestsConnectionError) or not cause.args:
        return False
    reason = cause.args[0]
    return isinstance(reason, MaxRetryError) and isinstance(reason.reason, NewConnectionError)
