"""What a chain of coins holds for us after one block, for the comparison with the books: all that
nothing has spent of every deposit address, as every node says."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from shared.coin_address import address_of_script, segwit_program
from shared.comparisons import Holding, NoFigures, Position
from shared.db import Database

from .node import Header, Node, Unspent
from .rpc import NodeRefused, NodeUnknown
from .settings import Chain

_PAGE = 1000
# Nodes are asked one after the other: between two a block may come.
_TRIES = 3


class NodesDiffer(NoFigures):
    """One node says of a block what another does not."""


class CoinFigures:
    """shared.comparisons.Figures of one chain of coins. nodes: all must agree."""

    def __init__(self, db: Database, nodes: Sequence[Node], chain: Chain) -> None:
        self._db = db
        self._nodes = nodes
        self._chain = chain

    def read(self, position: Position) -> Holding:
        """What is there after the last block, once that was read, so that every deposit up to it
        is known. Raises NoFigures, Problem."""
        try:
            return self._read()
        except (NodeUnknown, NodeRefused) as error:
            raise NoFigures(f"a node does not say: {type(error).__name__}: {error}") from None

    def _read(self) -> Holding:
        requests = {each["address"]: each["id"] for page in self._addresses() for each in page}
        header, found = self._scanned(list(requests))
        known = self._ask("chain_figures")
        if known["read_up_to"] is None or known["read_up_to"] < header.number:
            raise NoFigures("that block was not read yet")
        as_of = datetime.fromtimestamp(header.median_time, UTC)
        held = dict.fromkeys(requests, Decimal(0))
        for each in found:
            if (address := address_of_script(self._chain.coin, each.script)) in held:
                held[address] += each.amount
        self._write_down(requests, held, as_of)
        return Holding(
            as_of=as_of,
            held={self._chain.currency: sum(held.values(), Decimal(0))},
            told={
                "chain_id": self._chain.chain_id, "block_number": header.number,
                "wallets": [], "paid": [],
            },
        )  # fmt: skip

    def _scanned(self, addresses: Sequence[str]) -> tuple[Header, list[Unspent]]:
        """The last block, and what nothing has spent after it, as every node has it."""
        hrp = self._chain.coin.hrp
        scripts = [b"\x00\x14" + segwit_program(hrp, each)[1] for each in addresses]
        for _ in range(_TRIES):
            hash_, number, found = self._nodes[0].scan(scripts)
            header = self._nodes[0].header(hash_)
            others = [node.scan(scripts) for node in self._nodes[1:]]
            if header is None or any((h, n) != (hash_, number) for h, n, _ in others):
                continue
            if header.number != number:
                raise NodeUnknown("a block of another height")
            if any(_sorted(other) != _sorted(found) for _, _, other in others):
                raise NodesDiffer("answers of nodes differ")
            return header, found
        raise NodeUnknown("nodes have come to different blocks")

    def _write_down(
        self, requests: Mapping[str, str], held: Mapping[str, Decimal], as_of: datetime
    ) -> None:
        balances = [
            {"id": request, "currency": self._chain.currency, "amount": held[address]}
            for address, request in requests.items()
        ]
        for start in range(0, len(balances), _PAGE):
            told = {"as_of": as_of.isoformat(), "balances": balances[start : start + _PAGE]}
            self._db.service_rpc("deposit_balances_record", {"told": told}, repeatable=True)

    def _addresses(self) -> Iterator[Sequence[Mapping[str, Any]]]:
        after: str | None = None
        asked = {"rail": self._chain.rail, "max_rows": _PAGE}
        while page := self._db.service_rpc(
            "deposit_addresses", {**asked, "after": after}, repeatable=True
        ):
            yield page
            after = page[-1]["id"]

    def _ask(self, name: str) -> Any:
        return self._db.service_rpc(name, {"chain_id": self._chain.chain_id}, repeatable=True)


def _sorted(found: Sequence[Unspent]) -> list[tuple[bytes, Decimal]]:
    return sorted((each.script, each.amount) for each in found)
