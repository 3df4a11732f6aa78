"""An index for tests: two sources that say the same."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.db.world import World


def quote(source: str, price: Decimal | str, as_of: datetime, outcome: str = "used") -> Any:
    """What a source said, as service.prices_record takes it."""
    return {"source": source, "price": str(price), "as_of": as_of, "outcome": outcome}


def record(world: World, *quotes: Any, index: Any, pair: tuple[str, str] = ("BTC", "USD")) -> Any:
    """Give quotes of a pair, and the index made of them, to the database; its answer."""
    crypto, fiat = pair
    return world.call(
        "prices_record",
        {"pairs": [{"cryptocurrency": crypto, "fiat_currency": fiat, "quotes": list(quotes),
                    "index": index}]},
    )  # fmt: skip


def record_price(
    world: World, price: Decimal | str, pair: tuple[str, str] = ("BTC", "USD")
) -> datetime:
    """Make a price the index of a pair, as of now; that moment."""
    now = world.now()
    quotes = (quote("coingecko", price, now), quote("coinbase", price, now))
    # Whatever the index was: a test may make it jump.
    world.run("delete from public.prices where cryptocurrency = %s and fiat_currency = %s", *pair)
    record(world, *quotes, index={"price": str(price), "as_of": now}, pair=pair)
    return now
