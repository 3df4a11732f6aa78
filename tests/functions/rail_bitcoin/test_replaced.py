"""Payments that are replaced, forgotten, reorganised, spent twice: each counts once, or never."""

from decimal import Decimal
from uuid import UUID

import pytest

from tests.world.http.coins import NOTHING, CoinScene


@pytest.fixture
def payee(coins: CoinScene) -> tuple[UUID, str]:
    """Somebody new, and where their wallet is paid into."""
    party = coins.desk.stack.create_user()
    return party, coins.wallet_address(party)


def test_a_fee_that_is_raised_is_one_payment_of_two_names(
    coins: CoinScene, payee: tuple[UUID, str]
) -> None:
    party, to = payee
    first = coins.chain.pay(to, "0.001")
    coins.watch()
    second = coins.chain.bump(first)
    assert second != first
    coins.watch()
    assert dict(coins.waiting(to)) == {first: "conflicted", second: "seen"}
    coins.settle()
    assert dict(coins.waiting(to)) == {first: "conflicted", second: "in_block"}
    assert (coins.deposits(to), coins.balance(party)) == (
        [("0.001", "credited", 1)], Decimal("0.001"),
    )  # fmt: skip
    coins.check_books()


@pytest.mark.parametrize("signals", [True, False])
def test_who_spends_the_same_elsewhere_has_not_paid(
    coins: CoinScene, payee: tuple[UUID, str], signals: bool
) -> None:
    """Also by a transaction that did not say that it may be replaced."""
    party, to = payee
    paid = coins.chain.pay(to, "0.001", signals=signals)
    coins.watch()
    assert coins.waiting(to) == [(paid, "seen")]
    coins.chain.double_spend(paid)
    coins.watch()
    assert coins.waiting(to) == [(paid, "conflicted")]
    coins.settle()
    assert (coins.deposits(to), coins.balance(party)) == ([], NOTHING)


def test_what_nodes_forget_is_gone_and_may_come_again(
    coins: CoinScene, payee: tuple[UUID, str]
) -> None:
    party, to = payee
    paid = coins.chain.pay(to, "0.001")
    raw = coins.chain.raw(paid)
    coins.watch()
    coins.chain.forget()
    assert not coins.chain.is_waiting(paid)
    coins.watch()
    assert (coins.waiting(to), coins.balance(party)) == ([(paid, "gone")], NOTHING)
    coins.chain.send(raw)
    coins.watch()
    assert coins.waiting(to) == [(paid, "seen")]
    coins.settle()
    assert (coins.waiting(to), coins.balance(party)) == ([(paid, "in_block")], Decimal("0.001"))
    coins.check_books()


def test_what_a_reorganisation_takes_before_it_counts_never_counts(coins: CoinScene) -> None:
    made = coins.escrow("0.02")
    to = coins.address(made)
    paid = coins.chain.pay(to, "0.02")
    coins.settle()
    assert coins.deposits(to) == [("0.02", "seen", 0)]
    coins.chain.undo()
    coins.chain.double_spend(paid)
    coins.settle(3)
    assert (coins.state(made), coins.deposits(to)) == ("awaiting_funds", [("0.02", "dropped", 0)])
    coins.check_books()


def test_what_comes_back_in_another_block_counts_once(
    coins: CoinScene, payee: tuple[UUID, str]
) -> None:
    party, to = payee
    paid = coins.chain.pay(to, "0.02")
    coins.settle()
    coins.chain.undo()
    coins.chain.mine_empty(2)
    assert coins.watch()["rewound"] == 1
    assert (coins.deposits(to), coins.waiting(to)) == ([("0.02", "dropped", 0)], [(paid, "seen")])
    coins.settle(2)
    assert (coins.deposits(to), coins.balance(party)) == (
        [("0.02", "credited", 1)], Decimal("0.02"),
    )  # fmt: skip
    coins.check_books()


def test_a_block_that_stays_in_place_of_another_keeps_what_it_holds(
    coins: CoinScene, payee: tuple[UUID, str]
) -> None:
    """The same transaction is in the block that came instead: nothing was ever lost."""
    party, to = payee
    coins.chain.pay(to, "0.001")
    coins.settle()
    coins.chain.undo()
    coins.settle(2)
    assert (coins.deposits(to), coins.balance(party)) == (
        [("0.001", "credited", 1)], Decimal("0.001"),
    )  # fmt: skip


def test_a_credited_deposit_that_was_spent_twice_is_taken_back_and_may_return(
    coins: CoinScene, payee: tuple[UUID, str]
) -> None:
    party, to = payee
    paid = coins.chain.pay(to, "0.001")
    coins.settle()
    assert coins.balance(party) == Decimal("0.001")
    old = coins.chain.undo()
    coins.chain.double_spend(paid)
    (new, *_) = coins.chain.mine(5)
    coins.watch()
    # Not before six blocks stand in its place.
    assert coins.balance(party) == Decimal("0.001")
    coins.settle()
    assert (coins.deposits(to), coins.balance(party)) == ([("0.001", "dropped", 1)], NOTHING)
    kinds = coins.rows(
        "select kind from public.security_events where party_id = %s"
        " and kind = 'chain_reorganised'", party,
    )  # fmt: skip
    assert kinds == [("chain_reorganised",)]
    coins.check_books()
    # The first branch wins after all.
    coins.chain.ask("reconsiderblock", old)
    coins.chain.ask("invalidateblock", new)
    coins.settle(7)
    assert (coins.deposits(to), coins.balance(party)) == (
        [("0.001", "credited", 2)], Decimal("0.001"),
    )  # fmt: skip
    coins.check_books()
