"""A worker of payouts in the tests' own process: it can be stopped dead at any step."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Literal, TypeAlias

from functions.rail_evm.fees import Limits
from functions.rail_evm.node import Node
from functions.rail_evm.rail import EvmRail
from functions.rail_evm.settings import network
from functions.rail_evm.signer import Signer
from functions.rail_evm.transaction import Signed, Transaction
from shared.db import PostgrestDatabase
from shared.payouts import pay
from stack.stand_ins.chain import CHAIN_ID
from tests.world.http.chain import Scene

Step: TypeAlias = Literal["before_signing", "before_sending", "after_sending", "before_recording"]


class Killed(BaseException):
    """The worker is gone: nothing after this line happens."""


class Time:
    """The time that a function has left: enough."""

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


def _nothing() -> None:
    return None


class Worker:
    """at: what happens at a step besides the step itself; Killed stops it there.

    before_signing: nothing is kept yet. before_sending: it is kept. after_sending: the node has
    it. before_recording: the answer is known.
    """

    def __init__(
        self,
        scene: Scene,
        at: Mapping[Step, Callable[[], None]] | None = None,
        fee_ceiling: int = 200 * 10**9,
    ) -> None:
        steps = dict(at or {})
        stack, account = scene.desk.stack, scene.chain.hot_wallet

        class Books(PostgrestDatabase):
            def service_rpc(self, name: str, *args: Any, **options: Any) -> Any:
                if name == "payout_record":
                    steps.get("before_recording", _nothing)()
                return super().service_rpc(name, *args, **options)

        class Line(Node):
            def send(self, signed: Signed) -> None:
                steps.get("before_sending", _nothing)()
                super().send(signed)
                steps.get("after_sending", _nothing)()

        class Pen(Signer):
            def sign(self, transaction: Transaction) -> Signed:
                steps.get("before_signing", _nothing)()
                return account.sign(transaction)

        self._books = Books(
            stack.postgrest.url, stack.anon_key, lambda **_: stack.service_key
        )  # fmt: skip
        self._node = Line(scene.chain.url, CHAIN_ID)
        pen = Pen(None, key_id="", ciphertext=b"", address=account.address, chain_id=CHAIN_ID)
        limits = Limits(ceiling=fee_ceiling, least_tip=10**6)
        known = replace(network(self._books, "base"), fees=limits)
        self.alarms: list[str] = []
        self._rail = EvmRail(self._books, [self._node], pen, known, self.alarms.append)

    def run(self) -> dict[str, int]:
        """One run, to its end or to its death."""
        try:
            return pay(self._books, "base", self._rail, Time())
        except Killed:
            return {"killed": 1}
        finally:
            self._books.close()
            with self._node:
                pass
