"""What the chain holds for us at one final block, for the comparison with the books: deposit
addresses and hot wallets, as every node says."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

from shared.comparisons import Holding, NoFigures, Position
from shared.db import Database
from shared.evm_address import parse_address
from shared.money import format_amount

from .answers import Block, Receipt
from .node import Node
from .rpc import NodeRefused, NodeUnknown
from .settings import Network
from .units import from_units, wei_amount

# With the header in one question, and two for each of a coin: what providers take.
MOST_BALANCES = 24
_PAGE = 1000

_T = TypeVar("_T")


class NodesDiffer(NoFigures):
    """One node says of a final block what another does not."""


class ChainFigures:
    """shared.comparisons.Figures of one chain. nodes: all must agree. hot_wallet: that of now;
    those before it the database knows."""

    def __init__(
        self,
        db: Database,
        nodes: Sequence[Node],
        network: Network,
        hot_wallet: str,
    ) -> None:
        self._db = db
        self._nodes = nodes
        self._rail = network.rail
        self._tokens = network.tokens
        self._coin = network.coin
        self._hot_wallet = parse_address(hot_wallet)

    def read(self, position: Position) -> Holding:
        """What is there at the last block that is final and was read, so that every deposit up to
        it is known. Raises NoFigures, Problem."""
        try:
            return self._read()
        except (NodeUnknown, NodeRefused) as error:
            raise NoFigures(f"a node does not say: {type(error).__name__}: {error}") from None

    def _read(self) -> Holding:
        known = self._ask("chain_figures")
        if known["read_up_to"] is None:
            raise NoFigures("nothing of the chain was read yet")
        block = self._block(known["read_up_to"])
        as_of = datetime.fromtimestamp(block.timestamp, UTC)
        wallets = sorted({*map(parse_address, known["wallets"]), self._hot_wallet})
        nonces = {
            each: self._agreed(Node.transaction_count, each, block.number) for each in wallets
        }
        held = _sums(self._balances(wallets, block))
        for page in self._addresses():
            for code, amount in self._kept(page, block, as_of).items():
                held[code] += amount
        return Holding(
            as_of=as_of,
            held=held,
            told={
                "chain_id": self._nodes[0].chain_id,
                "block_number": block.number,
                "wallets": [{"address": who, "nonce": n} for who, n in nonces.items()],
                "paid": list(self._paid(nonces, block)),
            },
        )

    def _block(self, read_up_to: int) -> Block:
        """The last block that every node holds for final."""
        number = read_up_to
        for node in self._nodes:
            final = node.block("finalized")
            if final is None:
                raise NodeUnknown("no block is final")
            number = min(number, final.number)
        found = self._agreed(Node.block, number)
        if found is None:
            raise NodeUnknown("no such block")
        return found

    def _kept(
        self, page: Sequence[Mapping[str, Any]], block: Block, as_of: datetime
    ) -> dict[str, Decimal]:
        """What the addresses of a page hold together; what each does is written down."""
        found = self._balances([each["address"] for each in page], block)
        if self._coin:
            # At an address that was given for a token there is gas of the treasury.
            found[self._coin.currency] = [
                amount if request["is_coin"] else Decimal(0)
                for request, amount in zip(page, found[self._coin.currency], strict=True)
            ]
        balances = [
            {"id": request["id"], "currency": code, "amount": amount}
            for code, amounts in found.items()
            for request, amount in zip(page, amounts, strict=True)
        ]
        told = {"as_of": as_of.isoformat(), "balances": balances}
        self._db.service_rpc("deposit_balances_record", {"told": told}, repeatable=True)
        return _sums(found)

    def _balances(self, addresses: Sequence[str], block: Block) -> dict[str, list[Decimal]]:
        found: dict[str, list[Decimal]] = {code: [] for code in self._tokens}
        for code, token in self._tokens.items():
            for start in range(0, len(addresses), MOST_BALANCES):
                some = addresses[start : start + MOST_BALANCES]
                units = (
                    [held for held, _ in self._agreed(Node.accounts, some, block)]
                    if token.is_coin
                    else self._agreed(Node.token_balances, token.address, some, block)
                )
                found[code] += [from_units(each, token.decimals) for each in units]
        return found

    def _addresses(self) -> Iterator[Sequence[Mapping[str, Any]]]:
        after: str | None = None
        asked = {"rail": self._rail, "max_rows": _PAGE}
        while page := self._db.service_rpc(
            "deposit_addresses", {**asked, "after": after}, repeatable=True
        ):
            yield page
            after = page[-1]["id"]

    def _paid(self, nonces: Mapping[str, int], block: Block) -> Iterator[Mapping[str, Any]]:
        """Payouts that had left by that block, among those that the books do not end yet, and what
        the network took for them."""
        for each in self._ask("chain_payouts_open"):
            if each["nonce"] >= nonces[each["address"]]:
                continue
            for sent in each["hashes"]:
                receipt = self._agreed(_receipt, sent, block)
                if receipt:
                    cost = format_amount(wei_amount(receipt.cost))
                    yield {
                        "address": each["address"], "nonce": each["nonce"], "cost": cost,
                        "is_paid": receipt.succeeded, "hash": sent,
                    }  # fmt: skip

    def _agreed(self, ask: Callable[..., _T], *about: Any) -> _T:
        first, *others = [ask(node, *about) for node in self._nodes]
        if any(each != first for each in others):
            raise NodesDiffer("answers of nodes differ")
        return first

    def _ask(self, name: str) -> Any:
        asked = {"chain_id": self._nodes[0].chain_id}
        return self._db.service_rpc(name, asked, repeatable=True)


def _sums(found: Mapping[str, Sequence[Decimal]]) -> dict[str, Decimal]:
    return {code: sum(each, Decimal(0)) for code, each in found.items()}


def _receipt(node: Node, transaction_hash: str, block: Block) -> Receipt | None:
    """Of a transaction that is in a block up to that one."""
    receipt = node.receipt(transaction_hash)
    return receipt if receipt and receipt.block_number <= block.number else None
