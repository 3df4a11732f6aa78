"""Law 14 with a real chain beside the stack: each day the books are compared with what it holds."""

from decimal import Decimal

import pytest

from stack.lambdas import FunctionFailed
from stack.people import OLGA
from stack.stand_ins.chain import USDC
from stack.stand_ins.chain.accounts import DEPOSITS, account
from stack.stand_ins.chain.treasury import sweep
from tests.world.compare_functions import CHAIN, agree, found, new
from tests.world.http.chain import FINAL, Escrow, Scene


def take_from(scene: Scene, escrow: Escrow, amount: str) -> None:
    """Somebody has the key of a deposit address and sends money away."""
    index = scene.one(
        "select address_index from public.deposit_requests where reference_id = %s", escrow.id
    )
    holder = account(DEPOSITS, index)
    scene.chain.give_ether(holder.address)
    scene.chain.transfer(holder, scene.chain.person().address, amount)


def assert_misused(differences: list[tuple[str, Decimal]]) -> None:
    """What somebody else sent from the hot wallet, and the gas for it."""
    found = dict(differences)
    assert found.keys() == {"USDC_BASE", "ETH_BASE"}
    assert found["USDC_BASE"] == -1
    assert -Decimal("0.001") < found["ETH_BASE"] < 0


def test_books_and_chain_agree_at_every_step_of_a_payment(scene: Scene) -> None:
    paid = scene.funded()
    agree(scene.desk, CHAIN)
    before = len(found(scene.desk))
    other = scene.escrow("70")
    for step in (
        lambda: scene.send(other, "70"),
        scene.watch,
        lambda: scene.chain.mine(1),
        scene.watch,
        lambda: scene.chain.mine(FINAL),
        scene.watch,
        scene.report,
        lambda: scene.release(paid),
        scene.pay,
        lambda: scene.chain.mine(FINAL),
        scene.watch,
        lambda: scene.advance(minutes=5),
        scene.pay,
        scene.watch,
    ):
        step()
        assert scene.desk.stack.tick(CHAIN)["differ"] == 0
    assert [row[3] for row in scene.payments(paid)] == ["confirmed"]
    assert len(found(scene.desk)) == before


def test_money_sent_away_from_a_deposit_address_is_one_case(scene: Scene) -> None:
    made = scene.funded()
    agree(scene.desk, CHAIN)
    take_from(scene, made, "12.5")
    # Not final yet.
    assert new(scene.desk, CHAIN) == []
    scene.settle()
    assert new(scene.desk, CHAIN) == [("USDC_BASE", Decimal("-12.5"))]


def test_money_sent_away_from_the_hot_wallet_is_one_case(scene: Scene) -> None:
    scene.funded()
    agree(scene.desk, CHAIN)
    scene.misuse()
    scene.settle()
    assert_misused(new(scene.desk, CHAIN))


def test_a_deposit_that_nobody_credited_is_one_case(scene: Scene) -> None:
    """A node that leaves a log out: the block was read, and nothing was found in it."""
    made = scene.funded()
    agree(scene.desk, CHAIN)
    scene.chain.node.lie("eth_getLogs", lambda logs: [], times=20)
    scene.send_to(made, "33")
    scene.settle()
    scene.chain.node.behave()
    assert new(scene.desk, CHAIN) == [("USDC_BASE", Decimal(33))]
    listed = scene.desk.read(OLGA.id, "/rail_differences?outcome=is.null")
    assert [(row["amount"], row["rail"]) for row in listed] == [("33", "base")]


def test_to_sweep_is_listed_and_sweeping_is_no_difference(scene: Scene) -> None:
    small, large = scene.funded("20"), scene.funded("4000")
    scene.settle()
    agree(scene.desk, CHAIN)
    listed = scene.desk.read(OLGA.id, "/deposits_to_sweep?currency=eq.USDC_BASE")
    amounts = [Decimal(row["amount"]) for row in listed]
    assert amounts == sorted(amounts, reverse=True)
    assert amounts[0] == 4000
    assert Decimal(listed[1]["amount_so_far"]) == 4000 + amounts[1]
    assert scene.desk.read(small.buyer, "/deposits_to_sweep") == []
    index = scene.one(
        "select address_index from public.deposit_requests where reference_id = %s", large.id
    )
    assert sweep(scene.chain, {listed[0]["address"]: index}, USDC) == 4000
    scene.settle()
    assert new(scene.desk, CHAIN) == []
    after = scene.desk.read(OLGA.id, "/deposits_to_sweep?currency=eq.USDC_BASE")
    assert len(after) == len(listed) - 1


def test_a_node_that_does_not_answer_is_an_alarm_and_no_case(scene: Scene) -> None:
    scene.funded()
    agree(scene.desk, CHAIN)
    scene.misuse()
    scene.settle()
    before = found(scene.desk)
    for method in ("eth_call", "eth_getTransactionCount"):
        scene.chain.node.fail(method)
        with pytest.raises(FunctionFailed, match="NoFigures"):
            scene.desk.stack.tick(CHAIN)
        scene.chain.node.behave()
    # A node that keeps no state of that block.
    scene.chain.node.refuse("eth_call", -32000, "missing trie node")
    with pytest.raises(FunctionFailed, match="NoFigures"):
        scene.desk.stack.tick(CHAIN)
    scene.chain.node.behave()
    assert found(scene.desk) == before
    assert_misused(new(scene.desk, CHAIN))


def test_a_rail_that_was_not_compared_for_a_day_rings(scene: Scene) -> None:
    scene.funded()
    agree(scene.desk, CHAIN)
    verify = "LedgerVerifyFunction"
    others = scene.desk.stack.tick(verify)["rails_not_compared"]
    scene.advance(hours=27)
    assert scene.desk.stack.tick(verify)["rails_not_compared"] >= max(others, 1)
    scene.settle()
    agree(scene.desk, CHAIN)
    assert scene.desk.stack.tick(verify)["rails_not_compared"] <= max(others, 1)
