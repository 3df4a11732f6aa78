"""Scenes of escrows and wallets that are paid in coins on a real chain of the tests."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from stack.coin_nodes import REQUIRED
from stack.paths import MissingPart
from stack.stand_ins.coins import BITCOIN, CoinChain, CoinKind
from stack.stand_ins.coins.setup import work_on
from stack.stand_ins.screening import Screening
from tests.world.http.desk import Desk
from tests.world.http.market import listing, milestone

NOTHING = Decimal(0)
# Somebody's own, that money may go back to.
BACK = {"bitcoin": "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
        "litecoin": "ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9"}  # fmt: skip


@dataclass(frozen=True)
class Escrow:
    """A signed contract of one milestone, to be paid in coins."""

    id: str
    buyer: UUID
    seller: UUID


@dataclass(frozen=True)
class CoinScene:
    """A stack whose rail works on a chain of the tests."""

    desk: Desk
    chain: CoinChain
    screening: Screening

    @classmethod
    @contextmanager
    def start(cls, desk: Desk, kind: CoinKind = BITCOIN) -> Iterator["CoinScene"]:
        with started(kind) as chain, Screening() as screening:
            work_on(desk.stack, chain)
            desk.stack.configure(**screening.variables())
            scene = cls(desk, chain, screening)
            scene.watch()
            yield scene

    def works_with(self, *others: str) -> None:
        """Further nodes are named beside the chain's own."""
        work_on(self.desk.stack, self.chain, others={self.chain.kind.rail: others})

    # Escrows and wallets

    def escrow(self, amount: str = "0.005") -> Escrow:
        """A contract that both signed; the buyer said where money goes back to."""
        desk, kind = self.desk, self.chain.kind
        seller, buyer = desk.stack.create_user(), desk.stack.create_user()
        listed = listing(desk, seller, price=amount, currency=kind.currency)
        body = {"amount": amount, "rail": kind.rail, "milestones": [milestone(amount)]}
        made = desk.done(buyer, f"/listings/{listed}/offers", body)
        accepted = desk.done(seller, f"/offers/{made['offer_id']}/accept")
        for who in (seller, buyer):
            path = f"/contracts/{accepted['contract_id']}/sign"
            desk.done(who, path, {"document_hash": accepted["document_hash"]})
        desk.done(buyer, "/payout-destinations", {"rail": kind.rail, "address": BACK[kind.rail]})
        (part,) = accepted["milestones"]
        return Escrow(part["milestone_id"], buyer, seller)

    def address(self, escrow: Escrow) -> str:
        path = f"/escrows/{escrow.id}/{self.chain.kind.rail}-address"
        return str(self.desk.done(escrow.buyer, path)["address"])

    def wallet_address(self, party: UUID) -> str:
        return str(self.desk.done(party, f"/{self.chain.kind.rail}-addresses", {})["address"])

    def balance(self, party: UUID) -> Decimal:
        rows = self.rows(
            "select available::numeric from public.wallets where party_id = %s"
            " and currency = %s and type = 'spot'", party, self.chain.kind.currency,
        )  # fmt: skip
        return Decimal(rows[0][0]) if rows else Decimal(0)

    # Workers

    def watch(self) -> Mapping[str, int]:
        told: Mapping[str, int] = self.work("CoinWatchFunction")
        return told

    def compare(self) -> Mapping[str, int]:
        told: Mapping[str, int] = self.work("CoinCompareFunction")
        return told

    def work(self, function: str) -> Any:
        return self.desk.stack.invoke(function, {"rail": self.chain.kind.rail})

    def report(self) -> None:
        self.desk.stack.tick("EscrowReportsFunction")

    def settle(self, blocks: int = 1) -> None:
        """What waits is in a block, on which others stand."""
        self.chain.mine(blocks)
        self.watch()
        self.report()

    def advance(self, **amount: float) -> None:
        """Both clocks move on: ours and, by blocks enough for its median, the chain's."""
        self.desk.stack.clock.advance(**amount)
        self.chain.set_time(int(self.desk.stack.clock.now().timestamp()))
        self.chain.mine_empty(11)

    # What became of it

    def state(self, escrow: Escrow) -> str:
        return str(
            self.one("select state from private.escrow_transactions where id = %s", escrow.id)
        )

    def deposits(self, to: str) -> list[tuple[Any, ...]]:
        """amount, state and credits of each deposit at an address."""
        return self.rows(
            "select trim_scale(d.amount)::text, d.state, d.credits from public.chain_deposits as d"
            " join public.deposit_requests as r on r.id = d.request_id where r.address = %s"
            " order by d.created_at, d.transaction_hash, d.log_index", to,
        )  # fmt: skip

    def waiting(self, to: str) -> list[tuple[Any, ...]]:
        """transaction and state of each payment that was seen before it was in a block."""
        return self.rows(
            "select m.transaction_hash, m.state from public.mempool_payments as m"
            " join public.deposit_requests as r on r.id = m.request_id where r.address = %s"
            " order by m.seen_at, m.transaction_hash", to,
        )  # fmt: skip

    def doubt(self, to: str) -> str:
        return str(self.one(
            "select d.doubt from public.chain_deposits as d"
            " join public.deposit_requests as r on r.id = d.request_id where r.address = %s", to,
        ))  # fmt: skip

    def check_books(self) -> None:
        assert self.rows("select * from ledger.verify()") == []

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with self.desk.stack.connect() as connection:
            return connection.execute(query.encode(), values).fetchall()

    def change(self, statement: str) -> None:
        """What only an owner of the database does."""
        with self.desk.stack.connect() as connection:
            connection.execute(statement.encode())

    def one(self, query: str, *values: Any) -> Any:
        (row,) = self.rows(query, *values)
        return row[0]


@contextmanager
def passed_over_without_a_node() -> Iterator[None]:
    """A test that needs a node which is missing is skipped; it fails where that is a failure."""
    try:
        yield
    except MissingPart as error:
        if os.environ.get(REQUIRED) == "1":
            raise
        pytest.skip(f"NOT TESTED: {error}")


@contextmanager
def started(kind: CoinKind) -> Iterator[CoinChain]:
    """A chain of a node that is there; without it the test is passed over, or fails where a
    missing node is a failure."""
    chain = CoinChain(kind)
    with passed_over_without_a_node():
        chain.__enter__()
    try:
        yield chain
    finally:
        chain.__exit__(None, None, None)
