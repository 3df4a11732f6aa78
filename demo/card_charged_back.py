from demo.cards import CURRENCY
from demo.selling import made_contract
from demo.stage import Stage


def card_charged_back(stage: Stage) -> None:
    """Chargeback: a sale is over and paid out when the bank takes the money back"""
    stage.count_in(CURRENCY)
    alice, bob, carol = stage.person("alice"), stage.person("bob"), stage.person("carol")
    cards = stage.cards()
    cards.card(bob, "500")
    cards.card(carol, "500")
    cards.account(alice)
    (sold,) = made_contract(stage, alice, bob, ("100",), rail="stripe", currency=CURRENCY)
    intent = cards.pay(bob, sold)
    cards.work("takes the money")
    stage.move(alice, sold, "hands it over", "deliver", {"note": "Yours."},
               expect="200 performed")  # fmt: skip
    stage.move(bob, sold, "is content", "release", aal="aal2", expect="200 released")
    cards.work("pays alice")
    stage.wait(days=20)
    cards.charge_back(intent, "bob's bank takes 100 USD back")
    cards.work("opens a case: nobody reopens the sale")
    stage.claim("the sale stays as it was", stage.state(bob, sold), "released")
    (case,) = stage.olga.read("escrow_cases", "id", escrow_id=sold)
    stage.watch(case["id"])
    (debt,) = alice.read("receivables", "id,amount,recovered_amount")
    stage.watch(debt.pop("id"))
    stage.claim("alice owes the 95 USD that she got", debt,
                {"amount": "95", "recovered_amount": "0"})  # fmt: skip
    (next_one,) = made_contract(stage, alice, carol, ("60",), rail="stripe", currency=CURRENCY)
    cards.pay(carol, next_one)
    cards.work("takes the money")
    stage.move(alice, next_one, "hands it over", "deliver", {"note": "Yours."},
               expect="200 performed")  # fmt: skip
    stage.move(carol, next_one, "is content", "release", aal="aal2", expect="200 released")
    cards.work("has nothing to pay")
    (debt,) = alice.read("receivables", "amount,recovered_amount")
    stage.claim("57 of it are set off", debt, {"amount": "95", "recovered_amount": "57"})
