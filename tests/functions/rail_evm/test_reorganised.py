"""Deposits on a chain that takes blocks back."""

import json
from decimal import Decimal

from tests.world.chain import proof_of
from tests.world.http.chain import CURRENCY, Escrow, Scene


def paid(scene: Scene, amount: str = "100") -> tuple[Escrow, str]:
    """An escrow whose payer has paid: seen, and not safe yet. The hash."""
    made = scene.escrow(amount)
    hash_ = scene.send(made, amount)
    scene.watch()
    assert scene.deposits(made) == [(amount, "seen", 0)]
    return made, hash_


def test_a_deposit_that_a_reorganisation_takes_never_counts(scene: Scene) -> None:
    made, hash_ = paid(scene)
    (dropped,) = scene.chain.reorg(1)
    assert dropped.hash == hash_
    scene.watch()
    assert scene.deposits(made) == [("100", "dropped", 0)]
    scene.settle()
    assert scene.state(made) == "awaiting_funds"
    assert scene.deposits(made) == [("100", "dropped", 0)]
    scene.check_books()


def test_a_deposit_that_comes_back_in_another_block_counts_once(scene: Scene) -> None:
    made, _ = paid(scene)
    (dropped,) = scene.chain.reorg(1)
    scene.watch()
    scene.chain.send(dropped.raw)
    scene.watch()
    assert scene.deposits(made) == [("100", "seen", 0)]
    scene.settle()
    assert (scene.state(made), scene.deposits(made)) == ("funded", [("100", "credited", 1)])
    scene.check_books()


def test_a_deposit_at_another_place_in_another_block_counts_once(scene: Scene) -> None:
    """Another transfer stands before it, so its log has another number; nobody looked between."""
    made, _ = paid(scene)
    (dropped,) = scene.chain.reorg(1)
    other = scene.chain.person("1")
    scene.chain.pause()
    before = scene.chain.sign_transfer(other, made.seller_account.address, "1", tip=10**11)
    scene.chain.send(before.raw)
    scene.chain.send(dropped.raw)
    scene.chain.resume()
    logs = scene.chain.receipt(dropped.hash)["logs"]
    assert int(logs[0]["logIndex"], 16) == 1
    scene.settle()
    assert scene.state(made) == "funded"
    assert scene.deposits(made) == [("100", "dropped", 0), ("100", "credited", 1)]
    scene.check_books()


def test_a_deposit_that_is_kept_moves_to_its_new_block(scene: Scene) -> None:
    made, hash_ = paid(scene)
    before = scene.one(
        "select block_hash from public.chain_deposits where request_id in ("
        "select id from public.deposit_requests where reference_id = %s)",
        made.id,
    )
    assert scene.chain.reorg(1, keep=[hash_]) == []
    scene.settle()
    after = scene.one(
        "select block_hash from public.chain_deposits where request_id in ("
        "select id from public.deposit_requests where reference_id = %s)",
        made.id,
    )
    assert (before != after, scene.state(made)) == (True, "funded")
    assert scene.deposits(made) == [("100", "credited", 1)]


def test_what_was_read_of_replaced_blocks_is_read_again(scene: Scene) -> None:
    """A deposit that only the new blocks have is found, though the reader had passed them."""
    made = scene.escrow("100")
    to = scene.address(made)
    scene.chain.mint(made.buyer_account.address, "100")
    deposit = scene.chain.sign_transfer(made.buyer_account, to, "100")
    scene.chain.mine(6)
    scene.watch()
    read_up_to = scene.chain.height()
    scene.chain.reorg(3)
    scene.chain.rollback(3)
    scene.chain.send(deposit.raw)
    scene.chain.mine(5)
    assert int(scene.chain.receipt(deposit.hash)["blockNumber"], 16) < read_up_to
    scene.watch()
    scene.report()
    assert (scene.state(made), scene.deposits(made)) == ("funded", [("100", "credited", 1)])


def test_a_credited_deposit_that_is_gone_takes_the_escrow_back(scene: Scene) -> None:
    """Deeper than anything that was called final."""
    made, _ = paid(scene)
    scene.settle()
    scene.watch()
    assert scene.state(made) == "funded"
    dropped = scene.chain.reorg(6)
    assert len(dropped) == 1
    scene.chain.node.lag("finalized", 6)
    scene.watch()
    scene.report()
    # What replaced it is not final yet, so nothing is concluded.
    assert (scene.state(made), scene.deposits(made)) == ("funded", [("100", "credited", 1)])
    scene.chain.node.behave()
    scene.settle()
    assert (scene.state(made), scene.deposits(made)) == ("refunded", [("100", "dropped", 1)])
    assert scene.payments(made) == [("rail_return", CURRENCY, "100", "confirmed")]
    kinds = "select kind from public.security_events where party_id = %s"
    assert scene.rows(kinds, made.buyer) == [("chain_reorganised",)]
    scene.check_books()
    # And if it comes back after all, it counts again, and goes back to who paid it.
    scene.chain.send(dropped[0].raw)
    scene.settle()
    assert scene.deposits(made) == [("100", "credited", 2)]
    scene.paid_out()
    assert scene.payments(made)[1:] == [("return", CURRENCY, "100", "confirmed")]
    assert scene.chain.balance_of(made.buyer_account.address) == Decimal(100)
    scene.check_books()


def test_two_readers_count_a_deposit_once(scene: Scene) -> None:
    made, _ = paid(scene)
    scene.chain.mine(5)
    look = "select service.chain_due(8453)"
    told = scene.one(look)
    (deposit,) = [each for each in told["deposits"] if each["state"] == "seen"]
    scene.watch()
    verdict = [{**deposit, "event": "credit", "proof": proof_of(deposit)}]
    moved = scene.one("select service.chain_verdicts_record(8453, %s::jsonb)", json.dumps(verdict))
    assert moved == 0
    last = {"number": 10**6, "hash": "0x" + "a" * 64, "time": "2030-01-01T00:00:00Z"}
    scan = {"chain_id": 8453, "cursor": told["cursor"], "transfers": [], "last": last}
    assert scene.one("select service.chain_scanned(%s::jsonb)", json.dumps(scan)) is False
    scene.report()
    assert (scene.state(made), scene.deposits(made)) == ("funded", [("100", "credited", 1)])


def test_a_node_that_fails_in_any_question_loses_no_deposit(scene: Scene) -> None:
    made, _ = paid(scene)
    scene.chain.mine(5)
    node = scene.chain.node
    for fault in (node.drop, node.limit, node.fail):
        for method in ("eth_getLogs", "eth_getBlockByNumber", "eth_chainId"):
            node.behave()
            fault(method)
            assert scene.watch()["failed"] == 1
    node.behave()
    node.refuse("eth_getLogs", -32602, "query exceeds max results 20000, retry with the range 1-2")
    assert scene.watch()["failed"] == 1
    node.behave()
    scene.settle()
    assert (scene.state(made), scene.deposits(made)) == ("funded", [("100", "credited", 1)])


def test_a_node_of_another_chain_is_not_believed(scene: Scene) -> None:
    made, _ = paid(scene)
    scene.chain.mine(5)
    scene.chain.node.wrong_chain()
    assert scene.watch()["failed"] == 1
    assert scene.deposits(made) == [("100", "seen", 0)]
    scene.chain.node.behave()
    scene.settle()
    assert scene.state(made) == "funded"
