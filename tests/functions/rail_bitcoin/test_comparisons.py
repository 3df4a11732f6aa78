"""Law 14 with a real chain of coins: each day the books are compared with what it holds."""

from decimal import Decimal

import pytest

from stack.lambdas import FunctionFailed
from stack.stand_ins.chain.faults import FaultyNode
from tests.world.http.coins import CoinScene


def differences(coins: CoinScene) -> list[tuple[str, Decimal]]:
    return coins.rows(
        "select currency, amount::numeric from public.rail_differences"
        " where rail = 'bitcoin' and outcome is null order by id"
    )


def test_books_and_chain_agree_at_every_step(coins: CoinScene) -> None:
    party = coins.desk.stack.create_user()
    to = coins.wallet_address(party)
    coins.chain.pay(to, "0.02")
    for step in (coins.watch, coins.settle, coins.settle, coins.settle):
        step()
        assert coins.compare()["differ"] == 0
    assert coins.balance(party) == Decimal("0.02")
    held = coins.rows(
        "select b.amount::numeric from public.deposit_balances as b join"
        " public.deposit_requests as r on r.id = b.request_id where r.address = %s", to,
    )  # fmt: skip
    assert held == [(Decimal("0.02"),)]


def test_coins_that_left_a_deposit_address_are_one_difference(coins: CoinScene) -> None:
    party = coins.desk.stack.create_user()
    coins.chain.pay(coins.wallet_address(party), "0.03")
    coins.settle(2)
    assert coins.compare()["differ"] == 0

    def without(told: dict[str, object]) -> dict[str, object]:
        kept = [each for each in told["unspents"] if each["amount"] != 0.03]  # type: ignore[attr-defined]
        return {**told, "unspents": kept}

    coins.chain.node.lie("scantxoutset", without)
    assert coins.compare()["differ"] == 1
    assert differences(coins) == [("BTC", Decimal("-0.03"))]
    coins.compare()
    assert differences(coins) == []


def test_nodes_that_hold_different_sums_are_compared_with_nothing(coins: CoinScene) -> None:
    party = coins.desk.stack.create_user()
    coins.chain.pay(coins.wallet_address(party), "0.04")
    coins.settle(2)
    with FaultyNode(coins.chain.real) as other:
        coins.works_with(other.url)
        other.lie("scantxoutset", lambda told: {**told, "unspents": []})
        with pytest.raises(FunctionFailed):
            coins.compare()
        assert coins.compare()["differ"] == 0
        coins.works_with()


def test_a_block_that_was_not_read_is_not_compared(coins: CoinScene) -> None:
    coins.chain.mine()
    with pytest.raises(FunctionFailed):
        coins.compare()
