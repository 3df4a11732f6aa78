"""All addresses ever given out are read through once a day, in parts: nothing lies between."""

from typing import Any

from psycopg.types.json import Jsonb

from tests.world.chain import CHAIN, deposit_address, fresh_hash, read, transfer, watched
from tests.world.escrow import Escrow
from tests.world.rails import awaiting, destination
from tests.world.refused import refused
from tests.world.world import World


def payable(world: World) -> tuple[Escrow, str]:
    made = awaiting(world)
    destination(world, made.payer)
    return made, deposit_address(world, made)


def slice_of(world: World, address: str) -> int:
    found: int = world.one("select slice from public.deposit_requests where address = %s", address)
    return found


def read_slice(world: World, slice_: int, to: int, *transfers: dict[str, Any], **scan: Any) -> bool:
    """The slice was read up to a block, in which these transfers are."""
    after = world.one(
        "select block_number from public.chain_slices where chain_id = %s and slice = %s",
        CHAIN, slice_,
    )  # fmt: skip
    block = {"block_number": to, "block_hash": fresh_hash(), "block_time": world.now().isoformat()}
    told = {"chain_id": CHAIN, "slice": slice_, "read_before": after, "through": True,
            "last": {"number": to, "time": world.now().isoformat()}, "odd": [],
            "transfers": [block | each for each in transfers]}  # fmt: skip
    new: bool = world.one("select service.chain_slice_read(%s)", Jsonb(told | scan))
    return new


def due(world: World) -> dict[str, Any] | None:
    told: dict[str, Any] = world.one("select service.chain_due(%s)", CHAIN)
    found: dict[str, Any] | None = told["slice"]
    return found


def test_each_part_is_due_once_a_day(world: World) -> None:
    read(world)
    assert due(world) is None
    world.advance(hours=1, minutes=1)
    seen = []
    while found := due(world):
        seen.append(found["slice"])
        assert read_slice(world, found["slice"], found["number"])
    assert seen == [23]
    world.advance(hours=19, minutes=1)
    while found := due(world):
        seen.append(found["slice"])
        read_slice(world, found["slice"], found["number"])
    assert sorted(seen) == list(range(24))


def test_of_two_readers_of_a_part_one_keeps_what_it_found(world: World) -> None:
    made, address = payable(world)
    read(world)
    number = slice_of(world, address)
    assert read_slice(world, number, 9, transfer(address, "100"))
    assert not read_slice(world, number, 20, transfer(address, "100"), read_before=1)
    assert len(watched(world, made)) == 1
    assert not read_slice(world, number, 5)


def test_a_timer_waits_for_the_part_of_an_address_that_is_not_active(world: World) -> None:
    """Incident 14 for an escrow that was frozen for longer than its address is looked at."""
    made, address = payable(world)
    read(world)
    world.run("update public.deposit_requests set active_until = created_at where address = %s",
              address)  # fmt: skip
    made.expire()
    # The chain was read past the deadline, but not for this address.
    read(world)
    with refused(world.connection, "funds_pending"):
        made.commit("timeout_void", "timer")
    read_slice(world, slice_of(world, address), 2)
    made.commit("timeout_void", "timer")


def test_going_back_takes_the_parts_back(world: World) -> None:
    read(world)
    read(world)
    read(world)
    read_slice(world, 7, 3)
    assert world.one("select service.chain_rewind(%s, 2)", CHAIN) == 1
    assert world.one("select block_number from public.chain_slices where slice = 7") == 2
    assert read_slice(world, 7, 3)


def test_what_arrives_makes_its_address_active(world: World) -> None:
    made, address = payable(world)
    read(world)
    world.advance(days=40)
    asked = (
        "select jsonb_array_length(service.chain_addresses(%s, active => true)),"
        " jsonb_array_length(service.chain_addresses(%s, slice => %s))"
    )
    number = slice_of(world, address)
    assert world.rows(asked, CHAIN, CHAIN, number) == [(0, 1)]
    # Dust is kept, and costs no look more.
    read_slice(world, number, 8, transfer(address, "0.009"))
    assert world.rows(asked, CHAIN, CHAIN, number) == [(0, 1)]
    read_slice(world, number, 9, transfer(address, "100"))
    assert world.rows(asked, CHAIN, CHAIN, number) == [(1, 1)]
    assert made.payer
