"""What goes wrong between our functions and whoever they call, drawn call by call."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random

from stack.stand_ins.behaviour import drop, status, too_many
from stack.stand_ins.chain.anvil import Anvil
from stack.stand_ins.loopback import Behaviour, Received, Wire
from stack.stand_ins.stripe import faults
from stack.stand_ins.stripe.faults import Fault, Faults

# Of the calls while faults are injected.
LIKELY = 0.3
FAULTS = ("dropped", "failed", "limited", "failed after", "answer lost", "lied")
# The first call that is not only a question is done, and whoever made it dies.
DEATH = 1


class FaultInjector:
    """No faults until told otherwise. Safe to ask from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._random: Random | None = None
        self._kill: Callable[[], object] | None = None

    @contextmanager
    def of(self, trouble: int, kill: Callable[[], object]) -> Iterator[None]:
        """Inside the block. trouble: 0: no faults; DEATH: a kill; all else: the seed of faults."""
        with self._lock:
            self._random = Random(trouble) if trouble > DEATH else None
            self._kill = kill if trouble == DEATH else None
        try:
            yield
        finally:
            with self._lock:
                self._random = self._kill = None

    def strikes(self) -> str | None:
        """What happens to the call that is made now."""
        with self._lock:
            if self._random is None or self._random.random() >= LIKELY:
                return None
            return self._random.choice(FAULTS)

    def death(self) -> Callable[[], object] | None:
        """Kills the caller, once."""
        with self._lock:
            kill, self._kill = self._kill, None
            return kill


class FaultyStripe(Faults):
    """Faults of the stand-in, as the injector draws them."""

    def __init__(self, injector: FaultInjector) -> None:
        super().__init__()
        self._injector = injector

    def take(self, method: str, path: str) -> Fault:
        if method == "POST" and (kill := self._injector.death()):
            return Fault(after=_dying(kill))
        match self._injector.strikes():
            case "dropped":
                return faults.dropped()
            case "failed":
                return faults.fails()
            case "limited":
                return faults.too_many()
            case "failed after":
                return faults.fails(done=True)
            case "answer lost":
                return faults.answer_lost()
        return super().take(method, path)


def faulty_node(injector: FaultInjector, anvil: Anvil) -> Callable[[Received], Behaviour | None]:
    """What a node does with a request; None: what it should."""

    def done(then: Behaviour) -> Behaviour:
        def behave(wire: Wire, request: Received) -> None:
            anvil.forward(request.body)
            then(wire, request)

        return behave

    strikes = {
        "dropped": drop(),
        "failed": status(503, b"<html>Be right back</html>"),
        "limited": too_many(),
        "failed after": done(status(502)),
        "answer lost": done(drop()),
        "lied": _lying(anvil),
    }

    def choose(request: Received) -> Behaviour | None:
        if b"eth_sendRawTransaction" in request.body and (kill := injector.death()):
            return done(_dying(kill))
        strike = injector.strikes()
        if strike == "lied" and b"eth_getTransactionReceipt" not in request.body:
            return None
        return strikes[strike] if strike else None

    return choose


def _lying(anvil: Anvil) -> Behaviour:
    """Of whatever it has a receipt, it says that it failed."""

    def behave(wire: Wire, request: Received) -> None:
        code, content = anvil.forward(request.body)
        told = json.loads(content)
        for each in told if isinstance(told, list) else [told]:
            if isinstance(each.get("result"), dict) and "logs" in each["result"]:
                each["result"] |= {"status": "0x0", "logs": []}
        wire.reply(code, json.dumps(told).encode(), {"content-type": "application/json"})

    return behave


def _dying(kill: Callable[[], object]) -> Behaviour:
    def behave(wire: Wire, _: Received) -> None:
        kill()
        wire.leave()

    return behave
