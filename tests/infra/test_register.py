"""Decision 0041: products and rails are named by the engine in one migration, the register."""

import re
from collections.abc import Iterator, Mapping

import pytest

from tests.infra.sql_references import (
    OF_CLIENTS,
    OF_PRODUCTS,
    REGISTER,
    made,
    migrations,
    named,
    on_floor,
)


def of_products() -> set[str]:
    """Migrations of products and rails; those of the engine are all below them, and operations."""
    return on_floor(*OF_PRODUCTS)


def for_clients() -> set[str]:
    """What clients read and write of rows of every floor: above the products, and asked by none."""
    return on_floor(OF_CLIENTS)


def named_by_the_engine(texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Migrations of the engine but the register, with the objects of products they name."""
    theirs = {name for each in of_products() for name in made(texts[each])}
    for each in texts.keys() - of_products() - for_clients() - {REGISTER}:
        yield from ((each, name) for name in sorted(theirs & named(texts[each])))


def test_only_the_register_names_products() -> None:
    assert sorted(named_by_the_engine(migrations())) == []


@pytest.mark.parametrize(
    ("where", "name"),
    [
        ("limits", "public.p2p_trades"),
        ("outages", "private.credit_offers"),
        ("escrow_post", "private.p2p_escrow_ends"),
        ("verify", "private.verify_p2p"),
        ("chargeback_evidence", "public.contracts"),
        ("escrow_event_guards", "public.chain_deposits"),
    ],
)
def test_a_product_in_a_file_of_the_engine_is_found(where: str, name: str) -> None:
    texts = migrations()
    texts[where] += f"select 1 from {name};"
    assert list(named_by_the_engine(texts)) == [(where, name)]


def test_products_are_told_of_nothing_by_triggers_of_their_own() -> None:
    """What a product's rows say when an escrow moves is a line of the register."""
    texts = migrations()
    for each in of_products():
        assert not re.search(r"create (constraint )?trigger [^;]*\bon public\.escrow_", texts[each])


def test_nothing_is_made_twice() -> None:
    assert [each for each, text in migrations().items() if "create or replace" in text] == []


def test_the_engine_asks_every_question_of_the_register() -> None:
    texts = migrations()
    engine = texts.keys() - of_products() - {REGISTER}
    asked = {name for each in engine for name in named(texts[each])}
    assert made(texts[REGISTER]) <= asked
