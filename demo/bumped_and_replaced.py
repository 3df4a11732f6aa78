from demo.coins import CURRENCY
from demo.stage import Stage
from demo.users import balance


def bumped_and_replaced(stage: Stage) -> None:
    """Bitcoin: bob raises the fee of a payment, its block is replaced, and it counts once"""
    stage.count_in(CURRENCY)
    bob = stage.person("bob")
    bitcoin = stage.coins()
    asked = stage.command(
        bob, "asks where to pay in; it stays the same", "/bitcoin-addresses", {}, expect="200"
    )

    def waiting() -> dict[str, str]:
        rows = bob.read("mempool_payments", "transaction_hash,state", request_id=request)
        return {row["transaction_hash"]: row["state"] for row in rows}

    request, to = asked.body["request_id"], str(asked.body["address"])
    first = bitcoin.pay("bob", to, "0.02")
    bitcoin.poll("sees it on its way")
    stage.claim("bob sees that it waits for a block", waiting(), {first: "seen"})
    second = bitcoin.bump("bob", first)
    bitcoin.poll("sees another in its place")
    stage.claim("one payment has two names", waiting(), {first: "conflicted", second: "seen"})
    bitcoin.mine()
    bitcoin.poll("reads the block")
    (deposit,) = bob.read("chain_deposits", "transaction_hash,state", request_id=request)
    stage.claim(
        "it is in a block; so much takes two",
        deposit, {"transaction_hash": second, "state": "seen"},
    )  # fmt: skip
    bitcoin.replace()
    bitcoin.poll("goes back")
    (deposit,) = bob.read("chain_deposits", "state", request_id=request)
    stage.claim("its block is gone", deposit["state"], "dropped")
    stage.claim("nothing counted", bob.balance(CURRENCY), balance("0"))
    stage.claim("it waits again", waiting()[second], "seen")
    bitcoin.mine(2)
    bitcoin.poll("credits it")
    stage.claim("0.02 BTC are his, once", bob.balance(CURRENCY), balance("0.02"))
