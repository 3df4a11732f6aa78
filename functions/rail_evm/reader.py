"""Reading the chain forward, block by block, and back again when it was reorganised."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from shared.db import Database
from shared.money import format_amount

from .answers import Block
from .logs import OddLog, Transfer, readable, transfer_topics
from .node import Node, Reorganised
from .rpc import NodeRefused, NodeUnknown
from .settings import Network

# Providers bound both: how many blocks, how many topics. Ours is below what is usual.
MOST_BLOCKS = 500
MOST_ADDRESSES = 500
_PAGE = 1000

# Which addresses are asked about, as service.chain_addresses has it.
_ACTIVE: Mapping[str, Any] = {"active": True}
_ALL: Mapping[str, Any] = {}

Place = Mapping[str, Any]
_T = TypeVar("_T")


class Reader:
    """Reads transfers of tokens to deposit addresses on one chain.

    head: its last block, when that was last asked for and told.
    """

    def __init__(self, db: Database, node: Node, network: Network) -> None:
        self._db = db
        self._node = node
        self._form = network.form
        self._decimals = network.decimals
        self._first_block = network.first_block
        self._span = self._slice_span = MOST_BLOCKS
        self.head: Block | None = None

    def read_on(self, cursor: Place | None) -> int | None:
        """Read the next blocks after a place; how many transfers, None when nothing is new.

        Raises Reorganised: the place is no longer in the chain. NodeRefused, NodeUnknown,
        BadLog, Problem.
        """
        if cursor is None:
            return self._begin()
        number = cursor["number"]
        self.head = head = self._node.block("latest")
        if head is None or head.number <= number:
            return None
        last = min(head.number, number + self._span)
        try:
            found, odd, header = self._transfers(_ACTIVE, number + 1, last, cursor["hash"])
        except NodeRefused:
            if self._span == 1:
                raise
            self._span = max(self._span // 2, 1)
            return self.read_on(cursor)
        self._span = min(self._span * 2, MOST_BLOCKS)
        self._keep(cursor, header, self._timed(found), odd)
        return len(found)

    def read_slice(self, due: Mapping[str, Any], read_up_to: int) -> bool:
        """Read the next final blocks for a slice of all addresses ever given out; whether it came
        further.

        due: {slice, number: of the block up to which it was read}. Raises NodeRefused,
        NodeUnknown, BadLog, Problem.
        """
        final, after = self._node.block("finalized"), due["number"]
        if final is None:
            raise NodeUnknown("no block is final")
        end = max(min(final.number, read_up_to), after)
        last = min(end, after + self._slice_span)
        found: list[Transfer] = []
        odd: list[OddLog] = []
        try:
            if last > after:
                found, odd, header = self._transfers({"slice": due["slice"]}, after + 1, last)
            else:
                header = self._header(last)
        except NodeRefused:
            if self._slice_span == 1:
                raise
            self._slice_span = max(self._slice_span // 2, 1)
            return self.read_slice(due, read_up_to)
        scan = {
            "chain_id": self._node.chain_id,
            "slice": due["slice"],
            "read_before": after,
            "last": {"number": header.number, "time": _moment(header.timestamp)},
            "through": last == end,
            "transfers": self._timed(found),
            "odd": _told(odd),
        }
        return bool(self._db.service_rpc("chain_slice_read", {"scan": scan}, repeatable=True))

    def _header(self, number: int) -> Block:
        block = self._node.block(number)
        if block is None:
            raise NodeUnknown("the node has not come to the last block")
        return block

    def read_once_more(self, number: int) -> bool:
        """Read a block that had an odd log; whether all of it could be read now.

        Raises NodeRefused, NodeUnknown, BadLog, Problem.
        """
        found, odd, _ = self._transfers(_ALL, number, number)
        scan = {
            "chain_id": self._node.chain_id,
            "block_number": number,
            "transfers": self._timed(found),
            "odd": _told(odd),
        }
        self._db.service_rpc("chain_reread", {"scan": scan}, repeatable=True)
        return not odd

    def go_back(self) -> None:
        """Forget what was read of blocks that the chain does not have any more.

        Raises NodeUnknown: it has none of a whole day, so it is another chain.
        """
        places = self._ask("chain_cursors")
        first, end = 0, len(places)
        # Below the fork all is as it was, above it nothing.
        while first < end:
            middle = (first + end) // 2
            block = self._node.block(places[middle]["number"])
            if block is not None and block.hash == places[middle]["hash"]:
                first = middle + 1
            else:
                end = middle
        if not self.read_again_from(places[first - 1]["number"] + 1 if first else 0):
            raise NodeUnknown("the chain has nothing of what was read in a day")

    def read_again_from(self, number: int) -> bool:
        """Read this block and what comes after it once more; whether it is not too far back."""
        return self._ask("chain_rewind", block_number=number - 1) is not None

    def _begin(self) -> int:
        self.head = self._node.block("latest")
        block = self._header(self._first_block)
        self._keep(None, block, [], [])
        return 0

    def _transfers(
        self, which: Mapping[str, Any], first: int, last: int, after: str | None = None
    ) -> tuple[list[Transfer], list[OddLog], Block]:
        found: list[Transfer] = []
        odd: list[OddLog] = []
        header: Block | None = None
        # The addresses are asked for after the head: a later one is not paid before it.
        for addresses in self._addresses(which):
            logs, end = self._node.logs(
                list(self._decimals), transfer_topics(addresses), first, last, after=after
            )
            if header is not None and header.hash != end.hash:
                raise NodeUnknown("the chain changed between two questions")
            header = end
            read, unread = readable(logs, self._decimals)
            found += read
            odd += unread
        if header is None:
            before, header = self._node.blocks(first - 1, last)
            if before is None or header is None:
                raise NodeUnknown("the node has not come to the last block")
            if after and before.hash != after:
                raise Reorganised
        return found, odd, header

    def _addresses(self, which: Mapping[str, Any]) -> Iterator[Sequence[str]]:
        after: str | None = None
        while page := self._db.service_rpc(
            "chain_addresses",
            {"chain_id": self._node.chain_id, "after": after, "max_rows": _PAGE, **which},
            repeatable=True,
        ):
            addresses = [self._form.ours(each["address"]) for each in page]
            yield from _parts(addresses, MOST_ADDRESSES)
            after = page[-1]["id"]

    def _timed(self, found: Sequence[Transfer]) -> list[dict[str, Any]]:
        """The transfers with the time of their blocks."""
        numbers = sorted({each.block_number for each in found})
        times: dict[str, int] = {}
        for some in _parts(numbers, 50):
            blocks = self._node.blocks(*some)
            times |= {block.hash: block.timestamp for block in blocks if block is not None}
        if not times.keys() >= {each.block_hash for each in found}:
            raise NodeUnknown("the chain changed between two questions")
        return [
            {
                "transaction_hash": each.transaction_hash,
                "log_index": each.log_index,
                "block_number": each.block_number,
                "block_hash": each.block_hash,
                "block_time": _moment(times[each.block_hash]),
                "token": self._form.theirs(each.token),
                "sender": self._form.theirs(each.sender),
                "recipient": self._form.theirs(each.recipient),
                "amount": format_amount(each.amount),
            }
            for each in found
        ]

    def _keep(
        self,
        cursor: Place | None,
        last: Block,
        found: list[dict[str, Any]],
        odd: Sequence[OddLog],
    ) -> None:
        scan = {
            "chain_id": self._node.chain_id,
            "cursor": cursor,
            "last": {
                "number": last.number,
                "hash": last.hash,
                "time": _moment(last.timestamp),
            },
            "transfers": found,
            "odd": _told(odd),
        }
        # Repeatable: the place in it lets the second time change nothing.
        self._db.service_rpc("chain_scanned", {"scan": scan}, repeatable=True)

    def _ask(self, name: str, **params: Any) -> Any:
        asked = {"chain_id": self._node.chain_id, **params}
        return self._db.service_rpc(name, asked, repeatable=True)


def _told(odd: Sequence[OddLog]) -> list[dict[str, Any]]:
    return [{"block_number": each.block_number, "reason": str(each)} for each in odd]


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def _parts(items: Sequence[_T], size: int) -> Iterator[Sequence[_T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
