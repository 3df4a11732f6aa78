"""Decision 0041: products and rails are named by the engine in one migration, the register."""

import re
from collections.abc import Iterator, Mapping

import pytest

from tests.infra.sql_references import REGISTER, made, migrations, named, references

# Migrations of products and rails, by subject; every other one is the engine's.
PRODUCTS = {
    "p2p": """trade_minimums p2p take_cooldowns p2p_trade_ends outage_orders p2p_commands p2p_limits
        p2p_read p2p_verify p2p_book_lines p2p_book trade_messages payment_accounts
        ratings reputation timeline p2p_watch""",
    "market": """paper_scripts listing_images guilds discord listings asset_snapshots offers
        offer_commands contracts contract_papers contract_commands asset_proofs listing_page""",
    "usdc_base": "chain_deposits chain_watch chain_payouts quarantine chain_figures",
    "stripe": "card_events card_figures",
}
# What clients read and write of rows of every floor; no function of the engine calls it. Each with
# the files of products that it names: where one is not named any more, it is taken out here.
CLIENTS = {
    # A stranger's reads: they may name no table that people write, so each has a function here.
    "public_reads": "listings guilds ratings p2p p2p_book reputation",
    # What is read along with a row, made by one function for all tables.
    "embeds": "guilds contracts p2p listings payment_accounts trade_messages offers",
    # One trigger for the rows of all tables that their author reads and may not change.
    "own_rows": "guilds p2p listings",
}


def of_products() -> set[str]:
    return {name for names in PRODUCTS.values() for name in names.split()}


def named_by_the_engine(texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Migrations of the engine but the register, with the objects of products they name."""
    theirs = {name for each in of_products() for name in made(texts[each])}
    for each in texts.keys() - of_products() - CLIENTS.keys() - {REGISTER}:
        yield from ((each, name) for name in sorted(theirs & named(texts[each])))


def test_every_migration_of_a_product_is_there() -> None:
    assert of_products() | CLIENTS.keys() | {REGISTER} <= migrations().keys()


def test_only_the_register_names_products() -> None:
    assert sorted(named_by_the_engine(migrations())) == []


@pytest.mark.parametrize("client", CLIENTS)
def test_what_clients_use_names_no_more_products(client: str) -> None:
    found = {other for each, other in references(migrations()) if each == client}
    assert found & of_products() == set(CLIENTS[client].split())


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
