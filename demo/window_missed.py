from demo.stage import Stage
from demo.users import balance


def window_missed(stage: Stage) -> None:
    """Payment window missed: bob never pays, the crypto is listed again"""
    alice = stage.person("alice", deposit="0.2")
    bob = stage.person("bob")
    order = stage.sells(alice, "0.2")
    trade = stage.takes(bob, order, "0.2")
    stage.wait(minutes=35)
    stage.timer(alice, trade, "looks: late, but in the 10 minutes' grace", "funded")
    stage.wait(minutes=6)
    stage.move(bob, trade, "says too late that he paid", "mark-paid", expect="409 deadline_passed")
    stage.timer(alice, trade, "gives the crypto back to the order", "refunded")
    listed = bob.read("p2p_orders", "status,remaining", id=order)
    stage.claim("anybody may take it again", listed, [{"status": "active", "remaining": "0.2"}])
    status = bob.read("p2p_trades", "status", id=trade)[0]["status"]
    stage.claim("bob's trade is cancelled", status, "cancelled")
    stage.claim("alice's crypto is still for sale", alice.balance("BTC"), balance("0", "0.2"))
    stage.command(
        alice, "takes her order off the book", f"/orders/{order}/cancel",
        expect="200 cancelled",
    )  # fmt: skip
    stage.claim("alice has all of it again", alice.balance("BTC"), balance("0.2"))
