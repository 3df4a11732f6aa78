"""How escrows of each product begin."""

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from psycopg import sql
from psycopg.types.json import Jsonb

from stack.identity import as_owner, as_user
from stack.payment_accounts import let_be_paid
from tests.world.escrow import TERMS_HASH, Escrow
from tests.world.openings import OPEN
from tests.world.world import World, plain

PRICE = Decimal(50000)
CURRENCIES = {"internal": "USDC_BASE", "stripe": "USD", "base": "USDC_BASE"}


def draft(world: World, maker: UUID, kind: str = "sell", amount: str = "1", **fields: Any) -> UUID:
    """A draft order, written by its maker under row level security."""
    values: dict[str, Any] = {
        "id": uuid4(), "user_id": maker, "type": kind, "cryptocurrency": "BTC",
        "fiat_currency": "USD", "amount": amount, "price": PRICE, "min_order_amount": "0.01",
        "max_order_amount": amount, "payment_methods": ["sepa"],
    } | fields  # fmt: skip
    insert = sql.SQL("insert into public.p2p_orders ({}) values ({})").format(
        sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ").join(sql.Placeholder() * len(values)),
    )
    as_user(world.connection, maker)
    world.connection.execute(insert, list(values.values()))
    as_owner(world.connection)
    made: UUID = values["id"]
    return made


def payable(world: World, order: UUID, side: str, party: UUID) -> None:
    """Who sells, if it is the party on this side of an order, can be paid by all its methods."""
    ((kind, methods),) = world.rows(
        "select type::text, payment_methods from public.p2p_orders where id = %s", order
    )
    if (kind == "sell") == (side == "maker"):
        let_be_paid(world.connection, party, methods)


def publish(world: World, order: UUID, maker: UUID) -> dict[str, Any]:
    """Publish a draft. A maker who sells can be paid."""
    payable(world, order, "maker", maker)
    answer: dict[str, Any] = world.command(
        "order_publish", order_id=order, actor_id=maker, aal="aal2"
    )
    return answer


def sell_order(world: World, amount: str = "1", **fields: Any) -> tuple[UUID, UUID]:
    """A published sell order whose maker has exactly twice its amount: order and maker."""
    maker = world.user("maker")
    world.deposit(maker, Decimal(amount) * 2)
    order = draft(world, maker, "sell", amount, **fields)
    publish(world, order, maker)
    return order, maker


def take_command(order: UUID, taker: UUID, amount: str) -> dict[str, Any]:
    """A right take of a part of an order."""
    return {"order_id": order, "actor_id": taker, "amount": amount, "expected_price": PRICE}


def take(world: World, order: UUID, taker: UUID, amount: str = "0.1", **changes: Any) -> UUID:
    """Take a part of an order; the trade's id. A taker who sells can be paid."""
    if "payment_account_id" not in changes:
        payable(world, order, "taker", taker)
    command = take_command(order, taker, amount) | changes
    answer = world.command("order_take", **command)
    return UUID(answer["trade_id"])


def p2p_trade(world: World, amount: str = "0.1") -> Escrow:
    """A funded trade: a sell order of ten times the amount, taken in part."""
    order, maker = sell_order(world, str(Decimal(amount) * 10))
    taker = world.user("taker")
    # Both sides can pay the bond of an appeal.
    world.deposit(taker, amount)
    return Escrow(world, take(world, order, taker, amount), maker, taker)


def contract(
    world: World,
    policy: str = "market_goods",
    amount: str = "100",
    currency: str | None = None,
    parties: tuple[UUID, UUID] | None = None,
    times: int = 3,
    **fields: Any,
) -> Escrow:
    """A proposed escrow of the marketplace whose parties are given some times its amount."""
    payer, payee = parties or (world.user("payer"), world.user("payee"))
    rail = fields.get("rail", world.rail)
    currency = currency or CURRENCIES[rail]
    for party in (payer, payee) if times else ():
        world.deposit(party, Decimal(amount) * times, currency)
    made = opened(world, **{
        "payer_id": payer, "payee_id": payee, "policy_id": policy, "rail": rail,
        "currency": currency, "amount": amount,
    } | fields)  # fmt: skip
    return Escrow(world, made, payer, payee)


def opened(world: World, **terms: Any) -> UUID:
    """An escrow of the marketplace over these terms, in the market's first state."""
    made: UUID = world.one(OPEN, Jsonb(plain({"terms_hash": TERMS_HASH} | terms)))
    world.settle()
    return made


def signed(world: World, policy: str = "market_goods", **fields: Any) -> Escrow:
    """A contract that waits for its money."""
    made = contract(world, policy, **fields)
    made.commit("sign", "payer")
    made.commit("countersign", "payee")
    return made


def funded(world: World, policy: str, **fields: Any) -> Escrow:
    """An escrow that holds its amount, of any policy."""
    if policy == "p2p_crypto":
        return p2p_trade(world, **fields)
    made = signed(world, policy, **fields)
    if fields.get("rail", world.rail) == "internal":
        made.commit("fund", "payer")
    else:
        made.commit("funds_confirmed", "rail")
    return made
