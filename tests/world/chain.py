"""A chain as the database hears of it: what was read, what became of it, what was signed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from tests.world.comparisons import balances, compare
from tests.world.escrow import Escrow
from tests.world.rails import FINGERPRINT, awaiting, claim, destination, released
from tests.world.world import World

CHAIN = 8453
USDC = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"
SENDER = "0x90F79bf6EB2c4f870365E785982E1f101E93b906"
WALLET = "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65"


def fresh_hash() -> str:
    return "0x" + uuid4().hex * 2


def deposit_address(world: World, escrow: Escrow) -> str:
    """The address of an escrow that waits for its money."""
    command = {"escrow_id": escrow.id, "actor_id": escrow.payer, "address_kind": "evm",
               "key_fingerprint": FINGERPRINT}  # fmt: skip
    begun = world.command("escrow_deposit_begin", **command)
    address = "0x" + uuid4().hex + "0" * 8
    world.command("escrow_deposit_place", **command, address=address, chain_id=CHAIN, token=USDC,
                  address_index=begun["address_index"])  # fmt: skip
    return address


def cursor(world: World) -> dict[str, Any] | None:
    """The block up to which the chain was read."""
    told: dict[str, Any] = world.one("select service.chain_due(%s)", CHAIN)
    found: dict[str, Any] | None = told["cursor"]
    return found


def read(world: World, *transfers: dict[str, Any], **scan: Any) -> bool:
    """The chain was read by one block, in which these transfers are."""
    after = cursor(world)
    last = {"number": (after["number"] + 1) if after else 1, "hash": fresh_hash(),
            "time": world.now().isoformat()}  # fmt: skip
    block = {"block_number": last["number"], "block_hash": last["hash"], "block_time": last["time"]}
    told = {"chain_id": CHAIN, "cursor": after, "last": last,
            "transfers": [block | each for each in transfers]}  # fmt: skip
    new: bool = world.one("select service.chain_scanned(%s)", Jsonb(told | scan))
    return new


def transfer(to: str, amount: str = "10", **fields: Any) -> dict[str, Any]:
    values = {"transaction_hash": fresh_hash(), "log_index": 0, "token": USDC, "sender": SENDER,
              "recipient": to, "amount": amount}  # fmt: skip
    return values | fields


def proof_of(deposit: dict[str, Any], **other: Any) -> dict[str, Any]:
    """What a second look finds of a deposit as chain_due told it."""
    names = ("transaction_hash", "log_index", "block_number", "block_hash", "token", "sender",
             "recipient", "amount")  # fmt: skip
    return {name: deposit[name] for name in names} | {"nodes": 1} | other


def judged(world: World, deposit: dict[str, Any], event: str, **fields: Any) -> int:
    """What the chain says of a deposit as chain_due told it; a credit comes with its proof."""
    proof = {"proof": proof_of(deposit)} if event == "credit" else {}
    verdict = [deposit | {"event": event} | proof | fields]
    moved: int = world.one("select service.chain_verdicts_record(%s, %s)", CHAIN, Jsonb(verdict))
    return moved


def watched(world: World, escrow: Escrow) -> list[dict[str, Any]]:
    """Deposits of an escrow that are compared with the chain."""
    told = world.one("select service.chain_due(%s, 1000)", CHAIN)
    hashes = {row[0] for row in world.rows(
        "select transaction_hash from public.chain_deposits where request_id in ("
        "select id from public.deposit_requests where reference_id = %s)", escrow.id
    )}  # fmt: skip
    return [each for each in told["deposits"] if each["transaction_hash"] in hashes]


def dust(world: World, escrow: Escrow) -> UUID:
    """A deposit of too little that waits for an operator; its quarantine."""
    if cursor(world) is None:
        read(world)
    address = world.one("select address from public.deposit_requests where reference_id = %s",
                        escrow.id)  # fmt: skip
    read(world, transfer(address, "0.000001", sender=WALLET))
    for each in watched(world, escrow):
        if each["state"] == "seen":
            judged(world, each, "credit")
    found: UUID = world.one(
        "select q.id from public.deposit_quarantines as q join public.chain_deposits as d "
        "using (chain_id, transaction_hash, log_index) where d.request_id in ("
        "select id from public.deposit_requests where reference_id = %s) "
        "order by q.created_at desc limit 1", escrow.id,
    )  # fmt: skip
    return found


def quarantined(world: World) -> UUID:
    """Dust for an escrow that waits for its money; its quarantine."""
    made = awaiting(world)
    destination(world, made.payer)
    deposit_address(world, made)
    return dust(world, made)


def signed_for(world: World, payment: dict[str, Any], **fields: Any) -> dict[str, Any] | None:
    """Keep a signed transaction for a payment that was claimed; what is kept then."""
    wallet = world.one("select service.chain_wallet(%s, %s, 0, 'USDC_BASE')", CHAIN, WALLET)
    row = {"payout_id": payment["id"], "version": payment["version"],
           "attempt": payment["attempt"], "chain_id": CHAIN, "wallet": WALLET,
           "nonce": wallet["next_nonce"], "number": 1, "hash": fresh_hash(), "raw": "0x02",
           "max_fee": 2, "max_priority_fee": 1}  # fmt: skip
    kept: dict[str, Any] | None = world.one(
        "select service.chain_payout_store(%s)", Jsonb(row | fields)
    )
    return kept


def coin_address(world: World, party: UUID) -> dict[str, Any]:
    """Where a party pays ether of Base into its wallet: id of the request, and address."""
    command = {"rail": "base", "currency": "ETH_BASE", "actor_id": party,
               "key_fingerprint": FINGERPRINT}  # fmt: skip
    begun = world.command("wallet_deposit_begin", **command)
    address = "0x" + uuid4().hex + "0" * 8
    place = {"address": address, "address_index": begun["address_index"], "token": USDC}
    world.command("wallet_deposit_place", **command, request_id=begun["request_id"],
                  chain_id=CHAIN, **place)  # fmt: skip
    return {"id": begun["request_id"], "address": address}


def coins_looked(
    world: World, number: int, *addresses: dict[str, Any], sweeps: Sequence[dict[str, Any]] = ()
) -> dict[str, int]:
    """Addresses of coins were looked at after a final block, each proved by one node."""
    block = {"number": number, "hash": fresh_hash(), "time": world.now().isoformat()}
    rows = [
        {"nonce": 0, "proof": {"balance": each["balance"], "nodes": 1}} | each for each in addresses
    ]
    look = {"chain_id": CHAIN, "last": block, "addresses": rows, "sweeps": list(sweeps)}
    told: dict[str, int] = world.one("select service.chain_coins_looked(%s)", Jsonb(look))
    return told


def onchain(world: World, payer: UUID, payee: UUID) -> None:
    """A row in every table of the chain, of two people."""
    parties = (payer, payee)
    destination(world, payer)
    destination(world, payee)
    read(world)
    made = awaiting(world, parties=parties)
    read(world, transfer(deposit_address(world, made)))
    dust(world, made)
    request = world.one("select id from public.deposit_requests where reference_id = %s", made.id)
    balances(world, (request, "USDC_BASE", "10"))
    coin = coin_address(world, payer)["id"]
    sweep = {"id": coin, "nonce": 0, "transaction_hash": fresh_hash(), "amount": "1",
             "cost": "0.01", "block_number": 1}  # fmt: skip
    coins_looked(world, 1, {"id": coin, "balance": "0", "nonce": 1}, sweeps=[sweep])
    look = {"chain_id": CHAIN, "number": 1, "time": world.now().isoformat()}
    world.one("select service.chain_looked(%s)", Jsonb(look))
    world.one("select service.gas_price_record(%s, 100, 10)", CHAIN)
    compare(world, {"USD": "1"})
    # The other way round: who owes something is paid nothing.
    ended = released(world, parties=(payee, payer))
    for payment in claim(world):
        if payment["group_id"] == str(ended.id):
            assert signed_for(world, payment)


def look(world: World, number: int | None = None, at: datetime | None = None, **told: Any) -> str:
    """The chain was asked; number: height of its last block, which was made just now."""
    asked = {"chain_id": CHAIN, **told}
    if number is not None:
        asked |= {"number": number, "time": (at or world.now()).isoformat()}
    state: str = world.one("select service.chain_looked(%s)", Jsonb(asked))
    return state
