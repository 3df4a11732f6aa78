"""Deposits on a chain of coins, as the database hears of them."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from psycopg.types.json import Jsonb

from shared.coin_address import BITCOIN, LITECOIN, segwit_address
from tests.world.chain import fresh_hash
from tests.world.coins import CHAIN, bitcoin_address, waiting
from tests.world.refused import refused
from tests.world.world import World

SENDER = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"


def read(world: World, *transfers: dict[str, Any]) -> bool:
    """The chain was read by one block, in which these payments are."""
    after = world.one("select service.chain_due(%s)", CHAIN)["cursor"]
    last = {"number": (after["number"] + 1) if after else 1, "hash": fresh_hash()[2:],
            "time": world.now().isoformat()}  # fmt: skip
    block = {"block_number": last["number"], "block_hash": last["hash"], "block_time": last["time"]}
    scan = {"chain_id": CHAIN, "cursor": after, "last": last, "whole": True, "odd": [],
            "transfers": [block | each for each in transfers]}  # fmt: skip
    new: bool = world.one("select service.chain_scanned(%s)", Jsonb(scan))
    return new


def payment(to: str, amount: str = "0.001", **fields: Any) -> dict[str, Any]:
    values = {"transaction_hash": fresh_hash()[2:], "log_index": 1, "token": "native",
              "sender": SENDER, "recipient": to, "amount": amount}  # fmt: skip
    return values | fields


def credited(world: World, to: str, **fields: Any) -> dict[str, Any]:
    """A payment that counts."""
    read(world, sent := payment(to, **fields))
    (seen,) = [e for e in world.one("select service.chain_due(%s, 1000)", CHAIN)["deposits"]
               if e["transaction_hash"] == sent["transaction_hash"]]  # fmt: skip
    names = ("transaction_hash", "log_index", "block_number", "block_hash", "token", "sender",
             "recipient", "amount")  # fmt: skip
    proof = {name: seen[name] for name in names} | {"nodes": 1}
    verdict = [seen | {"event": "credit", "proof": proof}]
    assert world.one("select service.chain_verdicts_record(%s, %s)", CHAIN, Jsonb(verdict)) == 1
    return sent


def test_addresses_are_those_of_their_own_kind_whoever_asks(world: World) -> None:
    mine = bitcoin_address(world, world.user())
    asked = [mine, segwit_address(BITCOIN.hrp, 0, uuid4().bytes + bytes(4))]
    matches = "select service.utxo_matches(%s, %s)"
    assert world.one(matches, CHAIN, asked) == [mine]
    assert world.one(matches, CHAIN, []) == []
    assert world.one(matches, CHAIN + 2, asked) == []


def test_addresses_are_looked_up_by_an_index(world: World) -> None:
    bitcoin_address(world, world.user())
    world.run("set local enable_seqscan = off")
    # Of a table of a few rows any index has all of them at once.
    world.run("drop index public.deposit_requests_slice_idx")
    plan = world.rows(
        "explain select d.address from public.deposit_requests as d where d.address = any (%s)",
        ["x"] * 5000,
    )
    assert "deposit_requests_address_key" in str(plan)


def test_a_chain_that_is_read_whole_has_no_daily_parts(world: World) -> None:
    read(world)
    assert world.one("select count(*) from public.chain_slices where chain_id = %s", CHAIN) == 0
    assert world.one("select service.chain_due(%s)", CHAIN)["slice"] is None


def test_a_deposit_address_is_of_the_kind_of_its_rail(world: World) -> None:
    world.run("update public.rails set is_open = true where id = 'litecoin'")
    party = world.user()
    asked = {"actor_id": party, "rail": "litecoin", "currency": "LTC",
             "key_fingerprint": "ab" * 32}  # fmt: skip
    begun = world.command("wallet_deposit_begin", **asked)
    program = uuid4().bytes + bytes(4)

    def place(address: str) -> None:
        world.command(
            "wallet_deposit_place", request_id=begun["request_id"], actor_id=party,
            address=address, key_fingerprint="ab" * 32, chain_id=CHAIN + 2, token="native",
            address_index=begun["address_index"],
        )  # fmt: skip

    with refused(world.connection, "bad_address"):
        place(segwit_address(BITCOIN.hrp, 0, program))
    place(segwit_address(LITECOIN.hrp, 0, program))


def test_a_payment_of_nobody_that_shows_is_kept_and_not_screened(world: World) -> None:
    party = world.user()
    credited(world, bitcoin_address(world, party), sender="")
    assert world.rows("select 1 from private.address_watches where party_id = %s", party) == []
    assert world.balance(party, "BTC")[0] == Decimal("0.001")


def test_who_has_paid_is_screened_with_the_capitals_of_the_address(world: World) -> None:
    party = world.user()
    to = bitcoin_address(world, party)
    credited(world, to)
    assert world.rows(
        "select address from private.address_watches where party_id = %s", party
    ) == [(SENDER,)]  # fmt: skip


@pytest.mark.parametrize("state", ["conflicted", "gone"])
def test_what_ends_in_the_list_of_what_waits_may_come_again(world: World, state: str) -> None:
    to = bitcoin_address(world, world.user())
    sent = waiting(world, to)

    def record(**fields: Any) -> int:
        look = {"chain_id": CHAIN, "transfers": [], "moves": []} | fields
        return int(world.one("select service.mempool_record(%s)", Jsonb(look)))

    found = "select state from public.mempool_payments where transaction_hash = %s"
    assert record(moves=[{"transaction_hash": sent, "state": state}]) == 1
    assert world.one(found, sent) == state
    # Said again: nothing changes.
    assert record(moves=[{"transaction_hash": sent, "state": state}]) == 0
    again = {"transaction_hash": sent, "log_index": 0, "recipient": to, "amount": "0.001",
             "spends": [f"{fresh_hash()[2:]}:0"]}  # fmt: skip
    assert record(transfers=[again]) == 1
    assert record(transfers=[again]) == 0
    assert world.one(found, sent) == "seen"
    assert record(moves=[{"transaction_hash": sent, "state": "credited"}]) == 0
