"""The index: who may make it, of what, and how long it counts."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from stack.identity import as_owner, as_role
from tests.world.prices import quote, record, record_price
from tests.world.refused import refused
from tests.world.world import World


def _index(world: World) -> list[tuple[Any, ...]]:
    return world.rows(
        "select price::numeric, sources, source_count, as_of from public.prices "
        "where (cryptocurrency, fiat_currency) = ('BTC', 'USD')"
    )


def test_the_index_is_public_and_says_where_it_comes_from(world: World) -> None:
    now = world.now()
    older = now - timedelta(minutes=3)
    answer = record(
        world, quote("coingecko", "50000.5", older), quote("coinbase", "50001.5", now),
        quote("kraken", "60000", now, "outlier"), index={"price": "50001", "as_of": older},
    )  # fmt: skip
    assert answer == {"quotes": 3, "indexes": 1}
    as_role(world.connection, "anon")
    # As old as the oldest of its sources.
    assert _index(world) == [(Decimal(50001), ["coinbase", "coingecko"], 2, older)]
    history = "select source, outcome from public.price_lines('BTC', 'USD') order by 1"
    assert world.rows(history) == [
        ("coinbase", "used"), ("coingecko", "used"), ("kraken", "outlier"),
    ]  # fmt: skip
    as_owner(world.connection)


def test_a_quote_recorded_twice_is_one(world: World) -> None:
    now = world.now()
    quotes = (quote("coingecko", "50000", now), quote("coinbase", "50000", now))
    for new in (2, 0):
        answer = record(world, *quotes, index={"price": "50000", "as_of": now})
        assert answer == {"quotes": new, "indexes": 1}


def test_an_older_index_does_not_replace_a_newer_one(world: World) -> None:
    now = record_price(world, "50000")
    older = now - timedelta(minutes=1)
    answer = record(
        world, quote("coingecko", "50001", older), quote("coinbase", "50001", older),
        index={"price": "50001", "as_of": older},
    )  # fmt: skip
    assert answer == {"quotes": 2, "indexes": 0}
    assert _index(world)[0][0] == 50000


@pytest.mark.parametrize(
    ("prices", "index"),
    [
        (["50000"], "50000"),
        ([], "50000"),
        (["50000", "50000"], "50001"),
        (["50000", "60000"], "55000"),
        (["70000", "70000"], "70000"),
        (["-1", "-1"], "-1"),
        (["NaN", "NaN"], "NaN"),
    ],
    ids=["one source", "no source", "invented", "far apart", "jump", "negative", "no number"],
)
def test_an_index_follows_from_its_quotes_or_is_refused(
    world: World, prices: list[str], index: str
) -> None:
    """The database checks again what the function decided."""
    now = record_price(world, "50000")
    before = _index(world)
    later = now + timedelta(seconds=1)
    quotes = [quote(f"source{n}", price, later) for n, price in enumerate(prices)]
    with refused(world.connection, "bad_prices", "prices_exact", "23514", "bad_type"):
        record(world, *quotes, index={"price": index, "as_of": later})
    assert _index(world) == before


def test_one_source_cannot_speak_for_two(world: World) -> None:
    now = world.now()
    quotes = [quote("coingecko", "5", now), quote("coingecko", "5", now - timedelta(seconds=1))]
    with refused(world.connection, "bad_prices"):
        record(world, *quotes, index={"price": "5", "as_of": now - timedelta(seconds=1)})


def test_an_index_of_the_future_or_a_finer_one_is_refused(world: World) -> None:
    now = world.now()
    for as_of, price in ((now + timedelta(minutes=2), "5"), (now, "5.000000000000001")):
        quotes = [quote("coingecko", price, as_of), quote("coinbase", price, as_of)]
        with refused(world.connection, "bad_prices", "prices_exact"):
            record(world, *quotes, index={"price": price, "as_of": as_of})


def test_a_pair_without_a_rule_has_no_price(world: World) -> None:
    with refused(world.connection, "bad_prices"):
        record(world, index=None, pair=("USD", "BTC"))


def test_what_grew_stale_on_its_way_is_history_only(world: World) -> None:
    as_of = world.now() - timedelta(minutes=11)
    answer = record(
        world, quote("coingecko", "5", as_of), quote("coinbase", "5", as_of),
        index={"price": "5", "as_of": as_of},
    )  # fmt: skip
    assert answer == {"quotes": 2, "indexes": 0}


def test_a_real_jump_is_believed_once_the_index_is_stale(world: World) -> None:
    record_price(world, "50000")
    world.advance(minutes=11)
    now = world.now()
    record(world, quote("coingecko", "90000", now), quote("coinbase", "90000", now),
           index={"price": "90000", "as_of": now})  # fmt: skip
    assert _index(world)[0][0] == 90000


def test_the_function_is_told_every_pair_and_only_a_fresh_index(world: World) -> None:
    record_price(world, "50000")

    def told() -> Any:
        with world.acting("service_role"):
            pairs = world.one("select service.prices_due()")["pairs"]
        return {(pair["cryptocurrency"], pair["fiat_currency"]): pair for pair in pairs}

    assert told()["BTC", "USD"]["index"] == "50000"
    assert told()["BTC", "USD"]["coingecko_id"] == "bitcoin"
    assert told()["ETH", "IDR"]["index"] is None
    world.advance(minutes=10)
    assert told()["BTC", "USD"]["index"] is None
    world.run("update public.price_rules set is_active = false where cryptocurrency = 'BTC'")
    assert ("BTC", "USD") not in told()


@pytest.mark.parametrize("role", ["anon", "authenticated"])
def test_nobody_writes_prices(world: World, role: str) -> None:
    record_price(world, "50000")
    as_role(world.connection, role)
    for statement in (
        "update public.prices set price = 1", "delete from public.price_history",
        "update public.price_rules set min_sources = 1", "select service.prices_due()",
    ):  # fmt: skip
        with refused(world.connection, "42501"):
            world.connection.execute(statement.encode())
    as_owner(world.connection)
    with refused(world.connection, "append_only"):
        world.run("update public.price_history set price = 1")
