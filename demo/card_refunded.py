from demo.cards import CURRENCY
from demo.selling import made_contract
from demo.stage import Stage


def card_refunded(stage: Stage) -> None:
    """Card: an item paid by card is not as described, and the card is refunded"""
    stage.count_in(CURRENCY)
    alice, bob = stage.person("alice"), stage.person("bob")
    cards = stage.cards()
    cards.card(bob, "500")
    cards.account(alice)
    (item,) = made_contract(stage, alice, bob, ("100",), rail="stripe", currency=CURRENCY)
    cards.pay(bob, item)
    stage.claim("nothing is taken yet", stage.state(bob, item), "awaiting_funds")
    cards.work("checks it is still wanted, takes the money")
    stage.claim("100 USD are held", stage.state(bob, item), "funded")
    stage.move(
        alice, item, "hands it over", "deliver", {"note": "See your inventory."},
        expect="200 performed",
    )  # fmt: skip
    stage.move(
        bob, item, "got another hat", "dispute", {"reason": "not_as_described"},
        expect="200 disputed · statements",
    )  # fmt: skip
    stage.move(alice, item, "sees the mistake and gives all back", "concede",
               expect="200 refunded")  # fmt: skip
    cards.work("refunds the card")
    (paid,) = bob.read("payouts", "kind,state,amount", reference_id=item)
    stage.claim(
        "the refund is confirmed", paid,
        {"kind": "refund", "state": "confirmed", "amount": "100"},
    )  # fmt: skip
