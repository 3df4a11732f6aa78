from demo.stage import Stage
from demo.users import balance


def happy_trade(stage: Stage) -> None:
    """Happy trade: bob pays at the bank, alice releases the crypto"""
    alice = stage.person("alice", deposit="1")
    bob = stage.person("bob")
    order = stage.sells(alice, "0.5")
    trade = stage.takes(bob, order, "0.5")
    stage.wait(minutes=12)
    stage.move(
        bob, trade, "has sent 25000 USD from his bank", "mark-paid", {"reference": "HF-1"},
        expect="200 performed",
    )  # fmt: skip
    stage.wait(minutes=3)
    stage.move(
        alice, trade, "has the money and releases, second factor", "release",
        {"payer_name_matches": True},
        aal="aal2", expect="200 released",
    )  # fmt: skip
    status = bob.read("p2p_trades", "status", id=trade)[0]["status"]
    stage.claim("bob reads his trade as completed", status, "completed")
    closed = alice.read("p2p_orders", "status,remaining", id=order)[0]["status"]
    stage.claim("alice's order is sold out", closed, "completed")
    stage.claim("bob has 0.5 BTC less 0.5% fee", bob.balance("BTC"), balance("0.4975"))
    stage.claim("alice has the rest", alice.balance("BTC"), balance("0.5"))
