"""What a story does with bitcoin: people send it on a real chain, blocks come, workers work."""

from decimal import Decimal
from typing import TYPE_CHECKING

from stack.stack import Stack
from stack.stand_ins.coins import CoinChain
from stack.stand_ins.coins.setup import work_on

if TYPE_CHECKING:
    from demo.scene import Scene

CURRENCY = "BTC"


class CoinStage:
    """Bitcoin as the people of a story meet it."""

    def __init__(self, scene: "Scene", stack: Stack, chain: CoinChain) -> None:
        self._scene, self._stack, self.chain = scene, stack, chain
        # Other stories have moved the product's clock on.
        chain.set_time(int(scene.now().timestamp()))
        work_on(stack, chain)
        self.poll("reads the chain as far as it is")

    def pay(self, who: str, address: str, amount: str) -> str:
        """Somebody sends coins, with little for the miners; the transaction."""
        sent = self.chain.pay(address, amount)
        self._scene.own_outside(
            f"{who} on Bitcoin", lambda: Decimal(amount) - self.chain.held(address)
        )
        self._scene.tell(who, f"sends {amount} BTC there", f"waits as {sent[:8]}…", "Bitcoin")
        return sent

    def bump(self, who: str, transaction: str) -> str:
        """The same payment, with more for the miners; the transaction that takes its place."""
        sent = self.chain.bump(transaction)
        self._scene.tell(who, "raises the fee", f"waits as {sent[:8]}…", "Bitcoin")
        return sent

    def mine(self, blocks: int = 1) -> None:
        """Blocks are found, with what waits."""
        self.chain.mine(blocks)
        self._scene.tell("miners", f"find {blocks} more", "", "Bitcoin")

    def replace(self) -> None:
        """Two other blocks take the place of the last, without what was in it."""
        self.chain.undo()
        self.chain.mine_empty(2)
        self._scene.tell("miners", "two other blocks replace the last", "", "Bitcoin")

    def poll(self, what: str) -> None:
        """The chain is read as far as it is now."""
        self._stack.invoke("CoinWatchFunction", {"rail": self.chain.kind.rail})
        self._scene.tell("schedule", what, "", "CoinWatchFunction")
