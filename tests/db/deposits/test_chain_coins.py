"""Coins as the database hears of them: what an address should hold, and what is a deposit."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from tests.world.chain import CHAIN, coin_address, coins_looked, fresh_hash
from tests.world.world import World


def balance(world: World, party: UUID, currency: str = "ETH_BASE") -> str:
    return str(world.one(
        "select coalesce(sum(trim_scale(available)), 0)::text from public.wallets"
        " where party_id = %s and currency = %s and type = 'spot'", party, currency,
    ))  # fmt: skip


def sweep(id_: str, nonce: int, amount: str, cost: str) -> dict[str, Any]:
    return {"id": id_, "nonce": nonce, "transaction_hash": fresh_hash(), "amount": amount,
            "cost": cost, "block_number": 3}  # fmt: skip


def test_a_rise_is_credited_once_however_often_it_is_told(world: World) -> None:
    party = world.user()
    id_ = coin_address(world, party)["id"]
    assert coins_looked(world, 5, {"id": id_, "balance": "2"}) == {"found": 1, "stuck": 0}
    # The same block, and one before it.
    assert coins_looked(world, 5, {"id": id_, "balance": "9"}) == {"found": 0, "stuck": 0}
    assert coins_looked(world, 4, {"id": id_, "balance": "9"}) == {"found": 0, "stuck": 0}
    assert coins_looked(world, 6, {"id": id_, "balance": "2"}) == {"found": 0, "stuck": 0}
    assert balance(world, party) == "2"
    assert world.problems() == []


def test_what_was_swept_is_no_fall_and_what_is_not_known_stops(world: World) -> None:
    party = world.user()
    id_ = coin_address(world, party)["id"]
    coins_looked(world, 5, {"id": id_, "balance": "2"})
    # It has sent something, and nobody knows what.
    seen = {"id": id_, "balance": "1.5", "nonce": 1}
    assert coins_looked(world, 6, seen) == {"found": 0, "stuck": 1}
    # Nor may it hold less than it should.
    assert coins_looked(world, 6, {"id": id_, "balance": "1"}) == {"found": 0, "stuck": 1}
    took = sweep(id_, 0, "1.9", "0.1")
    assert coins_looked(world, 7, seen, sweeps=[took, took]) == {"found": 1, "stuck": 0}
    assert balance(world, party) == "3.5"
    # What the network took is a cost of the house, once.
    assert world.one(
        "select count(*) from private.rail_costs where provider_event_id = %s",
        "gas:" + took["transaction_hash"],
    ) == 1  # fmt: skip
    assert world.problems() == []


def test_without_a_second_answer_nothing_is_credited(world: World) -> None:
    party = world.user()
    id_ = coin_address(world, party)["id"]
    for proof in ({"balance": "3", "nodes": 1}, None, {"balance": "2", "nodes": 0}):
        coins_looked(world, 5, {"id": id_, "balance": "2", "proof": proof})
    assert balance(world, party) == "0"


def test_two_that_one_block_pays_are_told_apart(world: World) -> None:
    parties = [world.user(), world.user()]
    addresses = [coin_address(world, each)["id"] for each in parties]
    known = {
        "transaction_hash": fresh_hash(),
        "sender": "0x90F79bf6EB2c4f870365E785982E1f101E93b906",
    }
    told = [{"id": each, "balance": "2"} | known for each in addresses]
    assert coins_looked(world, 5, *told) == {"found": 2, "stuck": 0}
    assert [balance(world, each) for each in parties] == ["2", "2"]


def test_the_time_is_the_earliest_that_it_can_have_come(world: World) -> None:
    id_ = coin_address(world, world.user())["id"]
    coins_looked(world, 5, {"id": id_, "balance": "0"})
    looked = world.one("select block_time from public.chain_coin_looks where request_id = %s", id_)
    world.advance(hours=5)
    coins_looked(world, 6, {"id": id_, "balance": "1"})
    assert world.one(
        "select block_time from public.chain_deposits where request_id = %s", id_
    ) == looked  # fmt: skip
    assert world.now() - looked > timedelta(hours=5)


def test_on_another_chain_it_is_what_nobody_asked_for(world: World) -> None:
    party = world.user()
    id_ = coin_address(world, party)["id"]
    block = {"number": 5, "hash": fresh_hash(), "time": world.now().isoformat()}
    seen = {"id": id_, "balance": "2", "nonce": 0, "proof": {"balance": "2", "nodes": 1}}
    told = world.command("chain_coins_looked", chain_id=1, last=block, addresses=[seen], sweeps=[])
    assert (told["found"], CHAIN) == (1, 8453)
    assert balance(world, party, "ETH") == "0"
    assert world.rows(
        "select currency, amount::text from public.unmatched_deposits where party_id = %s", party
    ) == [("ETH", "2.000000000000000000")]
