from decimal import Decimal

from demo.chains import CURRENCY, ChainStage
from demo.stage import Stage
from demo.users import Balance, User, balance


def invoice_refunded(stage: Stage) -> None:
    """Gateway: an invoice is paid late, another too much, and what was too much is refunded"""
    stage.count_in(CURRENCY)
    mia, carl = stage.person("mia"), stage.person("carl")
    base = stage.chain()
    base.account(carl, "300")
    shop = _registered(stage, mia)
    stage.own_outside("the shop", lambda: _of_shop(mia, shop).total)

    late = _asked(stage, mia, shop, "order 1")
    _paid(stage, carl, base, late, "60")
    (row,) = mia.read("invoices", "status,exceptions", id=late["invoice_id"])
    stage.claim("a part is there", (row["status"], row["exceptions"]), ("open", ["underpaid"]))
    stage.wait(minutes=61)
    stage.schedule("GatewayExpireFunction", "its time is over, once", ["expired"])
    _paid(stage, carl, base, late, "40")
    (row,) = mia.read("invoices", "status,exceptions", id=late["invoice_id"])
    stage.claim("what came late is held", row["exceptions"], ["underpaid", "late"])
    held = mia.read("invoice_payments", "id", invoice_id=late["invoice_id"], state="held")
    path = f"/invoice-payments/{held[0]['id']}/accept"
    stage.command(mia, "takes it for the order all the same", path, expect="200 settled")

    made = _asked(stage, mia, shop, "order 2")
    _paid(stage, carl, base, made, "130")
    (row,) = mia.read("invoices", "status,exceptions", id=made["invoice_id"])
    stage.claim("30 is too much", (row["status"], row["exceptions"]), ("settled", ["overpaid"]))
    refund = stage.command(
        mia, "refunds what is too much", f"/invoices/{made['invoice_id']}/refunds",
        {"what": "overpaid"}, aal="aal2", expect="201 claimable",
    ).body  # fmt: skip
    stage.claim("carl gets 30 back", refund["sent_amount"], "30")
    stage.command(
        carl, "says where it goes, by the link that mia gave him",
        f"/invoices/{refund['token']}/refunds/{refund['refund_id']}/claim",
        {"claim_secret": refund["claim_secret"], "address": base.address(carl)},
        expect="200 claimed",
    )  # fmt: skip
    (row,) = mia.read("invoice_refunds", "payout_id", id=refund["refund_id"])
    stage.watch(row["payout_id"])
    base.pay_out("screens the address, signs and sends it")
    (row,) = mia.read("invoice_refunds", "state,number", id=refund["refund_id"])
    stage.claim("it is final, and has a credit note", row["state"], "paid")
    page = carl.call("invoice_page", token=refund["token"])
    stage.claim("carl's page says so", page["refunds"][0]["number"], row["number"])
    # 230 came, 1.15 is our fee; 30 went back, and the shop bore the network.
    left = Decimal("198.85") - Decimal(refund["network_cost"])
    stage.claim("the rest is the shop's", _of_shop(mia, shop), balance(str(left)))


def _registered(stage: Stage, owner: User) -> str:
    """A merchant whose papers operators have looked at."""
    body = {"name": "Tea Forge", "legal_name": "Tea Forge Ltd", "country": "DE",
            "support_email": "help@teaforge.example"}  # fmt: skip
    made = stage.command(owner, "registers a merchant", "/merchants", body, expect="201").body
    path = f"/merchants/{made['merchant_id']}/verification"
    stage.command(
        stage.olga, "has looked at its papers", path,
        {"verification": "verified", "reason": "register of companies"}, aal="aal2", expect="200",
    )  # fmt: skip
    return str(made["merchant_id"])


def _asked(stage: Stage, owner: User, shop: str, order: str) -> dict[str, str]:
    body = {"merchant_id": shop, "currency": "USD", "amount": "100", "merchant_order_id": order,
            "currencies": [CURRENCY]}  # fmt: skip
    made = stage.command(owner, "asks for 100 dollars", "/invoices", body, expect="201 open").body
    stage.watch(made["invoice_id"])
    return dict(made)


def _paid(
    stage: Stage, payer: User, base: ChainStage, invoice: dict[str, str], amount: str
) -> None:
    """The payer, who has the link, chooses USDC on Base and sends it; the chain becomes sure."""
    path = f"/invoices/{invoice['token']}/methods/{CURRENCY}"
    asked = stage.command(payer, "chooses USDC on Base", path, expect="200").body
    base.pay(payer, str(asked["address"]), amount)
    base.settle("books what is final")


def _of_shop(owner: User, shop: str) -> Balance:
    rows = owner.read("wallet_balances", party_id=shop, currency=CURRENCY, type="spot")
    return balance(rows[0]["available"], rows[0]["locked"]) if rows else balance("0")
