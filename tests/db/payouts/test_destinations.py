"""Money is sent to somebody: whom no destination may name, whoever writes it down."""

import psycopg
import pytest

from tests.world import chain as onchain
from tests.world import rails
from tests.world.refused import refused
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


def write(world: World, address: str, rail: str = "usdc_base") -> None:
    """As whoever owns the table."""
    person = world.user()
    world.run(
        "insert into public.payout_destinations "
        "(id, party_id, rail, address, created_by, created_at) "
        "values (gen_random_uuid(), %s, %s, %s, %s, now())", person, rail, address, person,
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
    [("usdc_base", rails.ADDRESS[2:]), ("usdc_base", rails.ADDRESS + "0"), ("usdc_base", "acct_1"),
     ("usdc_base", "0X" + rails.ADDRESS[2:]), ("usdc_base", " " + rails.ADDRESS),
     ("usdc_base", rails.ADDRESS + "\n"), ("stripe", rails.ADDRESS), ("stripe", "ACCT_1"),
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
    (payment,) = rails.claim(world)
    assert payment["destination"] == onchain.SENDER


@pytest.mark.parametrize(
    "change",
    ["address = 'acct_2'", "rail = 'usdc_base'", "party_id = gen_random_uuid()",
     "created_at = now() + interval '1 second'", "replaced_at = null"],
)  # fmt: skip
def test_a_destination_is_replaced_never_changed(world: World, change: str) -> None:
    person = world.user()
    rails.destination(world, person, "stripe", "acct_0")
    rails.destination(world, person, "stripe", "acct_1")
    with refused(world.connection, "destination_fixed"):
        world.run(f"update public.payout_destinations set {change} where address = 'acct_0'")
    with refused(world.connection, "append_only"):
        world.run("delete from public.payout_destinations")


@pytest.mark.parametrize("role", ["anon", "authenticated", "service_role"])
@pytest.mark.parametrize("table", ["public.payout_destinations", "public.unpayable_addresses",
                                   "private.own_addresses"])  # fmt: skip
def test_only_the_command_writes_them(world: World, role: str, table: str) -> None:
    for statement in (f"delete from {table}", f"update {table} set rail = 'stripe'",
                      f"insert into {table} default values"):  # fmt: skip
        with (
            pytest.raises(psycopg.errors.InsufficientPrivilege),
            world.connection.transaction(),
            world.acting(role),
        ):
            world.run(statement)
