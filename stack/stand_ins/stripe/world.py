"""What one Stripe account is: its objects, its clock and whom it tells."""

import copy
import functools
import itertools
import secrets
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from stack.stand_ins.stripe.errors import missing

API_VERSION = "2026-10-28.endive"

Object = dict[str, Any]
Clock = Callable[[], datetime]


class World:
    """Shared by all parts of the stand-in; `lock` is held while anything changes."""

    def __init__(self, clock: Clock) -> None:
        self.lock = threading.RLock()
        self.objects: dict[str, Object] = {}
        # Who asked: id and idempotency key of the request that is being done.
        self.request: Object = {"id": None, "idempotency_key": None}
        # What happens by the clock alone.
        self.sweeps: list[Callable[[], None]] = []
        self._clock = clock
        # Identifiers of two stand-ins never meet in one database.
        self._mark = secrets.token_hex(6)
        self._numbers = itertools.count(1)

    def now(self) -> int:
        """Seconds since the epoch."""
        return int(self._clock().timestamp())

    def new_id(self, prefix: str) -> str:
        return f"{prefix}_{self._mark}{next(self._numbers):06d}"

    def add(self, made: Object) -> Object:
        """Keep a new object, by its id."""
        self.objects[made["id"]] = made
        return made

    def find(self, kind: str, identifier: str, param: str = "id", status: int = 404) -> Object:
        """The object itself. Raises ApiError resource_missing."""
        found = self.objects.get(identifier)
        if found is None or found["object"] != kind:
            raise missing(kind, identifier, param, status)
        return found

    def of(self, kind: str) -> list[Object]:
        """All objects of a kind, oldest first."""
        return [each for each in self.objects.values() if each["object"] == kind]

    def emit(self, kind: str, about: Object) -> Object:
        """Keep an event with the object as it is now."""
        return self.add(
            {
                "id": self.new_id("evt"),
                "object": "event",
                "api_version": API_VERSION,
                "created": self.now(),
                "data": {"object": copy.deepcopy(about)},
                "livemode": False,
                "pending_webhooks": 1,
                "request": dict(self.request),
                "type": kind,
            }
        )

    def sweep(self) -> None:
        """Let time do its work: authorisations end, disputes lapse, refunds get their money."""
        with self.lock:
            for each in self.sweeps:
                each()


class _Part(Protocol):
    world: World


_Self = TypeVar("_Self", bound=_Part)
_Args = ParamSpec("_Args")
_Result = TypeVar("_Result")


def by_hand(
    method: Callable[Concatenate[_Self, _Args], _Result],
) -> Callable[Concatenate[_Self, _Args], _Result]:
    """What a test does to the world directly; it gets a copy of what came of it."""

    @functools.wraps(method)
    def hand(self: _Self, /, *args: _Args.args, **kwargs: _Args.kwargs) -> _Result:
        with self.world.lock:
            self.world.sweep()
            return copy.deepcopy(method(self, *args, **kwargs))

    return hand
