"""Blocks as bytes, read strictly: what a block says of itself is computed, not believed."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256

from .rpc import NodeUnknown

_HEADER = 80
# No output can be worth more than all coins that there will ever be, of Litecoin even.
_MOST_UNITS = 84_000_000 * 10**8
DECIMALS = 8


class BadBlock(NodeUnknown):
    """Bytes that are no block, or another than was asked for: nothing in them is believed."""


@dataclass(frozen=True, slots=True)
class Output:
    """What a transaction pays. units: smallest units of the coin."""

    script: bytes
    units: int

    @property
    def amount(self) -> Decimal:
        return Decimal(self.units).scaleb(-DECIMALS)


@dataclass(frozen=True, slots=True)
class Input:
    """What a transaction spends: output `index` of the transaction `txid`. script, witness: what
    was shown for it."""

    txid: str
    index: int
    script: bytes
    witness: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Transaction:
    """One transaction by its name, which no signature changes."""

    txid: str
    inputs: Sequence[Input]
    outputs: Sequence[Output]


@dataclass(frozen=True, slots=True)
class Block:
    """A block whose transactions are those that its header commits to."""

    hash: str
    previous: str
    transactions: Sequence[Transaction]


def parse_block(raw: bytes, named: str) -> Block:
    """The block of these bytes. named: hash that it was asked for by. Raises BadBlock."""
    if name_of(raw[:_HEADER]) != named:
        raise BadBlock("the block has another hash")
    reader = _Reader(raw, _HEADER)
    transactions = [_transaction(reader) for _ in range(reader.count())]
    if _merkle_root([bytes.fromhex(e.txid)[::-1] for e in transactions]) != raw[36:68]:
        raise BadBlock("the transactions are others than the header's")
    return Block(named, raw[4:36][::-1].hex(), transactions)


def parse_transaction(raw: bytes) -> Transaction:
    """One transaction. Raises BadBlock."""
    return _transaction(_Reader(raw, 0))


def name_of(raw: bytes) -> str:
    """Name of a header or of a transaction without witness, as people write it."""
    return _digest(raw)[::-1].hex()


class _Reader:
    def __init__(self, raw: bytes, place: int) -> None:
        self.raw = raw
        self.place = place

    def take(self, size: int) -> bytes:
        end = self.place + size
        if end > len(self.raw):
            raise BadBlock("the block ends too early")
        found = self.raw[self.place : end]
        self.place = end
        return found

    def number(self, form: str) -> int:
        return int(struct.unpack("<" + form, self.take(struct.calcsize(form)))[0])

    def count(self) -> int:
        first = self.number("B")
        found = first if first < 0xFD else self.number({0xFD: "H", 0xFE: "I", 0xFF: "Q"}[first])
        # Whatever is counted has a byte at least.
        if found > len(self.raw):
            raise BadBlock("a count that cannot be")
        return found

    def text(self) -> bytes:
        return self.take(self.count())


def _transaction(reader: _Reader) -> Transaction:
    start = reader.place
    version = reader.take(4)
    flags = 0
    if reader.raw[reader.place : reader.place + 1] == b"\0":
        reader.take(1)
        flags = reader.number("B")
    # 1: a witness follows. 8: Litecoin's sign of a part that is written elsewhere.
    if flags & ~9:
        raise BadBlock("a transaction of a form that is not known")
    body = reader.place
    inputs = [
        (reader.take(32)[::-1].hex(), reader.number("I"), reader.text(), reader.take(4))[:3]
        for _ in range(reader.count())
    ]
    outputs = [_output(reader) for _ in range(reader.count())]
    end = reader.place
    witnesses: list[list[bytes]] = [[] for _ in inputs]
    if flags & 1:
        witnesses = [[reader.text() for _ in range(reader.count())] for _ in inputs]
    if flags & 8 and reader.take(1) != b"\0":
        raise BadBlock("a transaction of a form that is not known")
    lock_time = reader.take(4)
    stripped = (
        version + reader.raw[body:end] + lock_time if flags else reader.raw[start : reader.place]
    )
    return Transaction(
        name_of(stripped),
        [Input(*each, witness) for each, witness in zip(inputs, witnesses, strict=True)],
        outputs,
    )


def _output(reader: _Reader) -> Output:
    units = reader.number("q")
    if not 0 <= units <= _MOST_UNITS:
        raise BadBlock("an amount that cannot be")
    return Output(reader.text(), units)


def _merkle_root(names: list[bytes]) -> bytes:
    if not names:
        raise BadBlock("a block without transactions")
    while len(names) > 1:
        # A block whose last transactions are repeated has the same root.
        if any(one == other for one, other in zip(names[::2], names[1::2], strict=False)):
            raise BadBlock("a transaction stands twice")
        if len(names) % 2:
            names.append(names[-1])
        names = [_digest(a + b) for a, b in zip(names[::2], names[1::2], strict=True)]
    return names[0]


def _digest(raw: bytes) -> bytes:
    return sha256(sha256(raw).digest()).digest()
