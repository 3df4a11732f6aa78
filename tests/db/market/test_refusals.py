"""The marketplace past the functions: what the database itself refuses."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg.types.json import Jsonb

from stack.identity import as_owner, as_user
from tests.world.asset_snapshots import SNAPSHOT
from tests.world.escrow import Escrow
from tests.world.market import PARTS, PICTURE, accepted, announced, delivered, guild, listing, offer
from tests.world.refused import refused
from tests.world.trades import signed
from tests.world.world import World, plain


@pytest.fixture
def seller(world: World) -> UUID:
    return world.user("seller")


@pytest.fixture
def buyer(world: World) -> UUID:
    return world.user("buyer")


def _contract(world: World, milestone: Escrow) -> UUID:
    found: UUID = world.one(
        "select contract_id from public.contract_milestones where id = %s", milestone.id
    )
    return found


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": "0"}, "bad_offer"), ({"amount": None}, "bad_offer"),
        ({"amount": "NaN"}, "bad_type"), ({"amount": "100.0000001"}, "bad_offer"),
        ({"expires_at": "infinity"}, "bad_type"), ({"conditions": "x" * 5001}, "bad_offer"),
        ({"milestones": None}, "bad_milestones"), ({"milestones": []}, "bad_milestones"),
        ({"milestones": {}}, "bad_milestones"), ({"milestones": [1]}, "bad_milestones"),
        ({"milestones": PARTS * 21}, "bad_milestones"),
        ({"milestones": [{**PARTS[0], "amount": 100}]}, "bad_type"),
        ({"milestones": [{**PARTS[0], "amount": "-100"}]}, "bad_milestones"),
        ({"milestones": [{**PARTS[0], "amount": "NaN"}]}, "bad_type"),
        ({"milestones": [{**PARTS[0], "days": 0}]}, "bad_milestones"),
        ({"milestones": [{**PARTS[0], "more": 1}]}, "bad_type"),
        ({"milestones": [{**PARTS[0], "more": "1"}]}, "bad_milestones"),
        ({"milestones": PARTS * 2}, "milestones_do_not_add_up"),
        ({"milestones": [{**PARTS[0], "amount": "100.0000000"}, {**PARTS[0], "amount": "0"}]},
         "milestones_do_not_add_up"),
    ],
)  # fmt: skip
def test_what_is_no_offer(
    world: World, seller: UUID, buyer: UUID, changes: dict[str, Any], code: str
) -> None:
    listed = listing(world, seller)
    with refused(world.connection, code):
        offer(world, buyer, listed, **changes)


def test_who_offers_on_what(world: World, seller: UUID, buyer: UUID) -> None:
    listed = listing(world, seller)
    with refused(world.connection, "listing_not_found"):
        offer(world, buyer, uuid4())
    with refused(world.connection, "listing_not_found"):
        offer(world, buyer, listing(world, seller, guild_id=guild(world, seller)))
    with refused(world.connection, "own_listing"):
        offer(world, seller, listed)
    offer(world, buyer, listed)
    with refused(world.connection, "offer_open_already"):
        offer(world, buyer, listed)
    world.run("insert into public.p2p_blocks values (%s, %s)", seller, world.operator)
    with refused(world.connection, "seller_unavailable"):
        offer(world, world.operator, listed)
    world.advance(days=91)
    with refused(world.connection, "listing_not_active"):
        offer(world, world.user(), listed)


def test_who_answers_an_offer(world: World, seller: UUID, buyer: UUID) -> None:
    made = offer(world, buyer, listing(world, seller))
    for command, fields in (
        ("offer_accept", {}), ("offer_counter", {"amount": "100", "milestones": PARTS}),
        ("offer_decline", {"event": "reject"}),
    ):  # fmt: skip
        with refused(world.connection, "offer_is_yours"):
            world.command(command, offer_id=made, actor_id=buyer, **fields)
        with refused(world.connection, "offer_not_found"):
            world.command(command, offer_id=made, actor_id=world.user(), **fields)
    with refused(world.connection, "offer_is_theirs"):
        world.command("offer_decline", offer_id=made, actor_id=seller, event="withdraw")
    with refused(world.connection, "illegal_move"):
        world.command("offer_decline", offer_id=made, actor_id=seller, event="accept")
    world.command("offer_decline", offer_id=made, actor_id=seller, event="reject")
    with refused(world.connection, "offer_not_pending"):
        world.command("offer_accept", offer_id=made, actor_id=seller)


def test_what_was_offered_never_changes(world: World, seller: UUID, buyer: UUID) -> None:
    made = offer(world, buyer, listing(world, seller))
    with refused(world.connection, "illegal_move"):
        world.run("update public.offers set amount = 1 where id = %s", made)
    with refused(world.connection, "illegal_move"):
        world.run("update public.offers set status = 'accepted' where id = %s", made)


def test_a_listing_is_what_it_was_published_as(world: World, seller: UUID) -> None:
    listed = listing(world, seller)
    as_user(world.connection, seller)
    for change in ("units = 2", "currency = 'BTC'", "category = 'games'"):
        with refused(world.connection, "listing_fixed"):
            world.connection.execute(f"update public.listings set {change}".encode())
    with refused(world.connection, "bad_listing"):
        world.run("update public.listings set price = 0 where id = %s", listed)
    as_owner(world.connection)


def test_a_guild_keeps_its_owner(world: World, seller: UUID, buyer: UUID) -> None:
    made = guild(world, seller, buyer)
    as_user(world.connection, seller)
    with refused(world.connection, "guild_role_refused"):
        world.run("update public.guild_members set role = 'owner' where user_id = %s", buyer)
    with refused(world.connection, "guild_role_refused"):
        world.run("delete from public.guild_members where user_id = %s", seller)
    as_owner(world.connection)
    assert world.one("select count(*) from public.guild_members where guild_id = %s", made) == 2


def test_only_the_internal_rail_is_paid_from_the_balance(world: World) -> None:
    escrow = signed(world)
    with refused(world.connection, "other_rail"):
        escrow.commit("fund", "payer")
    assert escrow.place == ("awaiting_funds", "")


def test_paying_in_holds_the_money_of_the_balance(world: World, seller: UUID, buyer: UUID) -> None:
    escrow = delivered(world, buyer, seller, listing(world, seller))
    assert world.balance(buyer, "USDC_BASE") == (0, 0, 100)
    escrow.commit("accept", "payer")
    assert world.balance(seller, "USDC_BASE") == (95, 0, 0)
    assert world.problems() == []


def test_decisions_are_about_the_contract_and_its_giver(
    world: World, seller: UUID, buyer: UUID
) -> None:
    listed = listing(world, seller, units=2)
    mine, other = (accepted(world, buyer, seller, listed) for _ in range(2))

    def commit(contract: UUID, actor: UUID, escrow: Escrow) -> None:
        command = {"contract_id": contract, "actor_id": actor, "idempotency_key": uuid4(),
                   "request_hash": "hash"}  # fmt: skip
        decision = escrow.decision("cancel", "payer") | {
            "actor_id": buyer, "idempotency_key": uuid4(), "request_hash": "hash",
        }  # fmt: skip
        with world.acting("service_role"):
            world.run(
                "select service.contract_commit(%s, %s)",
                Jsonb(plain(command)), Jsonb(plain([decision])),
            )  # fmt: skip

    with refused(world.connection, "contract_not_found"):
        commit(_contract(world, other), buyer, mine)
    with refused(world.connection, "contract_not_found"):
        commit(_contract(world, mine), seller, mine)
    commit(_contract(world, mine), buyer, mine)
    assert (mine.place, other.place) == (("void", ""), ("proposed", ""))


def test_the_document_is_canonical_json(world: World) -> None:
    """RFC 8785: keys in order, no spaces, the short escapes."""
    value = (
        '{"b": [1, "\\u00e4\\u0001\\n\\"", true, null], "a": {"z": "x", "B": {}}, '
        '"10": "", "9": []}'
    )
    found = world.one("select private.canonical_json(%s::jsonb)", value)
    assert found == '{"10":"","9":[],"a":{"B":{},"z":"x"},"b":[1,"ä\\u0001\\n\\"",true,null]}'


@pytest.mark.parametrize(
    ("name", "value"),
    [("contract_id", uuid4()), ("edition", "draft"), ("object_key", ""), ("sha256", "A" * 64),
     ("size_bytes", 0), ("size_bytes", None)],
)  # fmt: skip
def test_a_document_is_of_a_contract_and_whole(
    world: World, seller: UUID, buyer: UUID, name: str, value: Any
) -> None:
    milestone = accepted(world, buyer, seller, listing(world, seller))
    contract = world.one(
        "select contract_id from public.contract_milestones where id = %s", milestone.id
    )
    row = {"contract_id": contract, "edition": "unsigned", "object_key": "contracts/1.pdf",
             "sha256": "a" * 64, "size_bytes": 1024} | {name: value}  # fmt: skip
    with refused(world.connection, "bad_document"), world.acting("service_role"):
        world.run("select service.contract_document_record(%s, %s, %s, %s, %s)", *row.values())


def test_a_party_keeps_so_many_pictures(world: World) -> None:
    seller = world.user("seller", limited=True)
    world.run("update private.quotas set max_open = 2 where kind = 'image' and min_tier = 0")

    def announce(sha256: str, **changes: Any) -> None:
        world.command("image_announce", party_id=seller, actor_id=seller,
                      **PICTURE | {"sha256": sha256 * 64} | changes)  # fmt: skip

    announce("a")
    announce("b")
    with refused(world.connection, "quota_exceeded"):
        announce("c")
    # One that is there already is no more than before.
    announce("a")
    announce("b", media_type="image/webp")


def test_a_picture_is_announced_anew_until_it_is_handed_in(world: World, seller: UUID) -> None:
    announced(world, seller)
    other = PICTURE | {"media_type": "image/webp", "size_bytes": 7}
    world.command("image_announce", party_id=seller, actor_id=seller, **other)
    # It was looked at as what it was announced first.
    with refused(world.connection, "file_announced_otherwise"):
        world.command("image_hand_in", party_id=seller, actor_id=seller, **PICTURE)
    world.command("image_hand_in", party_id=seller, actor_id=seller, **other)
    for again in (PICTURE, other | {"size_bytes": 8}):
        with refused(world.connection, "file_announced_otherwise"):
            world.command("image_announce", party_id=seller, actor_id=seller, **again)
    world.command("image_announce", party_id=seller, actor_id=seller, **other)
    with refused(world.connection, "file_announced_otherwise"):
        world.run("update public.image_uploads set size_bytes = 9 where party_id = %s", seller)


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"provider": "ebay"}, "bad_snapshot"), ({"kind": "house"}, "bad_snapshot"),
     ({"asset_id": "0"}, "bad_snapshot"), ({"asset_id": "1; drop"}, "bad_snapshot"),
     ({"document": []}, "bad_type"), ({"document": {"name": "x" * 65536}}, "bad_snapshot")],
)  # fmt: skip
def test_a_snapshot_is_of_an_asset(
    world: World, seller: UUID, changes: dict[str, Any], code: str
) -> None:
    with refused(world.connection, code):
        world.command("asset_snapshot_take", actor_id=seller, **SNAPSHOT | changes)


@pytest.mark.parametrize("discord_id", ["1", "12345678901234567a", "1" * 21])
def test_an_account_of_discord_has_an_id_of_digits(
    world: World, seller: UUID, discord_id: str
) -> None:
    with refused(world.connection, "bad_discord_link"):
        world.command("discord_link", party_id=seller, discord_id=discord_id, aal="aal2",
                      actor_id=world.operator, reason="asked")  # fmt: skip
