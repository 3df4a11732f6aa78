"""Transactions that moved the coin of a chain, found in its blocks: those of an address that we
have the key to, and who paid a rise."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from .answers import CoinTransfer
from .node import Node
from .rpc import NodeUnknown
from .units import wei_amount

# How far back one looks for who paid: further than a look is from the one before.
MOST_BLOCKS = 300
_AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class Spent:
    """A transaction of an address. value, cost: in wei; of one that failed only cost left."""

    hash: str
    nonce: int
    value: int
    cost: int
    block_number: int


class CoinTransactions:
    """Of one chain. nodes: all must agree on what an address has spent.

    Every method raises NodeRefused, NodeUnknown.
    """

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._nodes, self._node = nodes, nodes[0]

    def sent(self, address: str, nonces: range, after: int, last: int) -> list[Spent]:
        """The transactions of an address with these nonces, which are in the blocks after one to
        the last. The node must know how many it had sent at blocks of then."""
        return [self._spent(address, nonce, after, last) for nonce in nonces]

    def _spent(self, address: str, nonce: int, after: int, last: int) -> Spent:
        low, high = after, last
        # The first block after which it had sent more than that.
        while low + 1 < high:
            middle = (low + high) // 2
            if self._node.transaction_count(address, middle) > nonce:
                high = middle
            else:
                low = middle
        for each in self._node.coin_transfers(range(high, high + 1)):
            if (each.sender, each.nonce) == (address, nonce):
                return self._cost_of(each, high)
        raise NodeUnknown("a transaction is not in its block")

    def _cost_of(self, found: CoinTransfer, number: int) -> Spent:
        """What it moved and cost, as every node says."""
        told = [(node.transaction(found.hash), node.receipt(found.hash)) for node in self._nodes]
        receipt = told[0][1]
        if (
            receipt is None
            or receipt.block_number != number
            or any(each != (found, receipt) for each in told)
        ):
            raise NodeUnknown("nodes do not agree on a transaction")
        value = found.value if receipt.succeeded else 0
        return Spent(found.hash, found.nonce, value, receipt.cost, number)

    def paid(self, address: str, rise: Decimal, after: int, last: int) -> CoinTransfer | None:
        """The one transaction that paid an address all of a rise; None: a contract did, or several,
        or it was too long ago. Tells who paid, and decides nothing."""
        if last - after > MOST_BLOCKS:
            return None
        found = [
            each
            for numbers in _parts(range(after + 1, last + 1))
            for each in self._node.coin_transfers(numbers)
            if each.recipient == address and each.value
        ]
        if len(found) == 1 and wei_amount(found[0].value) == rise:
            return found[0]
        return None


def _parts(numbers: range) -> Iterator[range]:
    for start in range(numbers.start, numbers.stop, _AT_ONCE):
        yield range(start, min(start + _AT_ONCE, numbers.stop))
