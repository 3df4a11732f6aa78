"""Money is sent to somebody: whom no destination may name, whoever writes it down."""

from typing import Any
from uuid import UUID

import psycopg
import pytest

from tests.world import chain as onchain
from tests.world import rails
from tests.world.escrow import Escrow
from tests.world.refused import refused
from tests.world.wallets import withdraw
from tests.world.world import World

TOKENS = {
    "USDC on Base": "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913",
    "bridged USDC": "0xd9aAEc86B65D86f6A7B5B1b0c42FFA531710b6CA",
    "USDT on Ethereum": "0xdAC17F958D2ee523a2206206994597C13D831ec7",
}
NOBODY = {
    "zero": "0x" + "0" * 40,
    "ecrecover": "0x" + "0" * 39 + "1",
    "the last precompile of Pectra": "0x" + "0" * 38 + "11",
    "P256VERIFY": "0x" + "0" * 37 + "100",
    "dead": "0x" + "0" * 36 + "dEaD",
    "wrapped ether of the chain": "0x4200000000000000000000000000000000000006",
    "L1 block": "0x4200000000000000000000000000000000000015",
    "its code": "0xc0D3C0d3C0d3C0D3c0d3C0d3c0D3C0d3c0d30015",
    "dead in front": "0xdEAD000000000000000042069420694206942069",
    "ones": "0x" + "1" * 40,
    "ether as a token": "0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE",
    "all bits": "0x" + "F" * 40,
}
FORBIDDEN = TOKENS | NOBODY


def name(world: World, party: UUID, address: str, **fields: Any) -> dict[str, Any]:
    """A party names a destination on Base."""
    told: dict[str, Any] = world.command(
        "payout_destination_set", actor_id=party, party_id=party, rail="base",
        address=address, aal="aal2", **fields,
    )  # fmt: skip
    return told


def remove(world: World, party: UUID) -> None:
    """A party removes its only destination."""
    found = world.one("select id from public.payout_destinations where party_id = %s and"
                      " removed_at is null", party)  # fmt: skip
    world.command("payout_destination_remove", destination_id=found, actor_id=party, aal="aal2")


def write(world: World, address: str, rail: str = "base") -> None:
    """As whoever owns the table."""
    person = world.user()
    world.run(
        "insert into public.payout_destinations "
        "(id, party_id, rail, address, created_by, created_at, usable_from) "
        "values (gen_random_uuid(), %s, %s, %s, %s, now(), now())", person, rail, address, person,
    )  # fmt: skip


@pytest.mark.parametrize("address", FORBIDDEN.values(), ids=FORBIDDEN)
@pytest.mark.parametrize("written", [str, str.lower])
def test_nobody_is_paid_where_money_is_lost(world: World, address: str, written: type[str]) -> None:
    with refused(world.connection, "bad_destination"):
        rails.destination(world, world.user(), address=written(address))
    with refused(world.connection, "bad_destination"):
        write(world, written(address))


@pytest.mark.parametrize(
    ("rail", "address"),
    [("base", rails.ADDRESS[2:]), ("base", rails.ADDRESS + "0"), ("base", "acct_1"),
     ("base", "0X" + rails.ADDRESS[2:]), ("base", " " + rails.ADDRESS),
     ("base", rails.ADDRESS + "\n"), ("stripe", rails.ADDRESS), ("stripe", "ACCT_1"),
     ("stripe", "acct_"), ("stripe", "acct_1 "), ("stripe", "ba_1"), ("stripe", "pi_1")],
)  # fmt: skip
def test_whoever_writes_keeps_the_form(world: World, rail: str, address: str) -> None:
    with refused(world.connection, "bad_address"):
        write(world, address, rail)


def test_nobody_is_paid_to_an_address_of_ours(world: World) -> None:
    escrow = rails.awaiting(world)
    rails.destination(world, escrow.payer)
    deposit = onchain.deposit_address(world, escrow)
    world.one("select service.chain_wallet(8453, %s, 0, 'USDC_BASE')", onchain.WALLET)
    world.run("insert into public.chain_tokens values (8453, %s, 'BTC')", onchain.SENDER)

    for ours in (deposit, deposit.upper().replace("0X", "0x"), onchain.WALLET, onchain.SENDER):
        with refused(world.connection, "bad_destination"):
            rails.destination(world, world.user(), address=ours)


@pytest.mark.parametrize("became", ["a hot wallet", "nobody's"])
def test_what_became_unpayable_waits_for_another(world: World, became: str) -> None:
    escrow = rails.awaiting(world)
    rails.destination(world, escrow.payee)
    escrow.commit("funds_confirmed", "rail")
    escrow.commit("accept", "payer")
    if became == "a hot wallet":
        world.one("select service.chain_wallet(8453, %s, 0, 'USDC_BASE')", rails.ADDRESS)
    else:
        world.run("insert into public.unpayable_addresses values ('evm', %s, %s, 'burnt')",
                  rails.ADDRESS.lower(), rails.ADDRESS.lower())  # fmt: skip
    assert rails.claim(world) == []

    rails.destination(world, escrow.payee, address=onchain.SENDER)
    world.advance(hours=24)
    (payment,) = rails.claim(world)
    assert payment["destination"] == onchain.SENDER


@pytest.mark.parametrize(
    "change",
    ["address = 'acct_2'", "rail = 'base'", "party_id = gen_random_uuid()",
     "created_at = now() + interval '1 second'", "usable_from = now()",
     "default_from = '-infinity'"],
)  # fmt: skip
def test_a_destination_is_removed_never_changed(world: World, change: str) -> None:
    person = world.user()
    rails.destination(world, person, "stripe", "acct_0")
    rails.destination(world, person, "stripe", "acct_1")
    with refused(world.connection, "destination_fixed"):
        world.run(f"update public.payout_destinations set {change} where address = 'acct_0'")
    with refused(world.connection, "append_only"):
        world.run("delete from public.payout_destinations")


@pytest.mark.parametrize("role", ["anon", "authenticated", "service_role"])
@pytest.mark.parametrize(
    ("table", "column"),
    [("public.payout_destinations", "address"), ("public.unpayable_addresses", "first_address"),
     ("private.own_addresses", "address")],
)  # fmt: skip
def test_only_the_command_writes_them(world: World, role: str, table: str, column: str) -> None:
    for statement in (f"delete from {table}", f"update {table} set {column} = 'acct_1'",
                      f"insert into {table} default values"):  # fmt: skip
        with (
            pytest.raises(psycopg.errors.InsufficientPrivilege),
            world.connection.transaction(),
            world.acting(role),
        ):
            world.run(statement)


def _released(world: World) -> Escrow:
    """An escrow whose payout waits; its payee has named a destination."""
    made = rails.released(world)
    rails.destination(world, made.payee)
    return made


def _waiting(world: World, party: UUID) -> dict[str, Any]:
    """A payout of a party, as it is claimed now."""
    (taken,) = [each for each in rails.claim(world) if each["party_id"] == str(party)]
    return taken


def test_the_first_is_used_at_once_and_every_other_after_a_day(world: World) -> None:
    """Who has taken over an account cannot lead money away at once."""
    made = _released(world)
    rails.destination(world, made.payee, address=onchain.SENDER)
    assert _waiting(world, made.payee)["destination"] == rails.ADDRESS


def test_a_day_later_the_newest_default_is_used(world: World) -> None:
    made = _released(world)
    rails.destination(world, made.payee, address=onchain.SENDER)
    world.advance(hours=24)
    assert _waiting(world, made.payee)["destination"] == onchain.SENDER


def test_removing_the_old_one_first_shortens_nothing(world: World) -> None:
    made = _released(world)
    remove(world, made.payee)
    rails.destination(world, made.payee, address=onchain.SENDER)
    assert rails.claim(world) == []
    world.advance(hours=24, minutes=1)
    assert _waiting(world, made.payee)["destination"] == onchain.SENDER


def test_one_that_is_no_default_is_used_where_it_is_named_only(world: World) -> None:
    made = _released(world)
    name(world, made.payee, onchain.SENDER, is_default=False)
    world.advance(hours=48)
    assert _waiting(world, made.payee)["destination"] == rails.ADDRESS


def test_one_of_the_currency_goes_before_one_of_all(world: World) -> None:
    made = _released(world)
    name(world, made.payee, onchain.SENDER, currency="USDC_BASE")
    world.advance(hours=24)
    name(world, made.payee, onchain.WALLET)
    world.advance(hours=24)
    assert _waiting(world, made.payee)["destination"] == onchain.SENDER


def test_what_is_named_again_is_the_default_again_at_once(world: World) -> None:
    made = _released(world)
    first = name(world, made.payee, rails.ADDRESS)
    name(world, made.payee, onchain.SENDER)
    world.advance(hours=24)
    again = name(world, made.payee, rails.ADDRESS.lower())
    assert again["destination_id"] == first["destination_id"]
    assert _waiting(world, made.payee)["destination"] == rails.ADDRESS


def test_naming_the_old_one_again_takes_the_place_of_one_that_waits(world: World) -> None:
    made = _released(world)
    name(world, made.payee, onchain.SENDER)
    name(world, made.payee, rails.ADDRESS)
    world.advance(hours=48)
    assert _waiting(world, made.payee)["destination"] == rails.ADDRESS


def test_what_was_claimed_goes_where_it_was_to_go(world: World) -> None:
    """Incident 3."""
    made = _released(world)
    taken = _waiting(world, made.payee)
    remove(world, made.payee)
    assert world.one("select destination from public.payouts where id = %s", taken["id"]) == (
        rails.ADDRESS
    )


def test_a_withdrawal_waits_for_a_new_one(world: World) -> None:
    party = world.user()
    world.deposit(party, "100", "USDC_BASE")
    rails.destination(world, party)
    late = rails.destination(world, party, address=onchain.SENDER)
    with refused(world.connection, "destination_waits"):
        withdraw(world, party, "5", destination_id=late)
    world.advance(hours=24)
    withdraw(world, party, "5", destination_id=late)


def test_another_removes_nothing_and_nothing_is_removed_twice(world: World) -> None:
    party = world.user()
    mine = rails.destination(world, party)
    for who, code in ((world.user(), "destination_not_found"), (party, ""),
                      (party, "destination_not_found")):  # fmt: skip
        asked = {"destination_id": mine, "actor_id": who, "aal": "aal2"}
        if code:
            with refused(world.connection, code):
                world.command("payout_destination_remove", **asked)
        else:
            world.command("payout_destination_remove", **asked)


def test_a_currency_of_another_network_is_refused(world: World) -> None:
    with refused(world.connection, "rail_currency"):
        name(world, world.user(), rails.ADDRESS, currency="BTC")
