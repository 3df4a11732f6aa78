from decimal import Decimal

from demo.chains import CURRENCY
from demo.stage import Stage
from demo.users import balance


def own_wallet(stage: Stage) -> None:
    """Wallet: bob pays 100 USDC into his own balance on Base, and withdraws 50"""
    stage.count_in(CURRENCY)
    bob = stage.person("bob")
    base = stage.chain()
    base.account(bob, "100")
    (destination,) = bob.read("payout_destinations", "id", party_id=bob.id)
    wanted = {"rail": "base", "currency": CURRENCY}
    asked = stage.command(
        bob, "asks where to pay in; it stays the same", "/deposit-addresses", wanted, expect="200"
    )
    base.pay(bob, str(asked.body["address"]), "100")
    base.poll("sees it")
    (deposit,) = bob.read("chain_deposits", "state", request_id=asked.body["request_id"])
    stage.claim("bob sees it before it counts", deposit["state"], "seen")
    stage.claim("it does not count yet", bob.balance(CURRENCY), balance("0"))
    base.settle("credits what is final")
    stage.claim("100 USDC are his", bob.balance(CURRENCY), balance("100"))
    told = stage.command(
        bob, "withdraws 50", "/withdrawal-requests",
        {"destination_id": destination["id"], "currency": CURRENCY, "amount": "50"}, aal="aal2",
        expect="201",
    )  # fmt: skip
    cancelled = f"/payouts/{told.body['payout_id']}/keep"
    stage.command(bob, "thinks again: it is cancelled", cancelled, aal="aal2", expect="200 kept")
    stage.claim("nothing was lost by it", bob.balance(CURRENCY), balance("100"))
    again = stage.command(
        bob, "withdraws 50 all the same", "/withdrawal-requests",
        {"destination_id": destination["id"], "currency": CURRENCY, "amount": "50"}, aal="aal2",
        expect="201",
    )  # fmt: skip
    stage.watch(str(again.body["payout_id"]))
    stage.wait(minutes=11)
    base.pay_out("signs and sends it once its hold is over")
    (paid,) = bob.read("payouts", "state", id=again.body["payout_id"])
    stage.claim("it is final", paid["state"], "confirmed")
    cost = Decimal(again.body["fee_amount"]) + Decimal(again.body["network_cost"])
    left = balance(str(Decimal(50) - cost))
    stage.claim("fee and network cost are as they were told", bob.balance(CURRENCY), left)
