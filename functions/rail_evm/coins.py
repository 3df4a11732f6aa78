"""The coin of a chain: no log shows it, so what an address holds after a final block is asked of
every node, and what it holds more than is accounted for is a deposit."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from shared.db import Database
from shared.money import format_amount
from shared.telemetry import logger

from .answers import Block
from .coin_transactions import CoinTransactions
from .node import Node
from .proofs import Behind
from .rpc import NodeRefused, NodeUnknown
from .settings import Network
from .units import wei_amount

# Two questions each, and the header: what providers take at once.
MOST_ADDRESSES = 24
_PAGE = 1000
# Final blocks come in groups, seconds or minutes apart.
EVERY_SECONDS = 10.0


@dataclass(slots=True)
class Looked:
    """found: addresses that held more than was accounted for. stuck: those of which nothing can be
    said: an answer contradicts, or what they have sent is not known."""

    found: int = 0
    stuck: int = 0


class Coins:
    """Looks at deposit addresses of the coin of one chain. nodes: all must agree on a rise."""

    def __init__(self, db: Database, nodes: Sequence[Node], network: Network) -> None:
        self._db = db
        self._nodes, self._node = nodes, nodes[0]
        self._coin = network.coin
        self._looked_at: float | None = None
        self._slices: set[int] = set()

    def look_at_active(self) -> Looked:
        """The addresses that are looked at each time, some seconds apart.

        Raises NodeRefused, NodeUnknown, Problem.
        """
        if self._looked_at is not None and time.monotonic() - self._looked_at < EVERY_SECONDS:
            return Looked()
        self._looked_at = time.monotonic()
        return self._look({"active": True})

    def look_at_slice(self, number: int) -> Looked:
        """The addresses of one part of all that were ever given out, once. Raises as above."""
        if number in self._slices:
            return Looked()
        done = self._look({"slice": number})
        self._slices.add(number)
        return done

    def _look(self, which: Mapping[str, Any]) -> Looked:
        done = Looked()
        if self._coin is None:
            return done
        block: Block | None = None
        for page in self._pages(which):
            block = block or self._final()
            due = [each for each in page if each["block_number"] < block.number]
            for start in range(0, len(due), MOST_ADDRESSES):
                told = self._told(due[start : start + MOST_ADDRESSES], block)
                done.found += told["found"]
                done.stuck += told["stuck"]
        if done.stuck:
            logger.error("coins of addresses cannot be accounted for", stuck=done.stuck)
        return done

    def _final(self) -> Block:
        """The last block that every node holds for final, as the first has it."""
        final = [node.block("finalized") for node in self._nodes]
        if any(block is None for block in final):
            raise NodeUnknown("no block is final")
        found = self._node.block(min(block.number for block in final if block))
        if found is None:
            raise NodeUnknown("the node has not come to the last block")
        return found

    def _told(self, known: Sequence[Mapping[str, Any]], block: Block) -> Mapping[str, Any]:
        """What the database makes of what some addresses hold."""
        addresses = [each["address"] for each in known]
        seen = self._node.accounts(addresses, block)
        changed = [
            number
            for number, (each, (balance, nonce)) in enumerate(zip(known, seen, strict=True))
            if (wei_amount(balance), nonce) != (Decimal(each["accounted"]), each["swept"])
        ]
        proofs = self._proofs([addresses[each] for each in changed], block)
        rows: list[dict[str, Any]] = [
            {"id": each["id"], "balance": format_amount(wei_amount(balance)), "nonce": nonce}
            for each, (balance, nonce) in zip(known, seen, strict=True)
        ]
        sweeps: list[dict[str, Any]] = []
        for number, proof in zip(changed, proofs, strict=True):
            rows[number]["proof"] = proof
            sweeps += self._swept(known[number], seen[number], block)
            rows[number] |= self._origin(known[number], seen[number], block)
        look = {
            "chain_id": self._node.chain_id, "addresses": rows, "sweeps": sweeps,
            "last": {
                "number": block.number, "hash": block.hash,
                "time": datetime.fromtimestamp(block.timestamp, UTC).isoformat(),
            },
        }  # fmt: skip
        # Repeatable: an address is looked at once for a block.
        told: Mapping[str, Any] = self._db.service_rpc(
            "chain_coins_looked", {"look": look}, repeatable=True
        )
        return told

    def _proofs(self, addresses: Sequence[str], block: Block) -> list[dict[str, Any] | None]:
        """What every node says when it is asked again; None where two say different things."""
        if not addresses:
            return []
        try:
            said = [node.accounts(addresses, block) for node in self._nodes]
        except NodeUnknown as error:
            raise Behind(str(error)) from None
        return [
            {"balance": format_amount(wei_amount(each[0][0])), "nodes": len(self._nodes)}
            if len(set(each)) == 1
            else None
            for each in zip(*said, strict=True)
        ]

    def _swept(
        self, known: Mapping[str, Any], seen: tuple[int, int], block: Block
    ) -> list[dict[str, Any]]:
        """What the treasury has sent from an address since the last look."""
        nonces = range(known["swept"], seen[1])
        try:
            found = CoinTransactions(self._nodes).sent(
                known["address"], nonces, known["block_number"], block.number
            )
        except (NodeUnknown, NodeRefused) as error:
            # The database counts what is missing, and nothing of this address until it is there.
            logger.error("a sweep was not found", address=known["address"], reason=str(error))
            return []
        return [
            {
                "id": known["id"], "nonce": each.nonce, "transaction_hash": each.hash,
                "amount": format_amount(wei_amount(each.value)),
                "cost": format_amount(wei_amount(each.cost)), "block_number": each.block_number,
            }
            for each in found
        ]  # fmt: skip

    def _origin(
        self, known: Mapping[str, Any], seen: tuple[int, int], block: Block
    ) -> dict[str, str]:
        """Who sent a rise with which transaction, where one in a block says so."""
        rise = wei_amount(seen[0]) - Decimal(known["accounted"])
        if seen[1] != known["swept"] or rise <= 0:
            return {}
        try:
            found = CoinTransactions(self._nodes).paid(
                known["address"], rise, known["block_number"], block.number
            )
        except (NodeUnknown, NodeRefused) as error:
            logger.warning("who paid is not known", reason=type(error).__name__)
            return {}
        return {"transaction_hash": found.hash, "sender": found.sender} if found else {}

    def _pages(self, which: Mapping[str, Any]) -> Iterator[Sequence[Mapping[str, Any]]]:
        after: str | None = None
        asked = {"chain_id": self._node.chain_id, "max_rows": _PAGE, **which}
        while page := self._db.service_rpc(
            "chain_coins", {**asked, "after": after}, repeatable=True
        ):
            yield page
            after = page[-1]["id"]
