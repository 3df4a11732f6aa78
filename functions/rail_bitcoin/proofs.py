"""Proof of what one answer of a node claims: each of our nodes must have the same output, in a
block of its chain that is deep enough. Nothing that cannot be undone is done without it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.coin_address import Coin, address_of_script
from shared.money import format_amount

from .node import Node
from .rpc import NodeUnknown
from .sender import sender_of
from .settings import NATIVE

# A deposit is lost once so many blocks stand in place of its own and on that.
LOST_AFTER = 6


class Behind(NodeUnknown):
    """A node has not come to the block that counts: ask it again."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A node contradicts what was read. reason: in a word."""

    reason: str


class Prover:
    """nodes: all must agree. Every method raises NodeUnknown (Behind among them), NodeRefused."""

    def __init__(self, nodes: Sequence[Node], coin: Coin) -> None:
        self._nodes = nodes
        self._coin = coin

    def prove(self, deposit: Mapping[str, Any]) -> dict[str, Any] | Refused:
        """What service.chain_verdicts_record compares with what was read, when every node has
        a deposit, as service.chain_due tells it, in a block deep enough."""
        found: dict[str, Any] | Refused = Refused("no_node")
        for node in self._nodes:
            found = self._asked(node, deposit)
            if isinstance(found, Refused):
                return found
        return found

    def is_gone(self, deposit: Mapping[str, Any]) -> bool:
        """Whether no node has the block of a deposit in its chain, which has gone on without."""
        for node in self._nodes:
            header = node.header(deposit["block_hash"])
            if header is not None and header.confirmations > 0:
                return False
            if node.height() < deposit["block_number"] + LOST_AFTER - 1:
                raise Behind("a node has not come so far")
        return True

    def _asked(self, node: Node, deposit: Mapping[str, Any]) -> dict[str, Any] | Refused:
        header = node.header(deposit["block_hash"])
        if header is None or 0 <= header.confirmations < int(deposit["block_tag"]):
            raise Behind("a node has not come so far")
        if header.confirmations < 0 or header.number != deposit["block_number"]:
            return Refused("other_block")
        found = node.transaction(deposit["transaction_hash"], deposit["block_hash"])
        if found is None:
            return Refused("no_transaction")
        if found.txid != deposit["transaction_hash"]:
            return Refused("other_transaction")
        place = deposit["log_index"]
        if place >= len(found.outputs):
            return Refused("no_output")
        output = found.outputs[place]
        told = {
            "transaction_hash": found.txid, "log_index": place,
            "block_number": header.number, "block_hash": header.hash, "token": NATIVE,
            "sender": sender_of(self._coin, found, node, header.hash),
            "recipient": address_of_script(self._coin, output.script),
            "amount": format_amount(output.amount),
        }  # fmt: skip
        if any(told[name] != deposit[name] for name in told):
            return Refused("other_output")
        return {**told, "nodes": len(self._nodes)}
