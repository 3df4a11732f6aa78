"""ledger.post: zero sum, decimals, cover, holds, running balances, the chain."""

from decimal import Decimal
from hashlib import sha256
from uuid import uuid4

import pytest
from psycopg import sql

from tests.world.ledger_post import Entry, clearing, funded_wallet, lock, post, wallet_of
from tests.world.refused import refused
from tests.world.world import PLATFORM, World


def test_a_transfer_moves_money_and_sums_to_zero(world: World) -> None:
    giver, taker = funded_wallet(world), funded_wallet(world)
    transfer = post(world, Entry(giver, "-3"), Entry(taker, "3"))
    assert world.rows(
        "select wallet_id, amount::numeric, balance_after::numeric, seq "
        "from public.ledger_entries where transfer_id = %s order by amount",
        transfer,
    ) == [(giver, Decimal(-3), Decimal(7), 2), (taker, Decimal(3), Decimal(13), 2)]
    assert world.problems() == []


@pytest.mark.parametrize("amounts", [("-3", "2"), ("-3", "3.00000001"), ("1", "1"), ("-1", "-1")])
def test_what_does_not_sum_to_zero_is_refused(world: World, amounts: tuple[str, str]) -> None:
    giver, taker = funded_wallet(world), funded_wallet(world)
    with refused(world.connection, "transfer_not_zero_sum"):
        post(world, Entry(giver, amounts[0]), Entry(taker, amounts[1]))


def test_a_single_entry_is_refused(world: World) -> None:
    with refused(world.connection, "transfer_not_zero_sum"):
        post(world, Entry(funded_wallet(world), "1"))


def test_currencies_do_not_balance_each_other(world: World) -> None:
    coins, dollars = funded_wallet(world), funded_wallet(world, "10", "USD")
    with refused(world.connection, "transfer_not_zero_sum"):
        post(world, Entry(coins, "-1"), Entry(dollars, "1"))


def test_transfers_do_not_balance_each_other(world: World) -> None:
    giver, taker = funded_wallet(world), funded_wallet(world)
    with refused(world.connection, "transfer_not_zero_sum"):
        world.run(
            "insert into public.ledger_entries (transfer_id, wallet_id, currency, bucket, amount, "
            "created_at) values (gen_random_uuid(), %s, 'BTC', 'available', -1, now()), "
            "(gen_random_uuid(), %s, 'BTC', 'available', 1, now())",
            giver, taker,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("currency", "amount"),
    [("BTC", "0.000000001"), ("USD", "0.001"), ("IDR", "0.5"), ("ETH", "0.0000000000000000001")],
)
def test_amounts_have_no_more_decimals_than_their_currency(
    world: World, currency: str, amount: str
) -> None:
    giver, taker = funded_wallet(world, "10", currency), funded_wallet(world, "10", currency)
    with refused(world.connection, "bad_entry"):
        post(world, Entry(giver, f"-{amount}"), Entry(taker, amount))


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-Infinity"])
def test_amounts_are_numbers(world: World, amount: str) -> None:
    giver, taker = funded_wallet(world), funded_wallet(world)
    with refused(world.connection, "bad_entry", "22003", "insufficient_funds"):
        post(world, Entry(giver, amount), Entry(taker, amount))


@pytest.mark.parametrize("amount", [None, "0"])
def test_an_entry_moves_something(world: World, amount: str | None) -> None:
    giver, taker = funded_wallet(world), funded_wallet(world)
    with refused(world.connection, "23502", "ledger_entries_amount_check"):
        post(world, Entry(giver, amount), Entry(taker, amount))


def test_an_entry_names_a_wallet(world: World) -> None:
    giver, taker = funded_wallet(world), funded_wallet(world)
    with refused(world.connection, "bad_entry"):
        post(world, Entry(giver, "-1"), Entry(taker, "1"), Entry(uuid4(), "5"))


def test_nobody_spends_what_they_do_not_have(world: World) -> None:
    giver, taker = funded_wallet(world), funded_wallet(world)
    with refused(world.connection, "insufficient_funds"):
        post(world, Entry(giver, "-10.00000001"), Entry(taker, "10.00000001"))
    post(world, Entry(giver, "-10"), Entry(taker, "10"))


def test_locked_money_is_not_spent(world: World) -> None:
    giver, taker = funded_wallet(world), funded_wallet(world)
    post(world, *lock(giver, "6"))
    with refused(world.connection, "insufficient_funds"):
        post(world, Entry(giver, "-5"), Entry(taker, "5"))


@pytest.mark.parametrize("bucket", ["locked", "pending"])
def test_money_that_is_held_is_freed_for_its_own_reason_only(world: World, bucket: str) -> None:
    wallet, hold = funded_wallet(world), uuid4()
    post(world, Entry(wallet, "-6"), Entry(wallet, "6", bucket, hold, "bond"))
    for other, amount in ((uuid4(), "1"), (hold, "7")):
        with refused(world.connection, "ledger_holds_amount_check", "insufficient_funds"):
            post(world, Entry(wallet, f"-{amount}", bucket, other, "bond"), Entry(wallet, amount))
    post(world, Entry(wallet, "-6", bucket, hold, "bond"), Entry(wallet, "6"))
    assert world.one("select amount::numeric from public.ledger_holds where reference_id = %s",
                     hold) == 0  # fmt: skip
    assert world.problems() == []


def test_held_money_names_its_reason(world: World) -> None:
    wallet = funded_wallet(world)
    with refused(world.connection, "bad_entry", "ledger_entries_hold_names_reason"):
        post(world, Entry(wallet, "-1"), Entry(wallet, "1", "locked"))
    with refused(world.connection, "bad_entry"):
        post(world, Entry(wallet, "-1"), Entry(wallet, "1", "locked", uuid4(), "gift"))
    with refused(world.connection, "ledger_entries_hold_names_reason"):
        post(world, Entry(wallet, "-1", "available", uuid4(), "bond"), Entry(wallet, "1"))


@pytest.mark.parametrize("bucket", ["locked", "pending"])
def test_shared_wallets_hold_nothing(world: World, bucket: str) -> None:
    wallet, fees = funded_wallet(world), wallet_of(world, PLATFORM, "BTC", "fees")
    with refused(world.connection, "bad_entry"):
        post(world, Entry(wallet, "-1"), Entry(fees, "1", bucket, uuid4(), "bond"))


def test_shared_wallets_may_be_below_zero(world: World) -> None:
    world.deposit(world.user(), "5")
    assert world.balance(
        world.one("select party_id from public.wallets where id = %s", clearing(world)),
        kind="clearing",
    )[0] < 0  # fmt: skip


def test_many_entries_of_one_wallet_run_in_order(world: World) -> None:
    wallet, other = funded_wallet(world), funded_wallet(world)
    transfer = post(
        world, Entry(wallet, "-1"), Entry(other, "1"), Entry(wallet, "-2"), Entry(other, "2"),
        *lock(wallet, "3"),
    )  # fmt: skip
    rows = world.rows(
        "select seq, bucket::text, amount::numeric, balance_after::numeric "
        "from public.ledger_entries where transfer_id = %s and wallet_id = %s order by seq",
        transfer, wallet,
    )  # fmt: skip
    assert rows == [
        (2, "available", -1, 9), (3, "available", -2, 7), (4, "available", -3, 4),
        (5, "locked", 3, 3),
    ]  # fmt: skip
    assert world.problems() == []


def test_the_chain_is_what_it_says(world: World) -> None:
    """Recomputed here from the documented form: sha256(previous || text)."""
    wallet, other = funded_wallet(world), funded_wallet(world)
    post(world, Entry(wallet, "-1.50"), Entry(other, "1.50"))
    post(world, *lock(wallet, "2", uuid4()))
    state = b""
    for row in world.rows(
        "select transfer_id, wallet_id, seq, bucket::text, amount::numeric, hold_id, hash "
        "from public.ledger_entries where wallet_id = %s order by seq",
        wallet,
    ):
        transfer, wallet_id, seq, bucket, amount, hold, stored = row
        shown = f"{amount.normalize():f}"
        text = f"{transfer}|{wallet_id}|{seq}|{bucket}|{shown}|{hold or ''}"
        state = sha256(state + text.encode()).digest()
        assert stored == state
    assert world.one("select last_hash from public.wallets where id = %s", wallet) == state


@pytest.mark.parametrize("bucket", ["available", "pending", "locked"])
def test_no_bucket_goes_below_zero_even_for_the_owner(world: World, bucket: str) -> None:
    wallet = funded_wallet(world)
    column = sql.Identifier(bucket)
    with refused(world.connection, "insufficient_funds"):
        world.run(sql.SQL("update public.wallets set {} = -1 where id = %s").format(column), wallet)
    with refused(world.connection, "wallets_covers"):
        world.run(
            sql.SQL(
                "insert into public.wallets (party_id, currency, {}) values (%s, 'ETH', -1)"
            ).format(column),
            world.operator,
        )


def test_entries_without_a_transfer_are_refused(world: World) -> None:
    wallet = funded_wallet(world)
    with refused(world.connection, "bad_entry"):
        world.run(
            "select ledger.post(null, array[row(%s, %s, 'available', 1, null, null)"
            "::ledger.new_entry], private.clock())",
            uuid4(), wallet,
        )  # fmt: skip
    world.run("select ledger.post(null, null, private.clock())")
    assert world.problems() == []
