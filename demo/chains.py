"""What a story does with USDC: people send it on a real chain, blocks go by, workers work."""

from decimal import Decimal
from typing import TYPE_CHECKING

from demo.users import User
from stack.stack import Stack
from stack.stand_ins.chain import Chain
from stack.stand_ins.chain.accounts import Account
from stack.stand_ins.chain.hot_wallet import work_on
from stack.stand_ins.screening import Screening

if TYPE_CHECKING:
    from demo.scene import Scene

CURRENCY = "USDC_BASE"
# Blocks after which every transfer is final.
_FINAL = 5
_FLOAT = "10000"


class ChainStage:
    """Base as the people of a story meet it."""

    def __init__(self, scene: "Scene", stack: Stack, chain: Chain, screening: Screening) -> None:
        self._scene, self._stack, self.chain = scene, stack, chain
        self._accounts: dict[str, Account] = {}
        work_on(stack, chain)
        stack.configure(**screening.variables())
        self._keep_time()
        chain.mint(chain.hot_wallet.address, _FLOAT)
        chain.give_ether(chain.hot_wallet.address, 10**20)

    def account(self, owner: User, amount: str = "0") -> None:
        """The owner has so much on the chain, and names the address for what comes back."""
        account = self.chain.person()
        if Decimal(amount):
            self.chain.mint(account.address, amount)
        self._accounts[owner.id] = account
        self._scene.command(
            owner, "names an address on Base", "/payout-destinations",
            {"rail": "base", "address": account.address}, aal="aal2", expect="201",
        )  # fmt: skip
        self._scene.own_outside(
            f"{owner.name} on Base", lambda: self.chain.balance_of(account.address)
        )

    def address(self, owner: User) -> str:
        """Where the owner is on the chain."""
        return self._accounts[owner.id].address

    def send(self, payer: User, escrow: str, amount: str) -> None:
        """The payer asks where to pay, and sends it there."""
        asked = self._scene.move(
            payer, escrow, "asks where to pay", "deposit-address", expect="200"
        )
        self.pay(payer, str(asked.body["address"]), amount)

    def pay(self, payer: User, address: str, amount: str) -> None:
        """The payer sends money on the chain."""
        self._keep_time()
        self.chain.transfer(self._accounts[payer.id], address, amount)
        self._scene.tell(payer.name, f"sends {amount} USDC there", "in a block", "Base")

    def poll(self, what: str) -> None:
        """The chain is read as far as it is now."""
        self._keep_time()
        self._stack.tick("EvmWatchFunction")
        self._scene.tell("schedule", what, "", "EvmWatchFunction")

    def settle(self, what: str) -> None:
        """Blocks go by until what is on the chain is final, and the workers work."""
        self._keep_time()
        self.chain.mine(_FINAL)
        for worker in ("EvmWatchFunction", "EscrowReportsFunction"):
            self._stack.tick(worker)
        self._scene.tell("schedule", what, "", "EvmWatchFunction")

    def pay_out(self, what: str) -> None:
        """What is owed is signed, sent, and confirmed when it is final."""
        self._keep_time()
        self._stack.tick("ScreenFunction")
        self._stack.tick("EvmPayoutsFunction")
        self.chain.mine(_FINAL)
        self._scene.wait(minutes=5)
        self._keep_time()
        self._stack.tick("EvmPayoutsFunction")
        self._scene.tell("schedule", what, "", "EvmPayoutsFunction")

    def _keep_time(self) -> None:
        # Money of a block that is days older than its escrow would not be believed.
        self.chain.catch_up(self._scene.now())
