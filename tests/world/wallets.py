"""A party's own wallet: where it pays in, what comes, and what it sends out."""

from typing import Any
from uuid import UUID, uuid4

from tests.world.chain import CHAIN, USDC, cursor, judged, read, transfer
from tests.world.rails import ADDRESS, FINGERPRINT, claim, destination, outcome
from tests.world.world import World

RAIL, CURRENCY = "base", "USDC_BASE"
# Bridged USDC: seen at the same addresses, and not asked for.
BRIDGED, BRIDGED_TOKEN = "USDBC_BASE", "0xd9aAEc86B65D86f6A7B5B1b0c42FFA531710b6CA"


def ask_address(world: World, party: UUID, **fields: Any) -> dict[str, Any]:
    """The request for an address, begun; the address is not placed."""
    asked = {"actor_id": party, "rail": RAIL, "currency": CURRENCY,
             "key_fingerprint": FINGERPRINT} | fields  # fmt: skip
    begun: dict[str, Any] = world.command("wallet_deposit_begin", **asked)
    return begun


def wallet_address(world: World, party: UUID, **fields: Any) -> str:
    """Where a party pays into its wallet."""
    begun = ask_address(world, party, **fields)
    return place_address(world, party, begun, fields.get("key_fingerprint", FINGERPRINT))


def place_address(
    world: World, party: UUID, begun: dict[str, Any], fingerprint: str = FINGERPRINT
) -> str:
    """The address of a request that was begun with a key is derived from it, and placed."""
    placed = world.command(
        "wallet_deposit_place", request_id=begun["request_id"], actor_id=party,
        address=begun["address"] or "0x" + uuid4().hex + "0" * 8, key_fingerprint=fingerprint,
        address_index=begun["address_index"], chain_id=CHAIN, token=USDC,
    )  # fmt: skip
    address: str = placed["address"]
    return address


def seen(world: World, address: str, amount: str, **fields: Any) -> dict[str, Any]:
    """A transfer to an address is in a block; the deposit as the rail is told of it."""
    if cursor(world) is None:
        read(world)
    sent = transfer(address, amount, **fields)
    read(world, sent)
    told = world.one("select service.chain_due(%s, 1000)", CHAIN)["deposits"]
    (found,) = [each for each in told if each["transaction_hash"] == sent["transaction_hash"]]
    deposit: dict[str, Any] = found
    return deposit


def paid_in(world: World, party: UUID, amount: str, **fields: Any) -> dict[str, Any]:
    """A party has paid into its wallet; the deposit as it was seen."""
    deposit = seen(world, wallet_address(world, party), amount, **fields)
    assert judged(world, deposit, "credit") == 1
    return deposit


def unasked_for(world: World, party: UUID, amount: str = "3") -> UUID:
    """Bridged USDC comes to a party's address for USDC; the deposit."""
    deposit = seen(world, wallet_address(world, party), amount, token=BRIDGED_TOKEN)
    judged(world, deposit, "credit")
    return waiting(world, party)


def waiting(world: World, party: UUID) -> UUID:
    """The only deposit of a party that waits in suspense."""
    found: UUID = world.one(
        "select id from public.unmatched_deposits where party_id = %s and outcome is null", party
    )
    return found


def send_back(world: World, party: UUID, deposit: UUID, **fields: Any) -> dict[str, Any]:
    """A party sends a deposit back that nobody asked for."""
    said = {"deposit_id": deposit, "actor_id": party, "aal": "aal2", "address": ADDRESS} | fields
    told: dict[str, Any] = world.command("unmatched_deposit_send_back", **said)
    return told


def withdraw(world: World, party: UUID, amount: str, **fields: Any) -> dict[str, Any]:
    """A party asks to have money sent to a destination of its own."""
    if "destination_id" not in fields:
        fields["destination_id"] = destination(world, party)
    asked = {"actor_id": party, "aal": "aal2", "currency": CURRENCY, "amount": amount} | fields
    told: dict[str, Any] = world.command("withdrawal_request", **asked)
    return told


def wallets(world: World, party: UUID) -> None:
    """A row in every table of wallets' deposits and withdrawals, of one person: one is sent and
    waits for the float, one waits for its hold."""
    paid_in(world, party, "20")
    unasked_for(world, party)
    hold = world.one(
        "select hold_for from public.withdrawal_policies where currency = %s", CURRENCY
    )
    world.run("update public.withdrawal_policies set hold_for = '0'")
    asked = withdraw(world, party, "5")["payout_id"]
    world.run("update public.withdrawal_policies set hold_for = %s", hold)
    (taken,) = [each for each in claim(world) if each["id"] == asked]
    outcome(world, taken, "postpone", waits_for="float")
    withdraw(world, party, "5")
