"""Snapshots of one transaction: listed, frozen in a contract, laid beside a later one."""

from typing import Any
from uuid import UUID

from tests.world.escrow import Escrow
from tests.world.market import accepted, listing
from tests.world.world import World

SNAPSHOT: dict[str, Any] = {
    "provider": "roblox", "kind": "group", "asset_id": "4199740",
    "document": {"id": "4199740", "name": "A group", "owner_id": "1", "members": 10_000},
}  # fmt: skip


def snapshot(world: World, party: UUID, **document: Any) -> UUID:
    """A snapshot of the group."""
    told = {**SNAPSHOT, "document": {**SNAPSHOT["document"], **document}}
    return UUID(world.command("asset_snapshot_take", actor_id=party, **told)["snapshot_id"])


def about_a_group(world: World, buyer: UUID, seller: UUID, guild_id: UUID | None = None) -> Escrow:
    """The only milestone of a contract that freezes a snapshot."""
    listed = listing(world, seller, units=2, guild_id=guild_id)
    world.run(
        "update public.listings set snapshots = %s where id = %s",
        [snapshot(world, seller)], listed,
    )  # fmt: skip
    return accepted(world, buyer, seller, listed)


def prove(world: World, made: Escrow) -> None:
    """The seller shows that the group was handed over."""
    world.command(
        "asset_prove", escrow_id=made.id, actor_id=made.payee,
        snapshot_id=snapshot(world, made.payee, owner_id="2"),
    )  # fmt: skip
