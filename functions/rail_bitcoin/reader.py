"""Reading the chain forward, block by block, and back again when it was reorganised."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from shared.coin_address import address_of_script
from shared.db import Database
from shared.money import format_amount

from .block import Block, Transaction
from .node import Header, Node
from .rpc import NodeUnknown
from .sender import sender_of
from .settings import NATIVE, Chain

# Each is read whole, and a poll must end in time.
MOST_BLOCKS = 4
# Addresses that the database is asked about at once.
_PAGE = 5000
# What pays to the hash of a key with a witness, as our addresses do: they are the only ones.
_PAYS_A_KEY = b"\x00\x14"

Place = Mapping[str, Any]


class Reorganised(Exception):
    """The chain is no longer the one that was read so far."""


class Reader:
    """Reads payments to deposit addresses on one chain, whatever addresses there are."""

    def __init__(self, db: Database, node: Node, chain: Chain) -> None:
        self._db = db
        self._node = node
        self._chain = chain

    def read_on(self, cursor: Place | None) -> int | None:
        """Read the next blocks after a place; how many payments, None when nothing is new.

        Raises Reorganised: the place is no longer in the chain. NodeRefused, NodeUnknown: among
        others, the node has not come so far. Problem.
        """
        if cursor is None:
            return self._begin()
        number, height = cursor["number"], self._node.height()
        if height < number:
            raise NodeUnknown("the node is behind what was read")
        wanted = range(number, min(height, number + MOST_BLOCKS) + 1)
        here, *after = self._node.hashes(wanted)
        if here != cursor["hash"]:
            raise Reorganised
        if not after:
            return None
        found: list[dict[str, Any]] = []
        previous, header = here, None
        for hash_ in after:
            header, block = self._block(hash_)
            if block.previous != previous:
                raise NodeUnknown("the chain changed between two questions")
            found += self._payments(header, block)
            previous = block.hash
        if header is not None:
            self._keep(cursor, header, found)
        return len(found)

    def go_back(self) -> None:
        """Forget what was read of blocks that the chain does not have any more.

        Raises NodeUnknown: it has none of what is kept, so it is another chain.
        """
        places = self._ask("chain_cursors")
        first, end = 0, len(places)
        # Below the fork all is as it was, above it nothing.
        while first < end:
            middle = (first + end) // 2
            (hash_,) = self._node.hashes([places[middle]["number"]])
            if hash_ == places[middle]["hash"]:
                first = middle + 1
            else:
                end = middle
        last = places[first - 1]["number"] if first else -1
        if self._ask("chain_rewind", block_number=last) is None:
            raise NodeUnknown("the chain has nothing of what was read")

    def known(self, transactions: Iterable[Transaction]) -> Iterator[tuple[Transaction, int, str]]:
        """Outputs that pay to a deposit address: the transaction, its place, and the address."""
        coin = self._chain.coin
        paying = [
            (each, place, address_of_script(coin, output.script))
            for each in transactions
            for place, output in enumerate(each.outputs)
            # Nobody can send nothing.
            if output.units and len(output.script) == 22 and output.script[:2] == _PAYS_A_KEY
        ]
        for start in range(0, len(paying), _PAGE):
            page = paying[start : start + _PAGE]
            addresses = sorted({address for _, _, address in page})
            ours = set(self._ask("utxo_matches", addresses=addresses))
            yield from (each for each in page if each[2] in ours)

    def _begin(self) -> int:
        (hash_,) = self._node.hashes([self._chain.first_block])
        if hash_ is None:
            raise NodeUnknown("the node has not come to the first block")
        self._keep(None, self._header(hash_), [])
        return 0

    def _block(self, hash_: str | None) -> tuple[Header, Block]:
        if hash_ is None:
            raise NodeUnknown("the chain changed between two questions")
        return self._header(hash_), self._node.block(hash_)

    def _header(self, hash_: str) -> Header:
        header = self._node.header(hash_)
        if header is None:
            raise NodeUnknown("the node does not know its own block")
        return header

    def _payments(self, header: Header, block: Block) -> Iterator[dict[str, Any]]:
        for transaction, place, address in self.known(block.transactions):
            yield {
                "transaction_hash": transaction.txid,
                "log_index": place,
                "block_number": header.number,
                "block_hash": block.hash,
                "block_time": _moment(header.median_time),
                "token": NATIVE,
                "sender": sender_of(self._chain.coin, transaction, self._node, block.hash),
                "recipient": address,
                "amount": format_amount(transaction.outputs[place].amount),
            }

    def _keep(self, cursor: Place | None, last: Header, found: Sequence[dict[str, Any]]) -> None:
        place = {"number": last.number, "hash": last.hash, "time": _moment(last.median_time)}
        scan = {
            "chain_id": self._chain.chain_id, "cursor": cursor, "last": place, "whole": True,
            "transfers": found, "odd": [],
        }  # fmt: skip
        # Repeatable: the place in it lets the second time change nothing.
        self._db.service_rpc("chain_scanned", {"scan": scan}, repeatable=True)

    def _ask(self, name: str, **params: Any) -> Any:
        asked = {"chain_id": self._chain.chain_id, **params}
        return self._db.service_rpc(name, asked, repeatable=True)


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
