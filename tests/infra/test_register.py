"""Decision 0041: products and rails are named by the engine in one migration, the register."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from stack.paths import SUPABASE

MIGRATIONS = sorted((SUPABASE / "migrations").glob("*.sql"))
REGISTER = "register"
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
# What clients read and write of rows of every floor; no function of the engine calls it.
CLIENTS = {"public_reads", "embeds", "own_rows"}

_OBJECT = re.compile(
    r"create (?:or replace )?(?:table|view|function|type|sequence) "
    r"((?:public|private|service)\.\w+)"
)
_NAME = re.compile(r"\b(?:public|private|service|ledger)\.\w+")
_COMMENT = re.compile(r"comment on [^;]*? is\s+'(?:[^']|'')*';")


def subject(path: Path) -> str:
    return path.stem.split("_", 1)[1]


def code(text: str) -> str:
    """SQL without what only people read."""
    return _COMMENT.sub("", re.sub(r"--[^\n]*", "", text))


def migrations() -> dict[str, str]:
    return {subject(path): code(path.read_text()) for path in MIGRATIONS}


def of_products() -> set[str]:
    return {name for names in PRODUCTS.values() for name in names.split()}


def named_by_the_engine(texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Migrations of the engine but the register, with the objects of products they name."""
    made = {name for each in of_products() for name in _OBJECT.findall(texts[each])}
    for each in texts.keys() - of_products() - CLIENTS - {REGISTER}:
        yield from ((each, name) for name in sorted(made & set(_NAME.findall(texts[each]))))


def test_every_migration_of_a_product_is_there() -> None:
    assert of_products() | CLIENTS | {REGISTER} <= migrations().keys()


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
    questions = set(_OBJECT.findall(texts[REGISTER]))
    asked = {
        name
        for each in texts.keys() - of_products() - {REGISTER}
        for name in _NAME.findall(texts[each])
    }
    assert questions <= asked
