"""Random orders and takes."""

from datetime import timedelta
from decimal import Decimal
from random import Random
from uuid import uuid4

from tests.model.choose import CRYPTO, keyed, one_of
from tests.model.money import unit
from tests.model.policy import LEAST, METHODS
from tests.model.things import Order
from tests.model.world import Body, World

FIAT = ("USD", "IDR")
PRICES = (Decimal("40.37"), Decimal("49999.99"), Decimal("17123.456789"), Decimal(1_000_000))


def new_order(world: World, random: Random) -> Order:
    """A draft, as its maker writes it."""
    code = random.choice(CRYPTO)
    one, least = unit(code), LEAST[code]
    amount = random.choice([Decimal(1), Decimal("0.5"), one * random.randint(50_000, 200_000)])
    largest = random.choice([amount, amount, amount / 2])
    largest = max(least, largest - largest % one)
    smallest = random.choice([least, largest, largest / 4])
    smallest = max(least, smallest - smallest % one)
    return Order(
        uuid4(),
        random.choice([*world.people.users[:4], *world.people.companies]),
        random.choice(["buy", "sell"]), code, random.choice(FIAT), amount, random.choice(PRICES),
        smallest, largest, tuple(random.sample(list(METHODS), random.choice([1, 1, 2, 3]))),
        random.choice([None, 15, 240]),
        world.now + timedelta(hours=random.choice([1, 12, 24 * 30])),
    )  # fmt: skip


def order_command(world: World, random: Random) -> Body:
    """To pause, to resume, to reprice or to cancel."""
    order_id = one_of(random, world.orders)
    order = world.orders.get(order_id)
    actor = random.choice(world.people.users)
    if order is not None and random.random() < 0.9:
        able = [user for user in world.people.users if world.people.acts_for(user, order.maker)]
        actor = random.choice(able)
    aal = random.choice(("aal1", *("aal2",) * 7))
    return keyed(random, {"order_id": order_id, "actor_id": actor, "aal": aal})


def publish(world: World, random: Random) -> Body:
    body = order_command(world, random)
    drafts = [order.id for order in world.orders.values() if order.status == "draft"]
    if drafts and random.random() < 0.8:
        body["order_id"] = random.choice(drafts)
        maker = world.orders[body["order_id"]].maker
        able = [user for user in world.people.users if world.people.acts_for(user, maker)]
        body["actor_id"] = random.choice(able)
    return body


def reprice(world: World, random: Random) -> Body:
    body = order_command(world, random)
    order = world.orders.get(body["order_id"])
    if order is None:
        return body | {"expected_version": 1, "price": Decimal(1)}
    one, least = unit(order.currency), LEAST[order.currency]
    body["expected_version"] = order.version - (random.random() < 0.1)
    new = {
        "price": random.choice([*PRICES, order.price * 2]),
        "min_order_amount": random.choice([order.smallest + one, least, order.largest,
                                           least - one, order.largest + one]),
        "max_order_amount": random.choice([order.amount, order.amount + one, order.smallest,
                                           max(order.smallest - one, one)]),
    }  # fmt: skip
    for field in random.sample([*new], random.choice([1, 1, 2])):
        body[field] = new[field]
    return body


def take(world: World, random: Random) -> Body:
    listed = {
        key: order for key, order in world.orders.items()
        if order.remaining > 0 and (order.status == "active" or random.random() < 0.05)
    }  # fmt: skip
    order_id = one_of(random, listed if random.random() < 0.95 else world.orders)
    order = world.orders.get(order_id)
    body: Body = keyed(
        random, {"order_id": order_id, "actor_id": random.choice(world.people.users)}
    )
    if order is None:
        return (
            body
            | dict.fromkeys(("amount", "expected_price"), Decimal(1))
            | {"payment_method": "sepa"}
        )
    one = unit(order.currency)
    amount = random.choice([
        order.smallest, order.largest, order.remaining, order.smallest, order.largest,
        min(order.largest, order.remaining), order.smallest, order.smallest + one,
        order.smallest - one, order.largest + one, order.remaining + one, order.remaining / 2,
        order.remaining - one,
    ])  # fmt: skip
    if random.random() < 0.97:
        amount = max(one, amount - amount % one)
    price = order.price if random.random() < 0.97 else order.price + random.choice([1, -1])
    method: str | None = random.choice(order.methods if random.random() < 0.97 else list(METHODS))
    if random.random() < 0.1:
        method = None
    return body | {"amount": amount, "expected_price": price, "payment_method": method}
