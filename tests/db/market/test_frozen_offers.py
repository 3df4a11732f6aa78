"""An offer freezes its listing: whatever its seller writes later, the contract is of the copy."""

import hashlib
import json
from typing import Any, LiteralString
from uuid import UUID

import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from stack.identity import as_owner, as_user
from tests.world.market import PARTS, PICTURE, accepted, listing, offer, pictured
from tests.world.refused import refused
from tests.world.world import World


@pytest.fixture
def seller(world: World) -> UUID:
    return world.user("seller")


@pytest.fixture
def buyer(world: World) -> UUID:
    return world.user("buyer")


def _edit(world: World, seller: UUID, listing_id: UUID, column: str, value: Any) -> None:
    """As the seller over PostgREST."""
    as_user(world.connection, seller)
    world.run(
        sql.SQL("update public.listings set {} = %s where id = %s").format(sql.Identifier(column)),
        Jsonb(value) if isinstance(value, dict) else value, listing_id,
    )  # fmt: skip
    as_owner(world.connection)


def _document(world: World, offer_id: UUID, who: UUID) -> dict[str, Any]:
    made = world.command("offer_accept", offer_id=offer_id, actor_id=who)
    document: str = world.one(
        "select document from public.contracts where id = %s", UUID(made["contract_id"])
    )
    read: dict[str, Any] = json.loads(document)
    return read


_EDITS: tuple[tuple[str, Any], ...] = (
    ("title", "Another thing"), ("description", "Without its members."), ("price", 1),
    ("images", [PICTURE["sha256"]]), ("metadata", {"members": 1}), ("rails", ["internal"]),
)  # fmt: skip


@pytest.mark.parametrize(("column", "value"), _EDITS)
def test_an_edit_after_the_offer_changes_no_contract(
    world: World, seller: UUID, buyer: UUID, column: str, value: Any
) -> None:
    pictured(world, seller)
    listed = listing(world, seller)
    made = offer(world, buyer, listed)
    before = world.rows("select listing_copy, listing_hash from public.offers where id = %s", made)
    _edit(world, seller, listed, column, value)
    assert before == world.rows(
        "select listing_copy, listing_hash from public.offers where id = %s", made
    )
    told = _document(world, made, seller)["listing"]
    ((copy, digest),) = before
    for name in ("title", "description", "images", "snapshots"):
        assert told[name] == copy[name]
    assert (told["title"], told["sha256"]) == ("A group", digest)


def test_counter_offers_keep_the_copy_of_the_first(world: World, seller: UUID, buyer: UUID) -> None:
    listed = listing(world, seller)
    last = offer(world, buyer, listed)
    for who, title in ((seller, "A second thing"), (buyer, "A third thing")):
        _edit(world, seller, listed, "title", title)
        terms = {"amount": "100", "milestones": PARTS}
        last = UUID(
            world.command("offer_counter", offer_id=last, actor_id=who, **terms)["offer_id"]
        )
    assert _document(world, last, seller)["listing"]["title"] == "A group"
    # A new chain is about what is listed now.
    again = listing(world, seller)
    _edit(world, seller, again, "title", "A new thing")
    assert _document(world, offer(world, buyer, again), seller)["listing"]["title"] == "A new thing"


def test_the_hash_is_that_of_the_copy(world: World, seller: UUID, buyer: UUID) -> None:
    made = offer(world, buyer, listing(world, seller))
    copy, digest, text = world.rows(
        "select listing_copy, listing_hash, private.canonical_json(listing_copy) "
        "from public.offers where id = %s", made,
    )[0]  # fmt: skip
    assert json.loads(text) == copy
    assert hashlib.sha256(text.encode()).hexdigest() == digest


@pytest.mark.parametrize("who", ["seller", "buyer"])
def test_both_sides_read_the_copy(world: World, seller: UUID, buyer: UUID, who: str) -> None:
    made = offer(world, buyer, listing(world, seller))
    as_user(world.connection, {"seller": seller, "buyer": buyer}[who])
    copy = world.one("select listing_copy from public.offers where id = %s", made)
    as_owner(world.connection)
    assert copy["title"] == "A group"


# What is offered, and another word for each of it.
_FROZEN: dict[str, Any] = {
    "listing_copy": Jsonb({}), "listing_hash": "0" * 64, "amount": "1", "rail": "stripe",
    "conditions": "others", "milestones": Jsonb([]), "buyer_id": None, "seller_id": None,
}  # fmt: skip


@pytest.mark.parametrize("column", _FROZEN)
@pytest.mark.parametrize(
    "move", ["", ", status = 'withdrawn', last_event = 'withdraw', last_actor_role = 'buyer'"]
)
def test_no_owner_changes_what_was_frozen(
    world: World, seller: UUID, buyer: UUID, column: str, move: LiteralString
) -> None:
    """Neither by itself nor along with a move that there is."""
    made = offer(world, buyer, listing(world, seller))
    query = sql.SQL("update public.offers set {} = %s" + move + " where id = %s")
    with refused(world.connection, "illegal_move"):
        world.run(query.format(sql.Identifier(column)), _FROZEN[column] or world.user(), made)


@pytest.mark.parametrize(
    "gone",
    ["update public.listings set status = 'closed', last_event = 'close', "
     "last_actor_role = 'seller' where id = %s",
     "update public.listings set status = 'expired', last_event = 'expire', "
     "last_actor_role = 'timer' where id = %s"],
)  # fmt: skip
def test_a_listing_that_is_gone_makes_no_contract(
    world: World, seller: UUID, buyer: UUID, gone: str
) -> None:
    listed = listing(world, seller)
    made = offer(world, buyer, listed)
    world.connection.execute(gone.encode(), [listed])
    with refused(world.connection, "listing_changed"):
        world.command("offer_accept", offer_id=made, actor_id=seller)


def test_one_that_is_over_but_not_swept_is_gone_too(
    world: World, seller: UUID, buyer: UUID
) -> None:
    listed = listing(world, seller)
    world.advance(days=89)
    end = world.one("select private.clock() + interval '20 days'")
    made = offer(world, buyer, listed, expires_at=end)
    world.advance(days=2)
    with refused(world.connection, "listing_changed"):
        world.command("offer_accept", offer_id=made, actor_id=seller)


def test_sold_out_is_gone_and_paused_is_not(world: World, seller: UUID, buyer: UUID) -> None:
    listed = listing(world, seller, units=2)
    first, second = offer(world, buyer, listed), offer(world, world.user(), listed)
    _edit(world, seller, listed, "status", "paused")
    world.command("offer_accept", offer_id=first, actor_id=seller)
    _edit(world, seller, listed, "status", "active")
    accepted(world, world.user(), seller, listed)
    with refused(world.connection, "listing_changed"):
        world.command("offer_accept", offer_id=second, actor_id=seller)
