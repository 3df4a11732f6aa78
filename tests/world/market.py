"""The marketplace of one transaction: a guild, a listing, an offer, a contract."""

from typing import Any
from uuid import UUID

from tests.world.escrow import Escrow
from tests.world.world import World

CURRENCY = "USDC_BASE"
PARTS = [{"title": "The whole", "description": "As agreed.", "amount": "100", "days": 14}]


PICTURE: dict[str, Any] = {
    "sha256": "d" * 64, "media_type": "image/png", "size_bytes": 1024,
}  # fmt: skip


def announced(world: World, party: UUID) -> str:
    """A picture that the party announced; its sha256."""
    world.command("image_announce", party_id=party, actor_id=party, **PICTURE)
    return str(PICTURE["sha256"])


def pictured(world: World, party: UUID) -> None:
    """The party has submitted a picture."""
    sha256 = announced(world, party)
    world.command("image_hand_in", party_id=party, actor_id=party, **PICTURE | {"sha256": sha256})


def guild(world: World, owner: UUID, *members: UUID) -> UUID:
    made: UUID = world.one(
        "insert into public.guilds (name, created_by) values ('Traders', %s) returning id", owner
    )
    for member in members:
        world.run("insert into public.guild_members values (%s, %s, 'member')", made, member)
    return made


def listing(
    world: World,
    seller: UUID,
    *,
    units: int = 1,
    guild_id: UUID | None = None,
    price: str = "100",
    currency: str = "USDC_BASE",
) -> UUID:
    """An active listing."""
    made: UUID = world.one(
        "insert into public.listings (seller_id, guild_id, category, title, price, currency, units)"
        " values (%s, %s, 'groups', 'A group', %s, %s, %s) returning id",
        seller, guild_id, price, currency, units,
    )  # fmt: skip
    world.run(
        "update public.listings set status = 'active', last_event = 'publish' where id = %s", made
    )
    return made


def offer(world: World, buyer: UUID, listing_id: UUID, **changes: Any) -> UUID:
    fields = {"amount": "100", "milestones": PARTS, **changes}
    answer = world.command("offer_make", listing_id=listing_id, actor_id=buyer, **fields)
    return UUID(answer["offer_id"])


def accepted(world: World, buyer: UUID, seller: UUID, listing_id: UUID) -> Escrow:
    """The escrow of the only milestone of a new contract."""
    made = world.command("offer_accept", offer_id=offer(world, buyer, listing_id), actor_id=seller)
    return Escrow(world, UUID(made["milestones"][0]["milestone_id"]), buyer, seller)


def drawn(world: World, milestone: Escrow) -> None:
    """The contract of a milestone lies in object storage as PDF."""
    contract = world.one(
        "select contract_id from public.contract_milestones where id = %s", milestone.id
    )
    with world.acting("service_role"):
        world.run(
            "select service.contract_document_record(%s, 'unsigned', %s, repeat('a', 64), 1024)",
            contract, f"contracts/{contract}/document.pdf",
        )  # fmt: skip


def delivered(world: World, buyer: UUID, seller: UUID, listing_id: UUID) -> Escrow:
    """A milestone that was paid in from the balance and handed over."""
    world.deposit(buyer, "100", CURRENCY)
    made = accepted(world, buyer, seller, listing_id)
    signed = {"terms_hash": world.one(
        "select terms_hash from private.escrow_transactions where id = %s", made.id
    )}  # fmt: skip
    made.commit("sign", "payee", payload=signed)
    made.commit("countersign", "payer", payload=signed)
    made.commit("fund", "payer")
    made.commit("perform", "payee")
    return made
