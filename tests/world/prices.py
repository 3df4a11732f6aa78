"""An index for tests: two sources that say the same."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.world.world import World


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


def set_rate(world: World, currency: str, rate: str, **changes: Any) -> Any:
    """An operator says what bank money is worth, for a month."""
    command = {"currency": currency, "rate": rate, "source": "the central bank's page",
               "ends_at": world.now() + timedelta(days=30), "reason": "no list has it",
               "actor_id": world.operator, "aal": "aal2"} | changes  # fmt: skip
    return world.command("fiat_rate_set", **command)


def list_rates(world: World, told: dict[str, str], **changes: Any) -> int:
    """The list of a central bank; how many rates were recorded."""
    listed = [{"currency": code, "rate": rate} for code, rate in told.items()]
    command = {"source": "ecb", "as_of": world.now(), "rates": listed} | changes
    recorded: int = world.call("fiat_rates_record", command)
    return recorded
