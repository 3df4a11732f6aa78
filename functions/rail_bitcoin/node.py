"""A node of Bitcoin or Litecoin as the rail asks it: typed questions, checked answers.

Every method raises NodeRefused and NodeUnknown (see rpc).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

from .block import DECIMALS, Block, Transaction, parse_block, parse_transaction
from .rpc import PATIENCE_SECONDS, NodeRefused, NodeUnknown, Rpc

_HASH = re.compile(r"[0-9a-f]{64}")
_HEX = re.compile(r"([0-9a-f]{2})*")
# The node knows of no such block or transaction; it has no block of that height.
_UNKNOWN, _NO_HEIGHT = -5, -8


class WrongChain(NodeUnknown):
    """The node is of another chain: nothing it says counts."""


@dataclass(frozen=True, slots=True)
class Header:
    """A block as a node knows it. median_time: seconds since 1970, the middle of its own time and
    those of the ten before it (BIP-113): it never goes back. confirmations: blocks on it, with
    itself; below zero: another chain is longer."""

    hash: str
    number: int
    median_time: int
    confirmations: int


@dataclass(frozen=True, slots=True)
class Unspent:
    """An output that nothing has spent."""

    script: bytes
    amount: Decimal


class Node:
    """One node of one chain; it is asked which chain it is of before anything else.

    genesis: hash of the first block of the chain. patience: seconds for an answer.
    """

    def __init__(self, url: str, genesis: str, patience: float = PATIENCE_SECONDS) -> None:
        self._rpc = Rpc(url, patience)
        self._genesis = genesis
        self._checked = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._rpc.close()

    def height(self) -> int:
        """Number of the last block."""
        return _number(self._ask("getblockcount"))

    def hashes(self, numbers: Sequence[int]) -> list[str | None]:
        """Hashes of blocks of the chain by their numbers, as one server has them; None: there is
        no such block (yet)."""
        told = self._ask_all(*(("getblockhash", (each,)) for each in numbers))
        return [None if _is(each, _NO_HEIGHT) else _hash(_answer(each)) for each in told]

    def block(self, hash_: str) -> Block:
        """A block, read from its bytes. Raises BadBlock among the others."""
        return parse_block(_bytes(self._ask("getblock", hash_, 0)), hash_)

    def header(self, hash_: str) -> Header | None:
        """What the node knows of a block; None: it has none of this hash."""
        try:
            told = _mapping(self._ask("getblockheader", hash_))
        except NodeRefused as error:
            if error.code == _UNKNOWN:
                return None
            raise
        return Header(
            hash=_hash(told.get("hash")), number=_number(told.get("height")),
            median_time=_number(told.get("mediantime")),
            confirmations=_number(told.get("confirmations")),
        )  # fmt: skip

    def transaction(self, txid: str, block_hash: str) -> Transaction | None:
        """A transaction of a block; None: the block does not have it, or there is none such."""
        try:
            told = self._ask("getrawtransaction", txid, False, block_hash)
        except NodeRefused as error:
            if error.code == _UNKNOWN:
                return None
            raise
        return parse_transaction(_bytes(told))

    def spent_script(self, txid: str, block_hash: str) -> bytes | None:
        """The script of what a transaction of a block spends first; None: the node does not say,
        as those of Litecoin. Of no use as a proof: nothing in the block commits to it."""
        told = _mapping(self._ask("getrawtransaction", txid, 2, block_hash))
        spent = told.get("vin")
        first = spent[0] if isinstance(spent, list) and spent else {}
        script = _mapping(_mapping(_mapping(first).get("prevout", {})).get("scriptPubKey", {}))
        return _bytes(script["hex"]) if "hex" in script else None

    def waiting(self) -> list[str]:
        """Names of all transactions that wait for a block."""
        told = self._ask("getrawmempool")
        if not isinstance(told, list):
            raise NodeUnknown("the answer is no list")
        return [_hash(each) for each in told]

    def waiting_transactions(self, txids: Sequence[str]) -> list[Transaction]:
        """Those of some transactions that still wait for a block."""
        told = self._ask_all(*(("getrawtransaction", (each, False)) for each in txids))
        return [
            parse_transaction(_bytes(_answer(each))) for each in told if not _is(each, _UNKNOWN)
        ]

    def are_unspent(self, outputs: Sequence[tuple[str, int]]) -> bool:
        """Whether nothing, in a block or waiting for one, spends any of these outputs."""
        told = self._ask_all(*(("gettxout", (txid, n, True)) for txid, n in outputs))
        return all(_answer(each) is not None for each in told)

    def scan(self, scripts: Sequence[bytes]) -> tuple[str, int, list[Unspent]]:
        """All that nothing has spent of these scripts, with hash and number of the block after
        which that is so. It takes a node minutes."""
        wanted = [f"raw({each.hex()})" for each in scripts]
        told = _mapping(self._ask("scantxoutset", "start", wanted))
        if told.get("success") is not True or not isinstance(told.get("unspents"), list):
            raise NodeUnknown("the node did not scan")
        found = [_mapping(each) for each in told["unspents"]]
        return (
            _hash(told.get("bestblock")), _number(told.get("height")),
            [Unspent(_bytes(e.get("scriptPubKey")), _amount(e.get("amount"))) for e in found],
        )  # fmt: skip

    def _ask(self, method: str, *params: Any) -> Any:
        self._check()
        return self._rpc.ask(method, *params)

    def _ask_all(self, *questions: tuple[str, Sequence[Any]]) -> list[Any]:
        self._check()
        return self._rpc.ask_all(*questions) if questions else []

    def _check(self) -> None:
        if not self._checked:
            if self._rpc.ask("getblockhash", 0) != self._genesis:
                raise WrongChain("the node is of another chain")
            self._checked = True


def _is(told: Any, code: int) -> bool:
    return isinstance(told, NodeRefused) and told.code == code


def _answer(told: Any) -> Any:
    if isinstance(told, NodeRefused):
        raise told
    return told


def _mapping(told: Any) -> Mapping[str, Any]:
    if not isinstance(told, dict):
        raise NodeUnknown("the answer is no object")
    return told


def _hash(told: Any) -> str:
    if not (isinstance(told, str) and _HASH.fullmatch(told)):
        raise NodeUnknown("a hash that is none")
    return told


def _bytes(told: Any) -> bytes:
    if not (isinstance(told, str) and _HEX.fullmatch(told)):
        raise NodeUnknown("bytes that are none")
    return bytes.fromhex(told)


def _number(told: Any) -> int:
    if isinstance(told, bool) or not isinstance(told, int) or not -(2**31) < told < 2**40:
        raise NodeUnknown("a number that is none")
    return told


def _amount(told: Any) -> Decimal:
    amount = Decimal(told) if isinstance(told, int | Decimal) else Decimal("nan")
    if not amount.is_finite() or amount < 0 or amount != round(amount, DECIMALS):
        raise NodeUnknown("an amount that is none")
    return amount
