"""What is paid in bitcoin to escrows and wallets, on a real chain."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from uuid import uuid4

from stack.people import OLGA
from stack.stand_ins.coins.setup import account_of
from tests.world.http.coins import CoinScene


def test_the_payer_gets_one_address_that_the_node_derives_too(coins: CoinScene) -> None:
    made = coins.escrow("0.005")
    path, key = f"/escrows/{made.id}/bitcoin-address", str(uuid4())
    first = coins.desk.post(made.buyer, path, key=key)
    assert first.status == 200, first.body
    index = coins.one(
        "select address_index from public.deposit_requests where reference_id = %s", made.id
    )
    # Another judge, of the same key as its own network writes it.
    known = coins.chain.node_derives(account_of(coins.chain.kind), index)
    expires_at = first.body.pop("expires_at")
    assert first.body == {
        "escrow_id": made.id, "rail": "bitcoin", "currency": "BTC", "amount": "0.005",
        "address": known, "chain_id": 2147483648, "token": "native",
    }  # fmt: skip
    again = coins.desk.post(made.buyer, path, key=key)
    assert (again.replayed, again.body) == (True, {**first.body, "expires_at": expires_at})
    assert coins.desk.post(made.seller, path).code == "not_your_move"
    assert coins.desk.post(made.buyer, f"/escrows/{made.id}/litecoin-address").status == 503


def test_the_whole_way_of_an_escrow_to_funded(coins: CoinScene) -> None:
    """0.5 BTC count after three blocks."""
    made = coins.escrow("0.5")
    to = coins.address(made)
    paid = coins.chain.pay(to, "0.5")
    coins.watch()
    assert (coins.waiting(to), coins.deposits(to)) == ([(paid, "seen")], [])
    # Who pays sees it, nobody else does.
    path = "/mempool_payments?select=transaction_hash,state,amount"
    assert coins.desk.read(made.buyer, path) == [
        {"transaction_hash": paid, "state": "seen", "amount": "0.5"}
    ]
    assert coins.desk.read(made.seller, path) == []
    coins.settle(2)
    assert (coins.waiting(to), coins.deposits(to)) == (
        [(paid, "in_block")], [("0.5", "seen", 0)],
    )  # fmt: skip
    assert coins.state(made) == "awaiting_funds"
    coins.settle()
    assert (coins.state(made), coins.deposits(to)) == ("funded", [("0.5", "credited", 1)])
    coins.watch()
    coins.settle()
    assert coins.deposits(to) == [("0.5", "credited", 1)]
    coins.check_books()


def test_a_wallet_is_paid_in_any_number_of_times(coins: CoinScene) -> None:
    party = coins.desk.stack.create_user()
    to = coins.wallet_address(party)
    assert coins.wallet_address(party) == to
    for times in (1, 2):
        coins.chain.pay(to, "0.001")
        coins.settle()
        assert coins.balance(party) == Decimal("0.001") * times
    coins.check_books()


def test_one_transaction_pays_two_and_each_output_counts_once(coins: CoinScene) -> None:
    one, other = coins.desk.stack.create_user(), coins.desk.stack.create_user()
    to = {
        coins.wallet_address(one): Decimal("0.002"),
        coins.wallet_address(other): Decimal("0.003"),
    }
    coins.chain.pay_many(to)
    coins.settle()
    assert (coins.balance(one), coins.balance(other)) == (Decimal("0.002"), Decimal("0.003"))
    coins.check_books()


def test_dust_counts_for_nobody(coins: CoinScene) -> None:
    """294 units are the least that nodes hand on."""
    party = coins.desk.stack.create_user()
    to = coins.wallet_address(party)
    coins.chain.pay(to, "0.00000294")
    coins.settle()
    assert coins.deposits(to) == [("0.00000294", "quarantined", 0)]
    assert coins.balance(party) == 0
    coins.chain.pay(to, "0.00001")
    coins.settle()
    assert coins.balance(party) == Decimal("0.00001")
    coins.check_books()


def test_more_confirmations_the_more_it_is(coins: CoinScene) -> None:
    party = coins.desk.stack.create_user()
    to = coins.wallet_address(party)
    for amount in ("0.0099", "0.01", "0.1", "1"):
        coins.chain.pay(to, amount)
    credited = []
    for _ in range(6):
        coins.settle()
        credited.append(coins.balance(party))
    assert credited == [Decimal(n) for n in
                        ("0.0099", "0.0199", "0.1199", "0.1199", "0.1199", "1.1199")]  # fmt: skip


def test_an_address_is_paid_400_days_later(coins: CoinScene) -> None:
    """Complaint 2. It costs nothing to look at it all the same."""
    party = coins.desk.stack.create_user()
    to = coins.wallet_address(party)
    coins.change(
        "update public.deposit_requests set active_until = private.clock() - interval '370 days'"
    )
    paid = coins.chain.pay(to, "0.001")
    # What waits is looked at only while somebody is expected to pay.
    assert coins.watch()["seen"] == 0
    coins.settle()
    assert coins.balance(party) == Decimal("0.001")
    assert coins.waiting(to) == []
    assert not coins.chain.is_waiting(paid)


def test_money_of_an_address_that_is_warned_of_waits_for_an_operator(coins: CoinScene) -> None:
    party = coins.desk.stack.create_user()
    to = coins.wallet_address(party)
    paid = coins.chain.pay_from_nowhere(to, "0.02")
    coins.settle()
    coins.screening.warn_of(coins.chain.payer_address(paid))
    coins.desk.stack.tick("ScreenFunction")
    coins.settle()
    assert coins.deposits(to) == [("0.02", "quarantined", 0)]
    assert coins.balance(party) == 0
    (row,) = coins.desk.read(
        OLGA.id, f"/deposit_quarantines?transaction_hash=eq.{paid}&select=id,reason"
    )
    accept, why = f"/quarantines/{row['id']}/accept", {"reason": "the bank knows them"}
    assert row["reason"] == "flagged"
    coins.desk.done(OLGA.id, accept, why)
    assert coins.balance(party) == Decimal("0.02")
    coins.check_books()


def test_two_watchers_at_once_credit_once(coins: CoinScene) -> None:
    party = coins.desk.stack.create_user()
    to = coins.wallet_address(party)
    coins.chain.pay(to, "0.001")
    coins.chain.mine()
    with ThreadPoolExecutor(3) as several:
        for done in [several.submit(coins.watch) for _ in range(3)]:
            done.result()
    coins.watch()
    assert (coins.deposits(to), coins.balance(party)) == (
        [("0.001", "credited", 1)], Decimal("0.001"),
    )  # fmt: skip
    coins.check_books()


def test_where_money_may_go_is_read_by_its_checksum(coins: CoinScene) -> None:
    party = coins.desk.stack.create_user()
    own = coins.wallet_address(party)
    for address, code in (
        ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", "bad_address"),
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "bad_address"),
        ("ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9", "bad_address"),
        ("0x90F79bf6EB2c4f870365E785982E1f101E93b906", "bad_address"),
        (own.upper(), "bad_destination"),
        ("1BitcoinEaterAddressDontSendf59kuE", "bad_destination"),
    ):
        body = {"rail": "bitcoin", "address": address}
        assert coins.desk.post(party, "/payout-destinations", body).code == code
    body = {"rail": "bitcoin", "address": "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4"}
    named = coins.desk.done(party, "/payout-destinations", body)
    assert named["address"] == "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"


def test_a_rail_that_nobody_opened_begins_nothing(coins: CoinScene) -> None:
    party = coins.desk.stack.create_user()
    coins.change("update public.rails set is_open = false where id = 'bitcoin'")
    try:
        assert coins.desk.post(party, "/bitcoin-addresses", {}).code == "rail_closed"
    finally:
        coins.change("update public.rails set is_open = true where id = 'bitcoin'")
    assert coins.desk.post(party, "/litecoin-addresses", {}).code == "not_configured"


def test_the_sender_is_screened(coins: CoinScene) -> None:
    party = coins.desk.stack.create_user()
    coins.chain.pay(coins.wallet_address(party), "0.001")
    coins.settle()
    watched = coins.rows(
        "select address from private.address_watches where party_id = %s and reason = 'deposit'",
        party,
    )
    sender = coins.one("select d.sender from public.chain_deposits as d join"
                       " public.deposit_requests as r on r.id = d.request_id"
                       " where r.party_id = %s", party)  # fmt: skip
    assert sender == coins.chain.payer_address(coins.one(
        "select transaction_hash from public.chain_deposits where sender = %s"
        " order by created_at desc limit 1", sender,
    ))  # fmt: skip
    assert watched == [(sender,)]


def test_money_after_the_deadline_goes_back(coins: CoinScene) -> None:
    made = coins.escrow("0.005")
    to = coins.address(made)
    coins.advance(minutes=61)
    coins.watch()
    coins.desk.stack.tick("EscrowExpireFunction")
    assert coins.state(made) == "void"
    coins.chain.pay(to, "0.005")
    coins.settle()
    kinds = coins.rows(
        "select kind, amount::numeric from public.escrow_cases where escrow_id = %s", made.id
    )
    assert kinds == [("late_funds", Decimal("0.005"))]
    coins.check_books()


def test_what_is_in_a_block_in_time_wins_over_the_timer(coins: CoinScene) -> None:
    """Nobody has read the block when the time is over."""
    made = coins.escrow("0.02")
    to = coins.address(made)
    coins.chain.pay(to, "0.02")
    coins.chain.mine()
    coins.desk.stack.clock.advance(minutes=65)
    assert coins.desk.stack.tick("EscrowExpireFunction")["moved"] == 0
    coins.watch()
    # Seen, and not deep enough.
    coins.desk.stack.tick("EscrowExpireFunction")
    assert (coins.state(made), coins.deposits(to)) == ("awaiting_funds", [("0.02", "seen", 0)])
    coins.settle()
    assert coins.state(made) == "funded"
    coins.check_books()
