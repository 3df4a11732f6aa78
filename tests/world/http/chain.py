"""Scenes of escrows that are paid in USDC on a real chain."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from stack.stand_ins.chain import USDC, Chain
from stack.stand_ins.chain.accounts import Account
from stack.stand_ins.chain.hot_wallet import work_on
from stack.stand_ins.screening import Screening
from tests.world.http.desk import Desk
from tests.world.http.market import listing, milestone

CURRENCY = "USDC_BASE"
FLOAT = Decimal(50_000)
# Ether of the hot wallet. Little: what books and chain differ by alone needs no second operator.
ETHER_FLOAT = Decimal(2)
# Blocks after which every transfer is final.
FINAL = 5


@dataclass(frozen=True)
class Escrow:
    """A signed contract of one milestone, to be paid on the chain."""

    id: str
    buyer: UUID
    seller: UUID
    buyer_account: Account
    seller_account: Account


@dataclass(frozen=True)
class Scene:
    """A stack whose rail base works on a chain of the tests."""

    desk: Desk
    chain: Chain
    screening: Screening
    # What the treasury has put into the hot wallet.
    filled: list[Decimal] = field(default_factory=list)
    # Nonces of the hot wallet that somebody else has used.
    taken: list[int] = field(default_factory=list)

    @classmethod
    @contextmanager
    def start(cls, desk: Desk) -> Iterator["Scene"]:
        with Chain() as chain, Screening() as screening:
            work_on(desk.stack, chain)
            chain.catch_up(desk.stack.clock.now())
            desk.stack.configure(**screening.variables())
            chain.give_ether(chain.hot_wallet.address, int(ETHER_FLOAT * 10**18))
            scene = cls(desk, chain, screening)
            scene.fill(FLOAT)
            yield scene

    def fill(self, amount: Decimal) -> None:
        """The treasury puts money into the hot wallet."""
        self.chain.mint(self.chain.hot_wallet.address, str(amount))
        self.filled.append(amount)

    def misuse(self) -> None:
        """Somebody else sends from the hot wallet."""
        hash_ = self.chain.transfer(self.chain.hot_wallet, self.chain.person().address, "1")
        self.taken.append(int(self.chain.anvil.ask("eth_getTransactionByHash", hash_)["nonce"], 16))
        self.filled.append(Decimal(-1))

    # Escrows

    def escrow(self, amount: str = "100", **destinations: bool) -> Escrow:
        """A contract that both signed, of two people who said where their money goes.

        buyer, seller: False for whoever did not say so.
        """
        desk = self.desk
        seller, buyer = desk.stack.create_user(), desk.stack.create_user()
        listed = listing(desk, seller, price=amount)
        body = {"amount": amount, "rail": "base", "milestones": [milestone(amount)]}
        made = desk.done(buyer, f"/listings/{listed}/offers", body)
        accepted = desk.done(seller, f"/offers/{made['offer_id']}/accept")
        for who in (seller, buyer):
            path = f"/contracts/{accepted['contract_id']}/sign"
            desk.done(who, path, {"document_hash": accepted["document_hash"]})
        buyer_account, seller_account = self.chain.person(), self.chain.person()
        for who, name, account in (
            (buyer, "buyer", buyer_account), (seller, "seller", seller_account),
        ):  # fmt: skip
            if destinations.get(name, True):
                self.name_destination(who, account.address)
        (part,) = accepted["milestones"]
        return Escrow(part["milestone_id"], buyer, seller, buyer_account, seller_account)

    def name_destination(self, who: UUID, address: str) -> None:
        body = {"rail": "base", "address": address}
        self.desk.done(who, "/payout-destinations", body)
        self.desk.stack.tick("ScreenFunction")

    def address(self, escrow: Escrow) -> str:
        answer = self.desk.done(escrow.buyer, f"/escrows/{escrow.id}/deposit-address")
        return str(answer["address"])

    def send(self, escrow: Escrow, amount: str, token: str = USDC) -> str:
        """The payer asks where to pay, and sends money there; the hash."""
        self.address(escrow)
        return self.send_to(escrow, amount, token)

    def send_to(self, escrow: Escrow, amount: str, token: str = USDC) -> str:
        """The payer sends money where it was to be paid, whatever has become of the escrow."""
        asked = "select address from public.deposit_requests where reference_id = %s"
        to = self.one(asked, escrow.id)
        self.chain.mint(escrow.buyer_account.address, amount, token)
        return self.chain.transfer(escrow.buyer_account, to, amount, token)

    def funded(self, amount: str = "100", **destinations: bool) -> Escrow:
        """An escrow whose money has arrived."""
        made = self.escrow(amount, **destinations)
        self.send(made, amount)
        self.settle()
        assert self.state(made) == "funded"
        return made

    def released(self, amount: str = "100", **destinations: bool) -> Escrow:
        """An escrow that was released; nothing is paid yet."""
        made = self.funded(amount, **destinations)
        self.release(made)
        return made

    def release(self, escrow: Escrow) -> None:
        self.desk.done(escrow.seller, f"/escrows/{escrow.id}/deliver", {"note": "It is yours."})
        self.desk.done(escrow.buyer, f"/escrows/{escrow.id}/release")

    # Workers

    def watch(self) -> dict[str, int]:
        told: dict[str, int] = self.desk.stack.tick("EvmWatchFunction")
        return told

    def report(self) -> dict[str, int]:
        told: dict[str, int] = self.desk.stack.tick("EscrowReportsFunction")
        return told

    def pay(self) -> None:
        """One run of the payer, of addresses that nothing is known against; what it sends is in a
        block on return unless mining is paused."""
        self.desk.stack.tick("ScreenFunction")
        self.desk.stack.tick("EvmPayoutsFunction")
        if not self.chain.paused:
            self.chain.calm()

    def settle(self) -> None:
        """Whatever is on the chain becomes final, and is credited."""
        self.chain.mine(FINAL)
        self.watch()
        self.report()

    def paid_out(self) -> None:
        """Whatever is to be paid is sent, becomes final, and is confirmed."""
        self.pay()
        self.chain.mine(FINAL)
        self.advance(minutes=5)
        self.pay()

    def advance(self, **amount: float) -> None:
        """Both clocks move on: ours and the chain's."""
        before = self.desk.stack.clock.now()
        self.desk.stack.clock.advance(**amount)
        moved = self.desk.stack.clock.now() - before
        self.chain.advance(int(moved.total_seconds()))

    def work_again(self) -> None:
        """A network that stood still works, and its functions have seen it."""
        if self.rows(
            "select from public.network_health where state <> 'up' and network_id = 'base'"
        ):
            self.chain.catch_up(self.desk.stack.clock.now())
            self.watch()

    # What became of it

    def state(self, escrow: Escrow) -> str:
        return str(
            self.one("select state from private.escrow_transactions where id = %s", escrow.id)
        )

    def payments(self, escrow: Escrow) -> list[tuple[Any, ...]]:
        """kind, currency, amount and state of each payment."""
        return self.rows(
            "select kind, currency, trim_scale(amount)::text, state::text "
            "from public.payouts where id in (select private.payouts_of(%s))"
            " order by id", escrow.id,
        )  # fmt: skip

    def deposits(self, escrow: Escrow) -> list[tuple[Any, ...]]:
        """amount, state and credits of each transfer to the escrow's address."""
        return self.rows(
            "select trim_scale(amount)::text, state, credits from public.chain_deposits "
            "where request_id in ("
            "select id from public.deposit_requests where reference_id = %s) "
            "order by created_at, block_number, log_index", escrow.id,
        )  # fmt: skip

    def nonces(self, escrow: Escrow) -> list[tuple[Any, ...]]:
        """attempt, nonce and number of transactions signed for each attempt of its payments."""
        return self.rows(
            "select p.attempt, p.nonce, count(t.number) from public.chain_payouts as p "
            "join public.payouts as i on i.id = p.payout_id "
            "join public.chain_transactions as t on t.chain_payout_id = p.id "
            "where i.id in (select private.payouts_of(%s))"
            " group by p.id order by p.nonce", escrow.id,
        )  # fmt: skip

    def check_books(self, quarantined: str = "0") -> None:
        """The books balance, and say of the outside world what the chain says, to the last unit.
        Payments must be final. quarantined: what counts for nobody, in all."""
        assert self.rows("select * from ledger.verify()") == []
        addresses = self.rows(
            "select address from public.deposit_requests where address is not null"
        )
        held = sum((self.chain.balance_of(address) for (address,) in addresses), Decimal(0))
        held += self.chain.balance_of(self.chain.hot_wallet.address) - sum(self.filled)
        apart = self.one(
            "select coalesce(sum(e.amount), 0)::numeric from public.ledger_entries as e "
            "join public.wallets as w on w.id = e.wallet_id "
            "where w.type = 'quarantine' and w.currency = %s", CURRENCY,
        )  # fmt: skip
        assert apart >= Decimal(quarantined)
        clearing = self.one(
            "select coalesce(sum(e.amount), 0)::numeric from public.ledger_entries as e "
            "join public.wallets as w on w.id = e.wallet_id "
            "where w.type = 'clearing' and w.currency = %s", CURRENCY,
        )  # fmt: skip
        assert clearing == -held

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
