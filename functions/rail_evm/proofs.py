"""Proof of what one answer of a node claims: each of our nodes must tell the same receipt and
block. Nothing that cannot be undone is done without it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from shared.money import format_amount

from .answers import Receipt, quantity
from .logs import BadLog, Transfer, transfer_topics, transfers
from .node import Node
from .rpc import NodeUnknown
from .settings import COIN
from .units import wei_amount

# What a node says of a deposit that its chain does not have; all else contradicts itself.
_GONE = frozenset({"other_block", "no_receipt"})


class Behind(NodeUnknown):
    """A node has not come to the block that counts: ask it again."""


@dataclass(frozen=True, slots=True)
class Proof:
    """Every node has this very transfer in the block that counts. nodes: how many were asked."""

    transfer: Transfer
    nodes: int

    def document(self) -> dict[str, Any]:
        """As service.chain_verdicts_record compares it with what was read."""
        amount = format_amount(self.transfer.amount)
        return {**asdict(self.transfer), "amount": amount, "nodes": self.nodes}


@dataclass(frozen=True, slots=True)
class Refused:
    """A node contradicts what was read. reason: in a word."""

    reason: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A transfer that we signed: what it was to pay, with which nonce of the sender."""

    token: str
    sender: str
    recipient: str
    amount: Decimal
    nonce: int


class Prover:
    """nodes: all must agree. tokens: decimals by address.

    Every method raises NodeUnknown (Behind among them) and NodeRefused.
    """

    def __init__(self, nodes: Sequence[Node], tokens: Mapping[str, int]) -> None:
        self._nodes = nodes
        self._tokens = tokens

    def prove(self, deposit: Mapping[str, Any]) -> Proof | Refused:
        """Whether a deposit, as service.chain_due tells it, is in the block that counts now."""
        found: Proof | Refused = Refused("no_node")
        for node in self._nodes:
            found = self._asked(node, deposit)
            if isinstance(found, Refused):
                break
        return found

    def is_gone(self, deposit: Mapping[str, Any]) -> bool:
        """Whether no node has a deposit in the block it was in."""
        told = [self._asked(node, deposit) for node in self._nodes]
        return all(isinstance(each, Refused) and each.reason in _GONE for each in told)

    def contradiction(self, receipt: Receipt, sent: Sent) -> str | None:
        """Why a final receipt of a payout may not be believed; None: every node agrees that it
        was paid, or that it was not and cannot be any more."""
        for node in self._nodes:
            found = _there(node, receipt.transaction_hash, receipt.block_number, receipt.block_hash)
            if isinstance(found, Refused):
                return found.reason
            if found.succeeded != receipt.succeeded:
                return "other_status"
            if node.transaction_count(sent.sender, "finalized") <= sent.nonce:
                return "nonce_not_used"
            if self._is_paid(node, found, sent) != receipt.succeeded:
                return "other_log"
        return None

    def _asked(self, node: Node, deposit: Mapping[str, Any]) -> Proof | Refused:
        if deposit["token"] == COIN:
            return _coin(node, deposit)
        receipt = _there(
            node, deposit["transaction_hash"], deposit["block_number"], deposit["block_hash"],
            deposit["block_tag"],
        )  # fmt: skip
        if isinstance(receipt, Refused):
            return receipt
        if not receipt.succeeded:
            return Refused("failed_transaction")
        try:
            logs = [e for e in receipt.logs if quantity(e.get("logIndex")) == deposit["log_index"]]
            found = transfers(logs, self._tokens)
        except (BadLog, NodeUnknown):
            return Refused("other_log")
        if not found:
            return Refused("no_log")
        if len(found) > 1 or not _is(found[0], deposit):
            return Refused("other_log")
        return Proof(found[0], len(self._nodes))

    def _is_paid(self, node: Node, receipt: Receipt, sent: Sent) -> bool:
        """Whether the block's own logs, asked for apart from the receipt, have the sent; of a coin,
        whether the transaction is that."""
        if sent.token == COIN:
            told = node.transaction(receipt.transaction_hash)
            return (
                receipt.succeeded
                and told is not None
                and (told.sender, told.recipient, wei_amount(told.value), told.nonce)
                == (sent.sender, sent.recipient, sent.amount, sent.nonce)
            )
        topics = transfer_topics([sent.recipient], sender=sent.sender)
        number = receipt.block_number
        logs, block = node.logs([sent.token], topics, number, number)
        if block.hash != receipt.block_hash:
            raise Behind("the chain changed between two questions")
        try:
            found = transfers(logs, self._tokens)
        except BadLog as error:
            raise NodeUnknown(str(error)) from None
        return any(
            each.transaction_hash == receipt.transaction_hash
            and (each.token, each.sender, each.recipient, each.amount)
            == (sent.token, sent.sender, sent.recipient, sent.amount)
            for each in found
        )


def _there(
    node: Node, transaction_hash: str, number: int, block_hash: str, tag: Any = "finalized"
) -> Receipt | Refused:
    """The receipt of a transaction that is where it was said to be."""
    receipt, block, sure = node.witness(transaction_hash, number, tag)
    if block is None or sure is None or sure.number < block.number:
        raise Behind("a node has not come so far")
    if block.hash != block_hash:
        return Refused("other_block")
    if receipt is None:
        return Refused("no_receipt")
    if receipt.transaction_hash != transaction_hash:
        return Refused("other_transaction")
    if (receipt.block_number, receipt.block_hash) != (number, block_hash):
        return Refused("other_block")
    return receipt


def _coin(node: Node, deposit: Mapping[str, Any]) -> Refused:
    """What speaks against a deposit of a coin. It was proved when it was found, by what its address
    held then; afterwards a node may not know that any more, only whether the block is there."""
    final, block = node.blocks("finalized", deposit["block_number"])
    if final is None or block is None or final.number < block.number:
        raise Behind("a node has not come so far")
    return Refused("other_block" if block.hash != deposit["block_hash"] else "not_proved")


def _is(found: Transfer, deposit: Mapping[str, Any]) -> bool:
    told = asdict(found)
    return found.amount == Decimal(deposit["amount"]) and all(
        told[name] == deposit[name] for name in told if name != "amount"
    )
