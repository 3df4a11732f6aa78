"""A node of the chain as the rail asks it: typed questions, checked answers.

Every method raises NodeRefused and NodeUnknown (see rpc). Amounts of ether are in wei.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self, TypeAlias

from . import answers
from .answers import Block, CoinTransfer, Receipt
from .fees import FeeHistory
from .rpc import NodeUnknown, Question, Rpc
from .transaction import Signed

_BALANCE_OF = bytes.fromhex("70a08231")
_DECIMALS = "0x313ce567"

Tag: TypeAlias = Literal["latest", "safe", "finalized"]


class WrongChain(NodeUnknown):
    """The node is of another chain: nothing it says counts."""


class Reorganised(Exception):
    """The chain is no longer the one that was read so far."""


class Node:
    """One node of one chain; it is asked which chain it is of before anything else."""

    def __init__(self, url: str, chain_id: int) -> None:
        self.chain_id = chain_id
        self._rpc = Rpc(url)
        self._checked = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._rpc.close()

    def block(self, at: Tag | int) -> Block | None:
        """The header by tag or number; None when there is no such block (yet)."""
        return answers.maybe(answers.block, self._ask("eth_getBlockByNumber", _at(at), False))

    def blocks(self, *at: Tag | int) -> list[Block | None]:
        """Several headers, all as one server has them."""
        told = self._ask_all(*(("eth_getBlockByNumber", (_at(each), False)) for each in at))
        return [answers.maybe(answers.block, each) for each in told]

    def logs(
        self,
        addresses: Sequence[str],
        topics: Sequence[Any],
        first: int,
        last: int,
        after: str | None = None,
    ) -> tuple[list[Mapping[str, Any]], Block]:
        """Logs of the blocks first to last, and the header of the last.

        Both come from one server: one that lags behind would leave logs out without a word.
        Every provider bounds the answer in its own words: ask a refused range again in halves.
        after: hash that the block before the first must have; raises Reorganised.
        """
        wanted = {
            "address": [*addresses], "topics": [*topics],
            "fromBlock": hex(first), "toBlock": hex(last),
        }  # fmt: skip
        header, found, *before = self._ask_all(
            ("eth_getBlockByNumber", (hex(last), False)),
            ("eth_getLogs", (wanted,)),
            *((("eth_getBlockByNumber", (hex(first - 1), False)),) if after else ()),
        )
        if header is None or None in before:
            raise NodeUnknown("the node has not come to the last block")
        if any(answers.block(each).hash != after for each in before):
            raise Reorganised
        if not (isinstance(found, list) and all(isinstance(each, dict) for each in found)):
            raise NodeUnknown("logs are no list")
        return found, answers.block(header)

    def fee_history(self, blocks: int = 10, percentile: int = 50) -> FeeHistory:
        """Base fees and tips of the latest blocks."""
        told = answers.mapping(self._ask("eth_feeHistory", hex(blocks), "latest", [percentile]))
        base_fees = [answers.quantity(each) for each in answers.items(told, "baseFeePerGas")]
        if not base_fees:
            raise NodeUnknown("no base fee")
        # Some nodes leave the tips out of blocks without transactions.
        rewards = answers.items(told, "reward") if told.get("reward") else []
        tips = [answers.quantity(each[0]) for each in rewards if isinstance(each, list) and each]
        return FeeHistory(answers.quantity(told.get("oldestBlock")), base_fees, tips)

    def send(self, signed: Signed) -> None:
        """Broadcast a transaction. Whoever gets NodeUnknown asks for its hash later; NodeRefused
        proves no more (already_known and nonce_too_low least of all)."""
        if self._ask("eth_sendRawTransaction", "0x" + signed.raw.hex()) != signed.hash:
            raise NodeUnknown("the node names another transaction")

    def receipt(self, transaction_hash: str) -> Receipt | None:
        """None while no block has it; a reorganisation may take it away again."""
        return answers.maybe(
            answers.receipt, self._ask("eth_getTransactionReceipt", transaction_hash)
        )

    def witness(
        self, transaction_hash: str, number: int, tag: Tag
    ) -> tuple[Receipt | None, Block | None, Block | None]:
        """The receipt of a transaction, the block of that number and the block of that tag, as
        one server has them now; WrongChain when it is of another chain by now."""
        chain, told, block, sure = self._ask_all(
            ("eth_chainId", ()),
            ("eth_getTransactionReceipt", (transaction_hash,)),
            ("eth_getBlockByNumber", (hex(number), False)),
            ("eth_getBlockByNumber", (tag, False)),
        )
        self._is_of(chain)
        return (
            answers.maybe(answers.receipt, told),
            answers.maybe(answers.block, block),
            answers.maybe(answers.block, sure),
        )

    def transaction_count(self, address: str, at: Tag | int | Literal["pending"] = "latest") -> int:
        """How many transactions an address has sent: the next nonce of that moment."""
        return answers.quantity(self._ask("eth_getTransactionCount", address, _at(at)))

    def balance(self, address: str, at: Tag | int = "latest") -> int:
        """Wei of an address."""
        return answers.quantity(self._ask("eth_getBalance", address, _at(at)))

    def call(
        self,
        to: str,
        data: bytes,
        at: Tag | int = "latest",
        sender: str | None = None,
        value: int = 0,
    ) -> bytes:
        """What a contract answers. sender, value: as whom and with how many wei, for a try of what
        is to be sent; a transfer that a blocklist forbids is refused with the kind `reverted`."""
        asked = {"to": to, "data": "0x" + data.hex()} | ({"from": sender} if sender else {})
        asked |= {"value": hex(value)} if value else {}
        return answers.data(self._ask("eth_call", asked, _at(at)))

    def token_balances(self, token: str, addresses: Sequence[str], block: Block) -> list[int]:
        """What addresses have of a token after a block, in its smallest units, all as one server
        has them; NodeUnknown when it has another block there."""
        at = hex(block.number)
        header, *told = self._ask_all(
            ("eth_getBlockByNumber", (at, False)),
            *(
                ("eth_call", ({"to": token, "data": "0x" + balance_call(each).hex()}, at))
                for each in addresses
            ),
        )
        if header is None or answers.block(header).hash != block.hash:
            raise NodeUnknown("another block")
        return [answers.number(answers.data(each)) for each in told]

    def accounts(self, addresses: Sequence[str], block: Block) -> list[tuple[int, int]]:
        """Wei of addresses after a block, and how many transactions each had sent, all as one
        server has them; NodeUnknown when it has another block there."""
        at = hex(block.number)
        header, *told = self._ask_all(
            ("eth_getBlockByNumber", (at, False)),
            *(
                (method, (each, at))
                for each in addresses
                for method in ("eth_getBalance", "eth_getTransactionCount")
            ),
        )
        if header is None or answers.block(header).hash != block.hash:
            raise NodeUnknown("another block")
        numbers = [answers.quantity(each) for each in told]
        return list(zip(numbers[::2], numbers[1::2], strict=True))

    def coin_transfers(self, numbers: range) -> list[CoinTransfer]:
        """The transactions of blocks of these heights."""
        told = self._ask_all(*(("eth_getBlockByNumber", (hex(each), True)) for each in numbers))
        return [
            answers.coin_transfer(each)
            for block in told
            for each in answers.items(answers.mapping(block), "transactions")
        ]

    def transaction(self, transaction_hash: str) -> CoinTransfer | None:
        """None when the node knows of none."""
        told = self._ask("eth_getTransactionByHash", transaction_hash)
        return answers.maybe(answers.coin_transfer, told)

    def decimals_of(self, tokens: Sequence[str]) -> list[int | None]:
        """Decimals of the smallest unit of tokens, as their contracts say now; None: there is no
        such contract."""
        told = self._ask_all(
            *(("eth_call", ({"to": each, "data": _DECIMALS}, "latest")) for each in tokens)
        )
        found = [answers.data(each) for each in told]
        return [answers.number(each) if len(each) == 32 else None for each in found]

    def _ask(self, method: str, *params: Any) -> Any:
        self._check()
        return self._rpc.ask(method, *params)

    def _ask_all(self, *questions: Question) -> list[Any]:
        self._check()
        return self._rpc.ask_all(*questions)

    def _check(self) -> None:
        if not self._checked:
            self._is_of(self._rpc.ask("eth_chainId"))
            self._checked = True

    def _is_of(self, told: Any) -> None:
        if answers.quantity(told) != self.chain_id:
            raise WrongChain("the node is of another chain")


def balance_call(address: str) -> bytes:
    """The question to a token's contract what an address has."""
    return _BALANCE_OF + bytes.fromhex(address[2:]).rjust(32, b"\0")


def _at(at: str | int) -> str:
    return hex(at) if isinstance(at, int) else at
