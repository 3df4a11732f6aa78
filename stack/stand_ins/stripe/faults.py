"""What goes wrong with the next calls: before, while or after they are done."""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from stack.stand_ins.behaviour import drop, hang
from stack.stand_ins.loopback import Behaviour, Wire
from stack.stand_ins.stripe.errors import ApiError, internal, limited


@dataclass(frozen=True)
class Fault:
    """instead: done in place of the call. refusal: answered before anything is looked at.
    wait: while the key is taken and before the call is done. crash: it fails as it starts,
    or (crash_after) when all is done. after: done in place of the answer."""

    instead: Behaviour | None = None
    refusal: Callable[[], ApiError] | None = None
    wait: Callable[[Wire], None] | None = None
    crash: Callable[[], ApiError] | None = None
    crash_after: bool = False
    after: Behaviour | None = None


def times_out() -> Fault:
    """Taken, never done and never answered."""
    return Fault(instead=hang())


def dropped() -> Fault:
    """The connection ends before anything is done."""
    return Fault(instead=drop())


def answer_lost() -> Fault:
    """Done; then the connection ends without an answer."""
    return Fault(after=drop())


def answer_late() -> Fault:
    """Done; the answer never comes."""
    return Fault(after=hang())


def fails(*, done: bool = False) -> Fault:
    """500, the thing itself done or not. The answer is kept under the key."""
    return Fault(crash=internal, crash_after=done)


def too_many() -> Fault:
    """429, not done and not kept."""
    return Fault(refusal=limited)


def slow(seconds: float) -> Fault:
    """Done and answered after a time; its key is in use until then."""
    return Fault(wait=lambda wire: wire.pause(seconds))


@dataclass
class Gate:
    """Holds a call, with its key in use, until the test lets it go."""

    reached: threading.Event = field(default_factory=threading.Event)
    open: threading.Event = field(default_factory=threading.Event)

    def fault(self) -> Fault:
        return Fault(wait=self._hold)

    def _hold(self, wire: Wire) -> None:
        self.reached.set()
        self.open.wait(60)


class Faults:
    """The faults that wait for their calls; each meets the first that fits."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next: list[tuple[str, re.Pattern[str], Fault]] = []

    def next(self, fault: Fault, path: str, *, method: str = "POST", times: int = 1) -> None:
        """For the next calls. path: a pattern of the whole path, such as "/v1/transfers"."""
        with self._lock:
            self._next.extend([(method, re.compile(path), fault)] * times)

    def clear(self) -> None:
        with self._lock:
            self._next.clear()

    def take(self, method: str, path: str) -> Fault:
        """The fault of this call; one without effect if there is none."""
        with self._lock:
            for place, (wanted, pattern, fault) in enumerate(self._next):
                if method == wanted and pattern.fullmatch(path):
                    del self._next[place]
                    return fault
        return Fault()
