"""A chain as the tests have it: real blocks and reorganisations, tokens at their real addresses."""

import time
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import TracebackType
from typing import Any, Self

from functions.rail_evm.transaction import Signed, Transaction, transfer_data
from functions.rail_evm.units import from_units, to_units
from shared.keccak import keccak_256
from stack.stand_ins.chain.accounts import HOT_WALLET, ISSUER, PEOPLE, Account, account
from stack.stand_ins.chain.anvil import Anvil
from stack.stand_ins.chain.compiler import compiled
from stack.stand_ins.chain.faults import FaultyNode
from stack.stand_ins.chain.kinds import BASE, Kind
from stack.stand_ins.chain.tron import TronNode

GAS_LIMIT = 100_000
BATCH_SENDER = "0x00000000000000000000000000000000ba7c4000"
_GWEI = 10**9
_ETHER = 10**18


@dataclass(frozen=True)
class Dropped:
    """A transaction that a reorganisation took out of the chain."""

    hash: str
    raw: bytes


class Chain(AbstractContextManager["Chain"]):
    """A chain of its own inside the block.

    `safe` is two blocks behind `latest`, `finalized` four. url: of the node that functions use,
    which `node` can make fail; what the tests ask goes another way. Amounts are of a token; where
    none is named, of that which people pay with.
    """

    def __init__(self, kind: Kind = BASE) -> None:
        self.kind = kind
        # It signs for the issuer whatever the tests want minted or blocked.
        self.anvil = Anvil(kind.chain_id, f"m/44'/60'/{ISSUER}'/0/", account(ISSUER, 0).address)
        self.node = TronNode(self.anvil) if kind.is_tron else FaultyNode(self.anvil)
        self._people = 0

    def __enter__(self) -> Self:
        code = compiled()
        self.anvil.start()
        for address, contract in self.kind.contracts.items():
            self.anvil.ask("anvil_setCode", address, code[contract])
        self.node.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.node.__exit__(kind, error, trace)
        self.anvil.stop()

    @property
    def url(self) -> str:
        return self.node.url

    @property
    def hot_wallet(self) -> Account:
        return account(HOT_WALLET, 0)

    def person(self, amount: str = "0", token: str = "") -> Account:
        """Somebody nobody else is, with ether for gas and that much of a token."""
        self._people += 1
        somebody = account(PEOPLE, self._people)
        self.give_ether(somebody.address)
        if Decimal(amount):
            self.mint(somebody.address, amount, token)
        return somebody

    # Tokens

    def mint(self, to: str, amount: str, token: str = "") -> str:
        """Make money from nothing; the hash. It needs a block: mining must not be paused."""
        units = to_units(Decimal(amount), self.kind.decimals)
        return self._as_issuer(token, "mint(address,uint256)", _word(to), units.to_bytes(32, "big"))

    def block(self, address: str, blocked: bool = True, token: str = "") -> None:
        """Let the issuer block an address: whatever it sends or is sent reverts."""
        flag = int(blocked).to_bytes(32, "big")
        self._as_issuer(token, "setBlacklisted(address,bool)", _word(address), flag)

    def balance_of(self, address: str, token: str = "") -> Decimal:
        asked = {"to": token or self.kind.token, "data": "0x70a08231" + _word(address).hex()}
        return from_units(int(self.anvil.ask("eth_call", asked, "latest"), 16), self.kind.decimals)

    def transfer(self, sender: Account, to: str, amount: str, token: str = "") -> str:
        """Send money; the hash. It is in a block on return unless mining is paused."""
        return self.send(self.sign_transfer(sender, to, amount, token).raw)

    def sign_transfer(
        self, sender: Account, to: str, amount: str, token: str = "", tip: int = _GWEI
    ) -> Signed:
        """A transfer with the sender's next nonce, not sent. tip: wei per unit of gas."""
        base_fee = int(self.anvil.ask("eth_getBlockByNumber", "latest", False)["baseFeePerGas"], 16)
        nonce = self._next_nonce(sender.address)
        data = transfer_data(to, Decimal(amount), self.kind.decimals)
        return sender.sign(
            Transaction(
                self.kind.chain_id,
                nonce,
                tip,
                4 * base_fee + tip,
                GAS_LIMIT,
                token or self.kind.token,
                data,
            )
        )

    def send(self, raw: bytes) -> str:
        """Hand raw bytes to the chain, as after a reorganisation. Raises AnvilFailed."""
        hash_ = str(self.anvil.ask("eth_sendRawTransaction", "0x" + raw.hex()))
        if self.anvil.ask("anvil_getAutomine"):
            self.receipt(hash_)
        return hash_

    # The coin

    def pay(self, sender: Account, to: str, amount: str, data: bytes = b"") -> str:
        """Send ether, with a call where there is data; the hash."""
        price, nonce = self._gas_price(), self._next_nonce(sender.address)
        return self.send(
            sender.sign(
                Transaction(
                    self.kind.chain_id, nonce, _GWEI, price, 5 * GAS_LIMIT, to, data,
                    to_units(Decimal(amount), 18),
                )
            ).raw
        )  # fmt: skip

    def pay_by_contract(self, sender: Account, to: Collection[str], each: str) -> str:
        """Let a contract send ether to several at once; the hash."""
        self.anvil.ask("anvil_setCode", BATCH_SENDER, compiled()["BatchSender"])
        words = [(64).to_bytes(32, "big"), to_units(Decimal(each), 18).to_bytes(32, "big")]
        words += [len(to).to_bytes(32, "big"), *map(_word, to)]
        data = keccak_256(b"pay(address[],uint256)")[:4] + b"".join(words)
        return self.pay(sender, BATCH_SENDER, str(Decimal(each) * len(to)), data)

    def sweep_coin(self, sender: Account, to: str) -> Decimal:
        """Send all that an address has of the coin but for the gas; how much arrives."""
        price = self._gas_price()
        left = int(self.anvil.ask("eth_getBalance", sender.address, "latest"), 16) - 21_000 * price
        # Tip and cap alike, so that nothing is left over.
        signed = sender.sign(
            Transaction(
                self.kind.chain_id, self._next_nonce(sender.address), price, price, 21_000, to,
                b"", left,
            )
        )  # fmt: skip
        self.send(signed.raw)
        return from_units(left, 18)

    def coins_of(self, address: str) -> Decimal:
        return from_units(int(self.anvil.ask("eth_getBalance", address, "latest"), 16), 18)

    def _gas_price(self) -> int:
        base = int(self.anvil.ask("eth_getBlockByNumber", "latest", False)["baseFeePerGas"], 16)
        return 4 * base + _GWEI

    def _next_nonce(self, address: str) -> int:
        return int(self.anvil.ask("eth_getTransactionCount", address, "pending"), 16)

    # Blocks and time

    def height(self, tag: str = "latest") -> int:
        return int(self.anvil.ask("eth_getBlockByNumber", tag, False)["number"], 16)

    def mine(self, blocks: int = 1) -> int:
        """More blocks, with what waits in the first; the number of the last."""
        self.anvil.ask("anvil_mine", hex(blocks))
        return self.height()

    def pause(self) -> None:
        """No blocks until resume or mine: what is sent waits."""
        self.anvil.ask("evm_setAutomine", False)

    def resume(self) -> None:
        """Mine what waits, then a block for each transaction again."""
        self.anvil.ask("evm_setAutomine", True)
        self.mine()

    def reorg(self, depth: int, keep: Collection[str] = ()) -> list[Dropped]:
        """Replace the last blocks by others of the same number.

        keep: hashes of transactions that are in the new ones too, in the same place. The rest
        is returned; `send` includes it later.
        """
        kept, dropped = [], []
        for place in range(depth):
            number = hex(self.height() - depth + 1 + place)
            for hash_ in self.anvil.ask("eth_getBlockByNumber", number, False)["transactions"]:
                raw = self.anvil.ask("eth_getRawTransactionByHash", hash_)
                if hash_ in keep:
                    kept.append([raw, place])
                else:
                    dropped.append(Dropped(hash_, bytes.fromhex(raw[2:])))
        self.anvil.ask("anvil_reorg", depth, kept)
        return dropped

    def rollback(self, depth: int) -> None:
        """Take the last blocks away; what was in them is forgotten."""
        self.anvil.ask("anvil_rollback", depth)

    def set_base_fee(self, wei: int) -> None:
        """What a unit of gas costs in the next block."""
        self.anvil.ask("anvil_setNextBlockBaseFeePerGas", hex(wei))

    def advance(self, seconds: int) -> None:
        """A block that much later."""
        self.anvil.ask("evm_increaseTime", hex(seconds))
        self.mine()

    def catch_up(self, now: datetime) -> None:
        """Blocks of this time from here on, where those of the chain are older."""
        behind = int(now.timestamp()) - int(
            self.anvil.ask("eth_getBlockByNumber", "latest", False)["timestamp"], 16
        )
        if behind > 0:
            self.advance(behind)

    def give_ether(self, address: str, wei: int = _ETHER) -> None:
        """Set what an address has for gas."""
        self.anvil.ask("anvil_setBalance", address, hex(wei))

    def calm(self) -> None:
        """Return once nothing waits for a block. Mining must not be paused. Raises TimeoutError."""
        _wait(
            lambda: int(self.anvil.ask("txpool_status")["pending"], 16) == 0 or None,
            "what waits for a block",
        )

    @property
    def paused(self) -> bool:
        return not self.anvil.ask("anvil_getAutomine")

    def receipt(self, hash_: str) -> dict[str, Any]:
        """The receipt, once there is one. Raises TimeoutError."""
        found: dict[str, Any] = _wait(
            lambda: self.anvil.ask("eth_getTransactionReceipt", hash_), f"receipt of {hash_}"
        )
        return found

    def _as_issuer(self, token: str, function: str, *words: bytes) -> str:
        data = keccak_256(function.encode())[:4] + b"".join(words)
        to = token or self.kind.token
        asked = {"from": account(ISSUER, 0).address, "to": to, "data": "0x" + data.hex()}
        hash_ = str(self.anvil.ask("eth_sendTransaction", asked))
        self.receipt(hash_)
        return hash_


def _word(address: str) -> bytes:
    return bytes.fromhex(address[2:]).rjust(32, b"\0")


def _wait(ask: Callable[[], Any], what: str) -> Any:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if (found := ask()) is not None:
            return found
        time.sleep(0.005)
    raise TimeoutError(what)
