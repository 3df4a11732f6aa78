from demo.stage import Stage
from demo.users import balance


def cancelled_together(stage: Stage) -> None:
    """Cancelled together: bob's bank sends his money back, both call the trade off"""
    alice = stage.person("alice", deposit="0.4")
    bob = stage.person("bob")
    order = stage.sells(alice, "0.4")
    trade = stage.takes(bob, order, "0.4")
    stage.move(bob, trade, "says he sent 20000 USD", "mark-paid", expect="200 performed")
    stage.wait(hours=3)
    stage.move(bob, trade, "got it back and offers to cancel", "cancel", expect="200 performed")
    offers = alice.read("escrow_offers", "author_role,payee_amount,status", escrow_id=trade)
    stage.claim(
        "alice reads his offer: nothing for him",
        offers,
        [{"author_role": "payee", "payee_amount": "0", "status": "open"}],
    )
    stage.claim("nothing has moved yet", alice.balance("BTC"), balance("0", "0.4"))
    stage.move(alice, trade, "wants to cancel too", "cancel", expect="200 refunded")
    quantities = alice.read("p2p_orders", "remaining,status", id=order)[0]
    stage.claim("it is listed again", quantities, {"remaining": "0.4", "status": "active"})
    stage.cancels(alice, order)
    stage.claim("alice has all of it again, no fee", alice.balance("BTC"), balance("0.4"))
