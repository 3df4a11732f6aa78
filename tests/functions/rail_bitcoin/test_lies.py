"""Nodes that lie, lag or die: nothing counts that not every node has, and nothing twice."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from stack.stand_ins.behaviour import drop
from stack.stand_ins.chain.faults import FaultyNode
from stack.stand_ins.loopback import Behaviour, Received
from tests.world.http.coins import NOTHING, CoinScene


@pytest.fixture
def payee(coins: CoinScene) -> tuple[UUID, str]:
    """Somebody new, and where their wallet is paid into."""
    party = coins.desk.stack.create_user()
    return party, coins.wallet_address(party)


@pytest.fixture
def other(coins: CoinScene) -> Iterator[FaultyNode]:
    """A second node, which must say the same."""
    with FaultyNode(coins.chain.real) as node:
        coins.works_with(node.url)
        yield node
        node.behave()
        coins.works_with()


def ends_after(questions: int) -> Callable[[Received], Behaviour | None]:
    """So many questions are answered, and none after them."""
    asked = iter(range(1000))
    return lambda _: drop() if next(asked) >= questions else None


def changed(text: str) -> str:
    """The last output of a transaction, or of a block's last, has another amount."""
    place = text.rindex("0014") - 18
    return text[:place] + "ff" + text[place + 2 :]


def test_a_block_with_other_bytes_is_not_believed(
    coins: CoinScene, payee: tuple[UUID, str]
) -> None:
    party, to = payee
    coins.chain.pay(to, "0.001")
    coins.chain.node.lie("getblock", changed, times=2)
    coins.chain.mine()
    assert coins.watch()["failed"] >= 1
    assert (coins.deposits(to), coins.balance(party)) == ([], NOTHING)
    coins.chain.node.behave()
    coins.watch()
    assert coins.balance(party) == Decimal("0.001")


def test_a_block_that_does_not_follow_is_not_read(
    coins: CoinScene, payee: tuple[UUID, str]
) -> None:
    """The node names a block of another branch as the next."""
    party, to = payee
    coins.chain.pay(to, "0.001")
    (real,) = coins.chain.mine()
    stale = coins.chain.ask("getblockhash", coins.chain.height - 5)
    coins.chain.node.lie("getblockhash", lambda told: stale if told == real else told, times=50)
    assert coins.watch()["failed"] == 1
    coins.chain.node.behave()
    coins.watch()
    assert (coins.deposits(to), coins.balance(party)) == (
        [("0.001", "credited", 1)], Decimal("0.001"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("lie", "doubt"),
    [
        (changed, "other_transaction"),
        (lambda text: None, ""),
    ],
)
def test_what_the_second_answer_contradicts_is_not_credited(
    coins: CoinScene,
    payee: tuple[UUID, str],
    other: FaultyNode,
    lie: Callable[[Any], Any],
    doubt: str,
) -> None:
    party, to = payee
    other.lie("getrawtransaction", lie, times=100)
    coins.chain.pay(to, "0.001")
    coins.settle()
    assert (coins.deposits(to), coins.doubt(to)) == ([("0.001", "seen", 0)], doubt)
    assert coins.balance(party) == 0
    other.behave()
    coins.desk.stack.clock.advance(minutes=1)
    coins.watch()
    assert coins.balance(party) == Decimal("0.001")
    coins.check_books()


def test_a_node_that_has_not_come_so_far_is_waited_for(
    coins: CoinScene, payee: tuple[UUID, str], other: FaultyNode
) -> None:
    party, to = payee
    other.refuse("getblockheader", -5, "Block not found")
    coins.chain.pay(to, "0.001")
    coins.settle()
    assert (coins.deposits(to), coins.doubt(to)) == ([("0.001", "seen", 0)], "")
    other.behave()
    coins.watch()
    assert coins.balance(party) == Decimal("0.001")


def test_a_node_that_is_behind_what_was_read_moves_nothing(
    coins: CoinScene, payee: tuple[UUID, str]
) -> None:
    party, to = payee
    coins.chain.pay(to, "0.001")
    coins.settle()
    before = coins.one("select max(block_number) from public.chain_cursors")
    coins.chain.node.tell("getblockcount", before - 3)
    assert coins.watch()["failed"] == 1
    assert coins.balance(party) == Decimal("0.001")
    assert coins.one("select max(block_number) from public.chain_cursors") == before


def test_a_node_of_another_chain_is_not_asked(coins: CoinScene) -> None:
    coins.chain.node.lie(
        "getblockhash", lambda told: "00" * 32 if told == coins.chain.genesis else told, times=1
    )
    assert coins.watch()["failed"] == 1


def test_a_loss_that_only_one_node_sees_is_none(
    coins: CoinScene, payee: tuple[UUID, str], other: FaultyNode
) -> None:
    party, to = payee
    paid = coins.chain.pay(to, "0.001")
    coins.settle()
    block = coins.one(
        "select block_hash from public.chain_deposits where transaction_hash = %s", paid
    )
    other.lie(
        "getblockheader",
        lambda told: {**told, "confirmations": 7} if told["hash"] == block else told,
        times=100,
    )
    coins.chain.undo()
    coins.chain.double_spend(paid)
    coins.settle(7)
    assert (coins.deposits(to), coins.balance(party)) == (
        [("0.001", "credited", 1)], Decimal("0.001"),
    )  # fmt: skip
    assert coins.doubt(to) == "not_gone"


def test_death_at_any_question_credits_once(coins: CoinScene, payee: tuple[UUID, str]) -> None:
    """The connection ends at the first question, at the second, …: until all were answered."""
    party, to = payee
    coins.chain.pay(to, "0.001")
    coins.chain.mine()
    for last in range(100):
        coins.chain.node.choose(ends_after(last))
        if coins.watch()["failed"] == 0:
            break
        assert coins.balance(party) in (0, Decimal("0.001"))
    assert last > 5
    assert (coins.deposits(to), coins.balance(party)) == (
        [("0.001", "credited", 1)], Decimal("0.001"),
    )  # fmt: skip
    coins.check_books()


def test_a_scan_that_is_kept_twice_changes_nothing(
    coins: CoinScene, payee: tuple[UUID, str]
) -> None:
    """The answer of the database was lost: the same is sent again."""
    party, to = payee
    coins.chain.pay(to, "0.001")
    coins.settle()
    places = coins.one("select count(*) from public.chain_cursors")
    coins.rows("select service.chain_rewind(2147483648, (select max(block_number) - 1"
               " from public.chain_cursors))")  # fmt: skip
    coins.watch()
    assert coins.one("select count(*) from public.chain_cursors") <= places
    assert (coins.deposits(to), coins.balance(party)) == (
        [("0.001", "credited", 1)], Decimal("0.001"),
    )  # fmt: skip
