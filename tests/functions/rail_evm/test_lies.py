"""A node that lies once, and once is not believed: nothing is credited, nothing is paid again."""

from collections.abc import Callable
from typing import Any

import pytest

from stack.stand_ins.chain import BRIDGED_USDC, USDC
from tests.world.http.chain import CURRENCY, Escrow, Scene

RECEIPT, LOGS = "eth_getTransactionReceipt", "eth_getLogs"
_TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"


def _word(address: str) -> str:
    return "0x" + address[2:].lower().rjust(64, "0")


def forged(scene: Scene, escrow: Escrow, **other: Any) -> Callable[[list[Any]], list[Any]]:
    """A log of a block that is there, of a transfer that never was."""
    to = scene.address(escrow)
    scene.chain.mine()
    block = scene.chain.anvil.ask("eth_getBlockByNumber", "latest", False)
    log = {
        "address": USDC.lower(), "data": "0x" + f"{100 * 10**6:064x}", "removed": False,
        "topics": [_TRANSFER, _word(escrow.buyer_account.address), _word(to)],
        "blockHash": block["hash"], "blockNumber": block["number"], "logIndex": "0x0",
        "transactionHash": "0x" + "ab" * 32, "transactionIndex": "0x0",
    } | other  # fmt: skip
    return lambda logs: [*logs, log]


def alarms(scene: Scene) -> int:
    return int(
        scene.one("select count(*) from public.security_events where kind = 'chain_answers_differ'")
    )


def doubts(scene: Scene, escrow: Escrow) -> list[Any]:
    return scene.rows(
        "select trim_scale(amount)::text, state, credits, doubt from public.chain_deposits "
        "where request_id in ("
        "select id from public.deposit_requests where reference_id = %s)", escrow.id,
    )  # fmt: skip


@pytest.mark.parametrize("real", [False, True])
def test_a_forged_log_is_not_credited(scene: Scene, real: bool) -> None:
    """Neither one of nothing, nor one that names a transaction that there is."""
    made = scene.escrow("100")
    other = {}
    if real:
        payer = scene.chain.person("1")
        hash_ = scene.chain.transfer(payer, scene.chain.person().address, "1")
        receipt = scene.chain.receipt(hash_)
        other = {name: receipt["logs"][0][name] for name in
                 ("transactionHash", "blockHash", "blockNumber", "logIndex")}  # fmt: skip
    scene.chain.node.lie(LOGS, forged(scene, made, **other))
    before = alarms(scene)
    scene.settle()
    (found,) = doubts(scene, made)
    assert found[1:3] == ("seen", 0)
    assert found[3] == ("other_log" if real else "no_receipt")
    assert scene.state(made) == "awaiting_funds"
    assert alarms(scene) >= max(before, 1)
    scene.advance(days=1, minutes=1)
    for _ in range(9):
        scene.settle()
        scene.advance(hours=1)
    assert doubts(scene, made)[0][1:3] == ("dropped", 0)
    scene.check_books()


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("more", lambda log: log.update(data="0x" + f"{10**11:064x}")),
        ("another token", lambda log: log.update(address=BRIDGED_USDC.lower())),
    ],
)
def test_a_transfer_that_was_another_is_not_credited_as_told(
    scene: Scene, what: str, change: Callable[[Any], Any]
) -> None:
    made = scene.escrow("100")
    scene.send(made, "100")

    def lie(logs: list[Any]) -> list[Any]:
        for log in logs:
            change(log)
        return logs

    scene.chain.node.lie(LOGS, lie)
    before = alarms(scene)
    scene.settle()
    # It was read once more, and is credited for what it is.
    assert doubts(scene, made) == [("100", "credited", 1, "other_log")]
    assert (scene.state(made), alarms(scene) >= max(before, 1)) == ("funded", True)
    scene.check_books()


def test_a_receipt_that_is_denied_once_is_asked_for_again(scene: Scene) -> None:
    made = scene.escrow("100")
    scene.send(made, "100")
    scene.chain.node.lie(RECEIPT, lambda _: None)
    scene.settle()
    assert doubts(scene, made)[0][1:] == ("seen", 0, "no_receipt")
    assert scene.state(made) == "awaiting_funds"
    scene.advance(seconds=30)
    scene.settle()
    assert doubts(scene, made)[0][1:3] == ("credited", 1)
    assert scene.state(made) == "funded"
    scene.check_books()


def test_a_payment_that_is_said_to_have_failed_once_is_paid_once(scene: Scene) -> None:
    made = scene.released()
    scene.pay()
    scene.chain.mine(5)
    scene.advance(minutes=5)
    scene.chain.node.lie(RECEIPT, lambda told: told and told | {"status": "0x0", "logs": []})
    scene.pay()
    assert scene.payments(made)[-1][-1] == "submitted"
    scene.advance(minutes=5)
    scene.pay()
    assert scene.payments(made) == [("release", CURRENCY, "95", "confirmed")]
    assert len(scene.nonces(made)) == 1
    scene.check_books()


def _setbacks(scene: Scene) -> list[Any]:
    return scene.rows(
        "select failures, last_error from public.setbacks where queue = 'chain_block'"
    )


@pytest.mark.parametrize(
    "change",
    [
        {"data": "0x" + "f" * 64},
        {"topics": [_TRANSFER, "0x" + "0" * 64]},
        {"topics": [_TRANSFER, "0x" + "1" * 64, "0x" + "2" * 64]},
    ],
    ids=["more than there is", "another event", "no address"],
)
def test_an_odd_log_holds_nobody_up(scene: Scene, change: dict[str, Any]) -> None:
    """What came beside it is credited; its block is read again until it can be read."""
    made, odd = scene.escrow("100"), scene.escrow("50")
    scene.send(made, "100")
    scene.send(odd, "50")
    theirs = _word(scene.address(odd))

    def lie(logs: list[Any]) -> list[Any]:
        return [each | change if theirs in each["topics"] else each for each in logs]

    scene.chain.node.lie(LOGS, lie)
    scene.settle()
    assert (scene.state(made), scene.state(odd)) == ("funded", "awaiting_funds")
    ((failures, said),) = _setbacks(scene)
    assert failures == 1
    assert said
    # Still odd: it waits longer each time, and others are found meanwhile.
    scene.advance(minutes=1, seconds=1)
    later = scene.escrow("20")
    scene.send(later, "20")
    scene.chain.node.lie(LOGS, lie)
    scene.settle()
    assert (scene.state(later), scene.state(odd)) == ("funded", "awaiting_funds")
    assert _setbacks(scene)[0][0] == 2
    scene.advance(hours=1, seconds=1)
    scene.settle()
    scene.settle()
    assert (scene.state(odd), _setbacks(scene)) == ("funded", [])
    scene.check_books()
