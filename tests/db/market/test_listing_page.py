"""Looking for listings: by word, category and price, page after page, and only what may be seen."""

from typing import Any
from uuid import UUID

import pytest

from stack.identity import as_owner, as_role, as_user
from tests.world import market
from tests.world.refused import refused
from tests.world.world import World


def _found(world: World, reader: UUID | None = None, **asked: Any) -> list[UUID]:
    """Ids as a reader finds them; None: one without an account."""
    named = ", ".join(f"{name} => %({name})s" for name in asked)
    if reader:
        as_user(world.connection, reader)
    else:
        as_role(world.connection, "anon")
    query = f"select id from public.listing_page({named})".encode()
    rows = world.connection.execute(query, asked).fetchall()
    as_owner(world.connection)
    return [row[0] for row in rows]


def _listed(world: World, title: str, hours_ago: int = 0, **columns: Any) -> UUID:
    """An active listing; description, category, price, currency, guild_id may be given."""
    row: dict[str, Any] = {
        "description": "", "category": "groups", "price": 100, "currency": "USDC_BASE",
        "guild_id": None,
    } | columns  # fmt: skip
    made: UUID = world.connection.execute(
        "insert into public.listings"
        " (seller_id, title, description, category, price, currency, guild_id, created_at)"
        " values (%(seller)s, %(title)s, %(description)s, %(category)s, %(price)s, %(currency)s,"
        " %(guild_id)s, date_trunc('day', private.clock()) - make_interval(hours => %(hours)s))"
        " returning id",
        {"seller": world.user("seller"), "title": title, "hours": hours_ago, **row},
    ).fetchall()[0][0]
    world.run(
        "update public.listings set status = 'active', last_event = 'publish' where id = %s", made
    )
    return made


def test_every_word_must_be_in_title_or_description(world: World) -> None:
    both = _listed(world, "Red zeppelin", 1)
    apart = _listed(world, "Zeppelin", 2, description="It was red once.")
    _listed(world, "Red hat", 3)
    assert _found(world, words="zeppelin RED") == [both, apart]
    assert _found(world, words="zeppelin -once") == [both]
    assert _found(world, words="zeppelins") == []
    assert set(_found(world, words=" ")) == set(_found(world)) > {both, apart}


def test_a_word_of_an_old_listing_is_found_behind_thousands_of_new_ones(world: World) -> None:
    old = _listed(world, "Zeppelin", 48)
    world.run(
        "insert into public.listings (seller_id, category, title, price, currency, units_left,"
        " status, last_event) select seller_id, category, 'Hat', price, currency, 0, 'draft',"
        " 'draft' from public.listings, generate_series(1, 2001) where id = %s",
        old,
    )
    world.run("update public.listings set status = 'active', last_event = 'publish'"
              " where status = 'draft'")  # fmt: skip
    assert _found(world, words="zeppelin") == [old]
    assert _found(world, words="zeppelin", cheapest=True, currency="USDC_BASE") == [old]
    new = _listed(world, "Zeppelin")
    for lines in (1, 2, 3, 4):
        assert _found(world, words="zeppelin", page_size=lines) == [new, old][:lines]


def test_category_currency_and_price_bound_what_is_found(world: World) -> None:
    there = [
        _listed(world, "A", price=price, category="limiteds", currency="EUR")
        for price in (30, 10, 20)
    ]
    _listed(world, "B", price=10, category="limiteds", currency="GBP")
    _listed(world, "C", price=10, category="games", currency="EUR")
    asked: dict[str, Any] = {"category": "limiteds", "currency": "EUR"}
    assert set(_found(world, **asked)) == set(there)
    assert _found(world, **asked, cheapest=True) == [there[1], there[2], there[0]]
    assert _found(world, **asked, price_from=20, cheapest=True) == [there[2], there[0]]
    assert _found(world, **asked, price_from=11, price_to=20) == [there[2]]


@pytest.mark.parametrize("cheapest", [True, False])
@pytest.mark.parametrize("words", ["zeppelin", None])
def test_pages_go_on_where_the_last_one_ended(
    world: World, cheapest: bool, words: str | None
) -> None:
    """Prices and times come twice each, so that pages end between equals."""
    made = {_listed(world, "Zeppelin", n // 2, price=10 + n // 2, currency="KES") for n in range(7)}
    asked: dict[str, Any] = {"currency": "KES", "cheapest": cheapest, "words": words}
    whole = _found(world, **asked)
    assert len(whole) == 7
    assert set(whole) == made
    pages: list[UUID] = []
    while page := _found(world, **asked, page_size=3, after_id=pages[-1] if pages else None):
        pages += page
    assert pages == whole


def test_only_what_takes_offers_and_may_be_seen(world: World) -> None:
    member, stranger = world.user("member"), world.user("stranger")
    guild = market.guild(world, world.user("owner"), member)
    inside, public = _listed(world, "Zeppelin", 1, guild_id=guild), _listed(world, "Zeppelin", 2)
    for status, event in (("paused", "pause"), ("closed", "close")):
        gone = _listed(world, "Zeppelin")
        world.run(
            "update public.listings set status = %s, last_event = %s where id = %s",
            status, event, gone,
        )  # fmt: skip
    both: tuple[dict[str, Any], ...] = ({}, {"cheapest": True, "currency": "USDC_BASE"})
    for asked in both:
        assert _found(world, words="zeppelin", **asked) == [public]
        assert _found(world, stranger, words="zeppelin", **asked) == [public]
        assert set(_found(world, member, words="zeppelin", **asked)) == {inside, public}


def test_prices_without_a_currency_are_refused(world: World) -> None:
    for asked in ({"cheapest": True}, {"price_from": 1}, {"price_to": 1}):
        with refused(world.connection, "currency_needed"):
            _found(world, **asked)
