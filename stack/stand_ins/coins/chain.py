"""A chain of coins as the tests have it: payments, raised fees, double spends, reorganisations."""

from contextlib import AbstractContextManager
from decimal import Decimal
from types import TracebackType
from typing import Any, Self

from stack.stand_ins.chain.faults import FaultyNode
from stack.stand_ins.chain.seed import Node as Account
from stack.stand_ins.coins.kinds import BITCOIN, CoinKind
from stack.stand_ins.coins.node import CoinNode

_PAYER = "payer"
# What an extended public key of a test network begins with (tpub).
TEST_VERSION = bytes.fromhex("043587cf")
# Blocks after which what was mined can be spent.
_RIPE = 101
FEE = Decimal("0.0001")


class CoinChain(AbstractContextManager["CoinChain"]):
    """A chain of its own inside the block, with somebody who has coins and mines.

    Addresses are those of the main network. url: of the node that functions use, which `node` can
    make fail; what the tests ask goes another way. A payment is named by its transaction.
    """

    def __init__(self, kind: CoinKind = BITCOIN) -> None:
        self.kind = kind
        self.real = CoinNode(kind.program)
        self.node = FaultyNode(self.real)

    def __enter__(self) -> Self:
        self.real.start()
        self.ask("createwallet", _PAYER)
        self.miner = self._mines_to = self._own_address()
        self.mine(_RIPE + 20)
        self.node.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.node.__exit__(kind, error, trace)
        self.real.stop()

    @property
    def url(self) -> str:
        return self.node.url

    def ask(self, method: str, *params: Any, wallet: str = "") -> Any:
        return self.real.ask(method, *params, wallet=wallet)

    @property
    def genesis(self) -> str:
        return str(self.ask("getblockhash", 0))

    @property
    def height(self) -> int:
        return int(self.ask("getblockcount"))

    # Payments

    def pay(self, to: str, amount: str, signals: bool = True) -> str:
        """Send coins; the transaction. signals: whether it says that it may be replaced."""
        spent = self._coin(Decimal(amount) + FEE)
        return self.send(self.signed([spent], {to: Decimal(amount)}, signals=signals))

    def pay_from_nowhere(self, to: str, amount: str) -> str:
        """Send coins from an address that nobody saw before; a block comes first."""
        own = self._own_address()
        brought = self.pay_as_written(own, str(Decimal(amount) + FEE))
        self.mine()
        outputs = self.ask("decoderawtransaction", self.raw(brought))["vout"]
        (place,) = [e["n"] for e in outputs if _address(e["scriptPubKey"]) == own]
        coin = {"txid": brought, "vout": place, "amount": outputs[place]["value"]}
        return self.send(self.signed([coin], {to: Decimal(amount)}))

    def pay_as_written(self, to: str, amount: str) -> str:
        """Send coins to an address of any form, as the node's own network writes it."""
        return str(self.ask("sendtoaddress", to, amount, wallet=_PAYER))

    def pay_many(self, to: dict[str, Decimal]) -> str:
        """Send coins to several by one transaction; that one."""
        spent = self._coin(sum(to.values(), Decimal(0)) + FEE)
        return self.send(self.signed([spent], to))

    def signed(
        self,
        spent: list[dict[str, Any]],
        to: dict[str, Decimal],
        fee: Decimal = FEE,
        signals: bool = True,
    ) -> str:
        """A transaction that spends coins, not sent; what is left goes back."""
        sequence = 0xFFFFFFFD if signals else 0xFFFFFFFE
        inputs = [{"txid": e["txid"], "vout": e["vout"], "sequence": sequence} for e in spent]
        rest = sum((e["amount"] for e in spent), Decimal(0)) - sum(to.values(), Decimal(0)) - fee
        outputs = [{self.kind.as_test(address): str(paid)} for address, paid in to.items()]
        if rest > 0:
            outputs.append({self.miner: str(rest)})
        raw = self.ask("createrawtransaction", inputs, outputs)
        return str(self.ask("signrawtransactionwithwallet", raw, wallet=_PAYER)["hex"])

    def send(self, raw: str) -> str:
        """Hand a signed transaction to the node; its name. Raises Refused."""
        return str(self.ask("sendrawtransaction", raw))

    def bump(self, transaction: str, fee: str = "0.001") -> str:
        """Pay the same with more for the miner, by another transaction; that one."""
        spent, outputs = self._parts(transaction)
        to = {address: amount for address, amount in outputs.items() if address != self.miner}
        return self.send(
            self.signed(spent, {self.kind.as_main(a): n for a, n in to.items()}, Decimal(fee))
        )

    def double_spend(self, transaction: str, fee: str = "0.002") -> str:
        """Spend the same coins otherwise: whoever was paid is not."""
        spent, _ = self._parts(transaction)
        return self.send(self.signed(spent, {}, Decimal(fee)))

    def is_waiting(self, transaction: str) -> bool:
        """Whether it waits for a block."""
        return transaction in self.ask("getrawmempool")

    def raw(self, transaction: str) -> str:
        """The bytes of a transaction that waits, or of one of the payer's, in hex."""
        return str(self.ask("gettransaction", transaction, wallet=_PAYER)["hex"])

    # Blocks and time

    def mine(self, blocks: int = 1) -> list[str]:
        """More blocks, with what waits in the first; their hashes."""
        return list(self.ask("generatetoaddress", blocks, self._mines_to))

    def mine_empty(self, blocks: int = 1) -> list[str]:
        """More blocks without what waits."""
        return [str(self.ask("generateblock", self._mines_to, [])["hash"]) for _ in range(blocks)]

    def undo(self, depth: int = 1) -> str:
        """Take the last blocks back: what they held waits again. The first of them."""
        first = str(self.ask("getblockhash", self.height - depth + 1))
        self.ask("invalidateblock", first)
        # In the same second the same block would be made, which is no longer valid.
        self._mines_to = self._own_address()
        return first

    def forget(self) -> None:
        """Let all that waits expire, as after two weeks."""
        later = int(self.ask("getblockheader", self.ask("getbestblockhash"))["time"]) + 337 * 3600
        self.ask("setmocktime", later)
        # What is too old goes when something new comes.
        self.pay_as_written(self._own_address(), "0.01")
        self.ask("setmocktime", 0)

    def set_time(self, seconds: int) -> None:
        """Blocks from now on are of this time; 0: of now."""
        self.ask("setmocktime", seconds)

    # What the node says

    def held(self, address: str) -> Decimal:
        """What nothing has spent of an address, in blocks."""
        script = f"addr({self.kind.as_test(address)})"
        return Decimal(self.ask("scantxoutset", "start", [script])["total_amount"])

    def node_derives(self, account: Account, index: int) -> str:
        """The address of an index below the public key of an account."""
        told = self.ask("getdescriptorinfo", f"wpkh({account.xpub(TEST_VERSION)}/0/*)")[
            "descriptor"
        ]
        (address,) = self.ask("deriveaddresses", told, [index, index])
        return self.kind.as_main(address)

    def payer_address(self, transaction: str) -> str:
        """The address whose coin a transaction of the payer's spends first."""
        first = self.ask("decoderawtransaction", self.raw(transaction))["vin"][0]
        before = self.ask("decoderawtransaction", self.raw(first["txid"]))
        return self.kind.as_main(_address(before["vout"][first["vout"]]["scriptPubKey"]))

    def _own_address(self) -> str:
        return str(self.ask("getnewaddress", "", "bech32", wallet=_PAYER))

    def _coin(self, least: Decimal) -> dict[str, Any]:
        """One coin of the payer's that is in a block, and is that much at least."""
        found: list[dict[str, Any]] = self.ask("listunspent", 1, wallet=_PAYER)
        return min((e for e in found if e["amount"] > least), key=lambda e: e["amount"])

    def _parts(self, transaction: str) -> tuple[list[dict[str, Any]], dict[str, Decimal]]:
        told = self.ask("decoderawtransaction", self.raw(transaction))
        spent = []
        for each in told["vin"]:
            before = self.ask("decoderawtransaction", self.raw(each["txid"]))
            spent.append({"txid": each["txid"], "vout": each["vout"],
                          "amount": before["vout"][each["vout"]]["value"]})  # fmt: skip
        return spent, {_address(each["scriptPubKey"]): each["value"] for each in told["vout"]}


def _address(script: dict[str, Any]) -> str:
    # Litecoin's node still tells a list.
    return str(script.get("address") or script["addresses"][0])
