"""Several chains in one deployment: each is a rail, one key has the same addresses on all of them,
and what is sent over the wrong one is found, shown and sent back."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from stack.people import OLGA
from stack.stand_ins.chain import BSC, Chain
from stack.stand_ins.chain.accounts import Account
from stack.stand_ins.chain.compiler import compiled
from stack.stand_ins.chain.hot_wallet import work_on
from tests.world.http.chain import FINAL, Scene
from tests.world.http.wallet import ADDRESSES, Wallet

USDT = "USDT_BSC"
WEI = Decimal("0.000000000000000001")


class Bsc:
    """BNB Smart Chain beside the scene's Base, with a token of 18 decimals."""

    def __init__(self, scene: Scene, chain: Chain) -> None:
        self.scene, self.chain = scene, chain

    def work(self, function: str) -> Any:
        return self.scene.desk.stack.invoke(function, {"rail": "bsc"})

    def settle(self) -> None:
        self.chain.catch_up(self.scene.desk.stack.clock.now())
        self.chain.mine(FINAL)
        self.work("EvmWatchFunction")

    def send(self, to: str, amount: str) -> Account:
        """Somebody sends dollars, which become final; who."""
        self.chain.catch_up(self.scene.desk.stack.clock.now())
        sender = self.chain.person(amount)
        self.chain.transfer(sender, to, amount)
        self.settle()
        return sender

    def pay(self) -> None:
        """What is to be paid over this chain is sent and confirmed."""
        self.scene.desk.stack.tick("ScreenFunction")
        self.work("EvmPayoutsFunction")
        self.chain.calm()
        self.chain.mine(FINAL)
        self.scene.advance(minutes=5)
        self.work("EvmPayoutsFunction")

    def differs_by(self) -> list[tuple[str, Decimal]]:
        """Differences of books and chain that a comparison of both rails finds."""
        seen = self.scene.one("select count(*) from public.rail_differences")
        self.work("EvmCompareFunction")
        self.scene.desk.stack.tick("EvmCompareFunction")
        return self.scene.rows(
            "select currency, amount::numeric from public.rail_differences"
            " order by id offset %s", seen,
        )  # fmt: skip


@pytest.fixture(scope="module")
def running_bsc(running_scene: Scene) -> Iterator[Bsc]:
    with Chain(BSC) as chain:
        work_on(running_scene.desk.stack, running_scene.chain, chain)
        chain.give_ether(chain.hot_wallet.address, 2 * 10**18)
        made = Bsc(running_scene, chain)
        # Only what somebody was asked to pay is compared.
        Wallet.new(running_scene).address()
        running_scene.desk.done(
            Wallet.new(running_scene).party, ADDRESSES, {"rail": "bsc", "currency": USDT}
        )
        made.work("EvmWatchFunction")
        yield made


@pytest.fixture
def bsc(running_bsc: Bsc, scene: Scene) -> Bsc:
    scene.settle()
    running_bsc.differs_by()
    return running_bsc


def waiting(scene: Scene, party: UUID) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = scene.desk.read(
        party, "/unmatched_deposits?outcome=is.null&select=id,rail,currency,amount"
    )
    return rows


def test_a_wallet_over_another_chain_to_the_last_of_18_decimals(scene: Scene, bsc: Bsc) -> None:
    wallet = Wallet.new(scene)
    asked = {"rail": "bsc", "currency": USDT}
    told = scene.desk.done(wallet.party, "/deposit-addresses", asked)
    assert (told["chain_id"], told["token"]) == (BSC.chain_id, BSC.token)
    bsc.send(told["address"], str(Decimal(100) + WEI))
    assert wallet.balance(USDT) == (Decimal(100) + WEI, 0)
    bsc.chain.mint(bsc.chain.hot_wallet.address, "100")
    to = bsc.chain.person().address
    named = scene.desk.done(wallet.party, "/payout-destinations", {"rail": "bsc", "address": to})
    sent = scene.desk.done(
        wallet.party, "/withdrawal-requests",
        {"destination_id": named["destination_id"], "currency": USDT, "amount": "50"},
    )  # fmt: skip
    scene.advance(minutes=11)
    wallet_of = bsc.chain.hot_wallet.address
    counted = int(bsc.chain.anvil.ask("eth_getTransactionCount", wallet_of, "latest"), 16)
    bsc.pay()
    assert wallet.payouts() == [("withdrawal", USDT, "50", "confirmed")]
    # The same key pays on each chain, with the nonces of that chain.
    assert scene.rows(
        "select c.chain_id, c.wallet, c.nonce from public.chain_payouts as c"
        " join public.payouts as p on p.id = c.payout_id where p.party_id = %s", wallet.party,
    ) == [(BSC.chain_id, wallet_of, counted)]  # fmt: skip
    assert bsc.chain.balance_of(to) == 50
    costs = Decimal(sent["fee_amount"]) + Decimal(sent["network_cost"])
    assert wallet.balance(USDT) == (50 + WEI - costs, 0)
    bsc.settle()
    # What the treasury put in is all that books and chains differ by.
    assert bsc.differs_by() == [(USDT, Decimal(100))]
    assert scene.rows("select * from ledger.verify()") == []


def test_complaint_21_money_over_the_wrong_chain_is_shown_and_goes_back(
    scene: Scene, bsc: Bsc
) -> None:
    wallet = Wallet.new(scene)
    sender = bsc.send(wallet.address(), "30")
    (row,) = waiting(scene, wallet.party)
    assert (row["rail"], row["currency"], row["amount"]) == ("bsc", USDT, "30")
    assert wallet.balance() == (0, 0)
    assert bsc.differs_by() == []
    # It goes back over the chain that it came over, whatever the address was for.
    bsc.chain.mint(bsc.chain.hot_wallet.address, "30")
    path = f"/unmatched-deposits/{row['id']}/send-back"
    scene.desk.done(wallet.party, path, {"address": sender.address})
    bsc.pay()
    assert wallet.payouts() == [("unmatched_deposit", USDT, "29.7", "confirmed")]
    assert bsc.chain.balance_of(sender.address) == Decimal("29.7")
    bsc.settle()
    assert bsc.differs_by() == [(USDT, Decimal(30))]
    assert scene.rows("select * from ledger.verify()") == []


def test_the_address_of_an_escrow_over_the_wrong_chain_pays_no_escrow(
    scene: Scene, bsc: Bsc
) -> None:
    made = scene.escrow("40")
    bsc.send(scene.address(made), "40")
    scene.report()
    assert scene.state(made) == "awaiting_funds"
    (row,) = waiting(scene, made.buyer)
    assert (row["rail"], row["currency"], row["amount"]) == ("bsc", USDT, "40")
    # It is paid as it was to be, and the other money is there still.
    scene.send(made, "40")
    scene.settle()
    assert scene.state(made) == "funded"
    scene.desk.done(made.buyer, f"/unmatched-deposits/{row['id']}/take")
    assert bsc.differs_by() == []
    assert scene.rows("select * from ledger.verify()") == []


def test_money_over_the_wrong_chain_holds_up_no_deadline(scene: Scene, bsc: Bsc) -> None:
    made = scene.escrow("40")
    address = scene.address(made)
    bsc.chain.catch_up(scene.desk.stack.clock.now())
    sender = bsc.chain.person("40")
    bsc.chain.transfer(sender, address, "40")
    # Seen and not final: of money on its own chain an escrow would wait for that.
    bsc.work("EvmWatchFunction")
    assert scene.deposits(made) == [("40", "seen", 0)]
    # No later: after a day a timer waits for no chain.
    ends = scene.one("select expires_at from private.escrow_transactions where id = %s", made.id)
    left = ends - scene.desk.stack.clock.now()
    scene.advance(seconds=left.total_seconds() + 60)
    scene.watch()
    scene.desk.stack.tick("EscrowExpireFunction")
    assert scene.state(made) == "void"
    bsc.settle()
    assert [each["amount"] for each in waiting(scene, made.buyer)] == ["40"]


def test_a_reorganisation_takes_back_what_came_over_the_wrong_chain(scene: Scene, bsc: Bsc) -> None:
    wallet = Wallet.new(scene)
    bsc.send(wallet.address(), "12")
    assert [each["amount"] for each in waiting(scene, wallet.party)] == ["12"]
    (dropped,) = bsc.chain.reorg(FINAL + 1)
    bsc.settle()
    assert waiting(scene, wallet.party) == []
    bsc.chain.send(dropped.raw)
    bsc.settle()
    assert [each["amount"] for each in waiting(scene, wallet.party)] == ["12"]
    assert bsc.differs_by() == []


def test_dust_over_the_wrong_chain_waits_for_an_operator(scene: Scene, bsc: Bsc) -> None:
    wallet = Wallet.new(scene)
    bsc.send(wallet.address(), "0.001")
    assert waiting(scene, wallet.party) == []
    quarantine = scene.one(
        "select q.id from public.deposit_quarantines as q join public.chain_deposits as d"
        " using (chain_id, transaction_hash, log_index) join public.deposit_requests as r"
        " on r.id = d.request_id where r.party_id = %s", wallet.party,
    )  # fmt: skip
    assert bsc.differs_by() == []
    path = f"/quarantines/{quarantine}/accept"
    scene.desk.done(OLGA.id, path, {"reason": "It is theirs."})
    assert [each["amount"] for each in waiting(scene, wallet.party)] == ["0.001"]
    assert bsc.differs_by() == []


def test_a_token_that_counts_otherwise_than_the_books_is_neither_read_nor_paid(
    scene: Scene, bsc: Bsc
) -> None:
    wallet = Wallet.new(scene)
    asked = {"rail": "bsc", "currency": USDT}
    address = scene.desk.done(wallet.party, "/deposit-addresses", asked)["address"]
    bsc.send(address, "10")
    named = scene.desk.done(
        wallet.party, "/payout-destinations",
        {"rail": "bsc", "address": bsc.chain.person().address},
    )  # fmt: skip
    scene.desk.done(
        wallet.party, "/withdrawal-requests",
        {"destination_id": named["destination_id"], "currency": USDT, "amount": "5"},
    )  # fmt: skip
    scene.advance(minutes=11)
    bsc.chain.mint(bsc.chain.hot_wallet.address, "5")
    before, left = bsc.chain.height(), wallet.balance(USDT)
    bsc.chain.anvil.ask("anvil_setCode", BSC.token, compiled()["Usdc"])
    bsc.send(address, "10")
    bsc.pay()
    assert wallet.balance(USDT) == left
    assert wallet.payouts() == [("withdrawal", USDT, "5", "created")]
    # Put right, it is paid; what came meanwhile is read once somebody goes back.
    bsc.chain.anvil.ask("anvil_setCode", BSC.token, compiled()["BscUsdt"])
    scene.advance(minutes=2)
    bsc.pay()
    assert wallet.payouts() == [("withdrawal", USDT, "5", "confirmed")]
    assert scene.one("select service.chain_rewind(56, %s)", before) > 0
    bsc.settle()
    assert wallet.balance(USDT)[0] == left[0] + 10


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"rail": "polygon", "currency": "USDC_POLYGON"}, 409, "rail_closed"),
        ({"rail": "bsc", "currency": "ETH"}, 422, "rail_currency"),
        ({"rail": "bsc", "currency": "USDC_BASE"}, 422, "rail_currency"),
        ({"rail": "bsc", "currency": "USDC_BSC"}, 422, "rail_currency"),
    ],
)
def test_where_nothing_can_be_paid_in(
    scene: Scene, bsc: Bsc, asked: dict[str, str], status: int, code: str
) -> None:
    reply = scene.desk.post(scene.desk.stack.create_user(), "/deposit-addresses", asked)
    assert (reply.status, reply.code) == (status, code)


def test_a_rail_that_is_open_and_not_worked_gives_no_address(scene: Scene, bsc: Bsc) -> None:
    scene.change("update public.rails set is_open = true where id = 'celo'")
    asked = {"rail": "celo", "currency": "CUSD"}
    reply = scene.desk.post(scene.desk.stack.create_user(), "/deposit-addresses", asked)
    assert (reply.status, reply.code) == (503, "not_configured")
    for function in ("EvmPayoutsFunction", "EvmCompareFunction"):
        assert scene.desk.stack.invoke(function, {"rail": "celo"}) == {}
    watched = scene.desk.stack.invoke("EvmWatchFunction", {"rail": "celo"})
    assert set(watched.values()) == {0}
