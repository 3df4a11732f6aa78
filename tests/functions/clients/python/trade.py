"""A whole trade through the wheel, as somebody who builds a bot would write it."""

import json
import os
from decimal import Decimal
from uuid import uuid4

from holdfast import Holdfast, Problem
from holdfast.commands import EscrowRelease, OrderTake
from holdfast.database import EscrowTransactions, P2pOrders, WalletBalances


def person(token: str) -> Holdfast:
    env = os.environ
    return Holdfast(env["URL"], env["API_URL"], env["KEY"], lambda: env[token])


with person("MAKER") as maker, person("TAKER") as taker:
    order = maker.insert(
        P2pOrders,
        user_id=os.environ["MAKER_ID"],
        type="sell",
        cryptocurrency="BTC",
        fiat_currency="USD",
        amount="0.5",
        price="50000",
        min_order_amount="0.01",
        max_order_amount="0.5",
        payment_methods=["sepa"],
    )
    maker.commands.order_publish(order.id)
    body, key = OrderTake(amount=Decimal("0.1"), expected_price=Decimal("5E+4")), str(uuid4())
    taken = taker.commands.order_take(order.id, body, key=key)
    again = taker.commands.order_take(order.id, body, key=key)
    release = EscrowRelease(payer_name_matches=True)
    try:
        taker.commands.escrow_release(taken.trade_id, release)
    except Problem as problem:
        refused = {"status": problem.status, "code": problem.code, "id": problem.request_id}
    taker.commands.escrow_mark_paid(taken.trade_id)
    released = maker.commands.escrow_release(taken.trade_id, release)
    (held,) = taker.rows(EscrowTransactions, id=taken.trade_id)
    (mine,) = taker.rows(WalletBalances, currency="BTC")
    try:
        taker.rows(WalletBalances, no_column="1")
    except Problem as problem:
        unknown = problem.code

print(
    json.dumps(
        {
            "amount": str(order.amount),
            "same": again.trade_id == taken.trade_id,
            "refused": refused,
            "state": released.state,
            "held": held.state,
            "columns": len(held.model_dump()),
            "available": str(mine.available),
            "unknown": unknown,
        }
    )
)
