"""Payments that wait for a block: seen, so that who pays knows that they are on their way. None of
them counts."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shared.db import Database
from shared.money import format_amount

from .block import Transaction
from .node import Node
from .reader import Reader
from .settings import Chain

# Transactions that are read in one look, of those that were not seen before.
MOST_READ = 500
# Inputs that tell whether another transaction took the place of one.
_MOST_SPENT = 100


class Mempool:
    """One look after the other at what waits on one chain. What was read once is not read again
    as long as this process lives."""

    def __init__(self, db: Database, node: Node, chain: Chain, reader: Reader) -> None:
        self._db = db
        self._node = node
        self._chain = chain
        self._reader = reader
        self._read: set[str] = set()

    def look(self, read_up_to: int) -> int:
        """See what is new and what does not wait any more; how many changed. A node is asked
        only while somebody may pay.

        read_up_to: number of the last block that was read. Raises NodeRefused, NodeUnknown,
        Problem.
        """
        asked = {"chain_id": self._chain.chain_id}
        due = self._db.service_rpc("mempool_due", asked, repeatable=True)
        if not (due["wanted"] or due["seen"]):
            return 0
        waiting = set(self._node.waiting())
        transfers = list(self._new(waiting))
        # What was in a block that nobody has read yet is not gone.
        is_read = self._node.height() <= read_up_to
        moves = list(self._ended(due["seen"], waiting)) if is_read else []
        if not (transfers or moves):
            return 0
        look = {**asked, "transfers": transfers, "moves": moves}
        return int(self._db.service_rpc("mempool_record", {"look": look}, repeatable=True))

    def _new(self, waiting: set[str]) -> Iterator[dict[str, Any]]:
        self._read &= waiting
        unread = sorted(waiting - self._read)[:MOST_READ]
        found = self._node.waiting_transactions(unread)
        for transaction, place, address in self._reader.known(found):
            yield {
                "transaction_hash": transaction.txid, "log_index": place, "recipient": address,
                "amount": format_amount(transaction.outputs[place].amount),
                "spends": [f"{txid}:{index}" for txid, index in _spent(transaction)],
            }  # fmt: skip
        self._read |= set(unread)

    def _ended(
        self, seen: Sequence[Mapping[str, Any]], waiting: set[str]
    ) -> Iterator[dict[str, str]]:
        for each in seen:
            if each["transaction_hash"] not in waiting:
                spends = [
                    (txid, int(n)) for txid, _, n in (s.partition(":") for s in each["spends"])
                ]
                # Only what nothing else spends can come again.
                state = "gone" if self._node.are_unspent(spends) else "conflicted"
                yield {"transaction_hash": each["transaction_hash"], "state": state}


def _spent(transaction: Transaction) -> list[tuple[str, int]]:
    return [(each.txid, each.index) for each in transaction.inputs][:_MOST_SPENT]
