"""Payments that wait for a block: seen, so that who pays knows that they are on their way. None of
them counts."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shared.db import Database
from shared.money import format_amount

from .block import Transaction
from .node import Node
from .reader import Reader
from .settings import Chain

# The list of all that waits has several million bytes on a busy chain.
EVERY_SECONDS = 10.0
# Transactions that are read in one look, of those that were not seen before.
MOST_READ = 500
# Inputs that tell whether another transaction took the place of one.
_MOST_SPENT = 100

# By chain, what was read and still waits: kept as long as the process lives, whatever runs there.
_read: dict[int, set[str]] = {}


class Mempool:
    """One look after the other at what waits on one chain."""

    def __init__(self, db: Database, node: Node, chain: Chain, reader: Reader) -> None:
        self._db = db
        self._node = node
        self._chain = chain
        self._reader = reader
        self._next_look = 0.0

    def look(self, read_up_to: int) -> int:
        """See what is new and what does not wait any more; how many changed. A node is asked
        only while somebody may pay, and not each second.

        read_up_to: number of the last block that was read. Raises NodeRefused, NodeUnknown,
        Problem.
        """
        if time.monotonic() < self._next_look:
            return 0
        self._next_look = time.monotonic() + EVERY_SECONDS
        asked = {"chain_id": self._chain.chain_id}
        due = self._db.service_rpc("mempool_due", asked, repeatable=True)
        if not (due["wanted"] or due["seen"]):
            return 0
        waiting = set(self._node.waiting())
        unread = self._unread(waiting)
        transfers = list(self._transfers(unread))
        # What was in a block that nobody has read yet is not gone.
        is_read = self._node.height() <= read_up_to
        moves = list(self._ended(due["seen"], waiting)) if is_read else []
        changed = 0
        if transfers or moves:
            look = {**asked, "transfers": transfers, "moves": moves}
            changed = int(self._db.service_rpc("mempool_record", {"look": look}, repeatable=True))
        # Only now: what was read and not kept is read again.
        _read[self._chain.chain_id] |= set(unread)
        return changed

    def _unread(self, waiting: set[str]) -> list[str]:
        """Names of what is to be read now. A process that has read nothing yet passes over what
        waits already, if that is much: it shows once it is in a block."""
        known = _read.get(self._chain.chain_id)
        if known is None:
            known = waiting if len(waiting) > MOST_READ else set()
        _read[self._chain.chain_id] = known & waiting
        return sorted(waiting - known)[:MOST_READ]

    def _transfers(self, txids: Sequence[str]) -> Iterator[dict[str, Any]]:
        found = self._node.waiting_transactions(txids)
        for transaction, place, address in self._reader.known(found):
            yield {
                "transaction_hash": transaction.txid, "log_index": place, "recipient": address,
                "amount": format_amount(transaction.outputs[place].amount),
                "spends": [f"{txid}:{index}" for txid, index in _spent(transaction)],
            }  # fmt: skip

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
