"""A write to a row that its author reads, and that is not the author's to change, is refused in
words and not answered as if all had gone well."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from stack.people import ARTHUR
from tests.world.http.desk import Desk, open_trade
from tests.world.http.market import listing

Case = tuple[UUID, str, dict[str, Any]]


def _run(desk: Desk, statement: str, *values: Any) -> None:
    with desk.stack.connect() as owner:
        owner.execute(statement.encode(), values)


def _guild(desk: Desk) -> tuple[str, UUID]:
    """A guild and a member who keeps nothing of it."""
    owner, member = desk.stack.create_user(), desk.stack.create_user()
    made = str(uuid4())
    row = {"id": made, "name": f"Guild {made[:8]}"}
    assert desk.write(owner, "POST", "/guilds", row).status == 201
    _run(desk, "insert into public.guild_members values (%s, %s, 'member')", made, member)
    return made, member


def _merchant(desk: Desk) -> tuple[str, UUID, UUID]:
    """A company, who acts for it, and who only looks at it."""
    acting, looking, company = desk.stack.create_user(), desk.stack.create_user(), str(uuid4())
    insert = "insert into public.parties (id, kind, display_name) values (%s, 'merchant', 'Shop')"
    _run(desk, insert, company)
    for person, role in ((acting, "owner"), (looking, "viewer")):
        _run(desk, "insert into public.party_members values (%s, %s, %s)", company, person, role)
    return company, acting, looking


def _own_role(desk: Desk) -> Case:
    guild, member = _guild(desk)
    return member, f"/guild_members?guild_id=eq.{guild}&user_id=eq.{member}", {"role": "admin"}


def _name_of_a_guild(desk: Desk) -> Case:
    guild, member = _guild(desk)
    return member, f"/guilds?id=eq.{guild}", {"name": "Mine now"}


def _anothers_listing(desk: Desk) -> Case:
    made = listing(desk, desk.stack.create_user())
    return desk.stack.create_user(), f"/listings?id=eq.{made}", {"price": "1"}


def _companys_listing(desk: Desk) -> Case:
    company, acting, looking = _merchant(desk)
    row = {"id": str(uuid4()), "seller_id": company, "category": "groups", "title": "A group",
           "price": "300", "currency": "USDC_BASE"}  # fmt: skip
    assert desk.write(acting, "POST", "/listings", row).status == 201
    return looking, f"/listings?id=eq.{row['id']}", {"price": "1"}


def _companys_endpoint(desk: Desk) -> Case:
    company, acting, looking = _merchant(desk)
    body = {"url": "https://hooks.example.com/in", "party_id": company}
    made = desk.done(acting, "/webhook-endpoints", body)["endpoint_id"]
    return looking, f"/webhook_endpoints?id=eq.{made}", {"description": "Mine now"}


def _anothers_order(desk: Desk) -> Case:
    trade = open_trade(desk)
    return trade.buyer, f"/p2p_orders?id=eq.{trade.order_id}", {"terms": "Mine now"}


def _deleted_profile(desk: Desk) -> Case:
    person = desk.stack.create_user()
    _run(desk, "update public.profiles set deleted_at = private.clock() where id = %s", person)
    return person, f"/profiles?id=eq.{person}", {"full_name": "Somebody New"}


def _own_capacity(desk: Desk) -> Case:
    _run(desk, "insert into public.arbiter_capacities (user_id, max_open) values (%s, 3) "
         "on conflict do nothing", ARTHUR.id)  # fmt: skip
    return ARTHUR.id, f"/arbiter_capacities?user_id=eq.{ARTHUR.id}", {"max_open": 9}


CASES: list[Callable[[Desk], Case]] = [
    _own_role, _name_of_a_guild, _anothers_listing, _companys_listing, _companys_endpoint,
    _anothers_order, _deleted_profile, _own_capacity,
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[each.__name__.strip("_") for each in CASES])
def test_who_writes_to_what_is_only_read_is_told(desk: Desk, case: Callable[[Desk], Case]) -> None:
    who, path, change = case(desk)
    (before,) = desk.read(who, f"{path}&select={','.join(change)}")
    reply = desk.write(who, "PATCH", path, change)
    assert (reply.status, reply.body["message"]) == (403, "not_yours")
    assert desk.read(who, f"{path}&select={','.join(change)}") == [before]


def test_what_is_not_read_is_not_told_of(desk: Desk) -> None:
    """A draft of another: the answer is that of a row that does not exist."""
    maker, stranger = desk.stack.create_user(), desk.stack.create_user()
    draft, made = desk.draft(maker), listing(desk, maker, publish=False)
    for path in (f"/p2p_orders?id=eq.{draft}", f"/listings?id=eq.{made}"):
        reply = desk.write(stranger, "PATCH", path, {"price": "1"})
        none = desk.write(
            stranger, "PATCH", path.split("?")[0] + f"?id=eq.{uuid4()}", {"price": "1"}
        )
        assert (reply.status, reply.body) == (none.status, none.body)
        (row,) = desk.read(maker, f"{path}&select=price")
        assert row["price"] != "1"


def test_a_change_of_everything_reaches_nothing_of_others(desk: Desk) -> None:
    """Without a filter, too."""
    trade = open_trade(desk)
    reply = desk.write(trade.buyer, "PATCH", "/p2p_orders", {"terms": "Mine now"})
    assert (reply.status, reply.body["message"]) == (403, "not_yours")
    (row,) = desk.read(trade.seller, f"/p2p_orders?id=eq.{trade.order_id}&select=terms")
    assert row["terms"] == ""
    # Where nobody reads another's, everything is the own.
    moment = desk.stack.clock.now().isoformat()
    for path, change in (
        ("/notifications", {"read_at": moment}), ("/payment_accounts", {"deleted_at": moment}),
    ):  # fmt: skip
        assert desk.write(trade.seller, "PATCH", path, change).status == 204
    assert desk.read(trade.seller, "/notifications?read_at=is.null") == []


def test_every_table_that_people_change_says_whose_a_row_is(desk: Desk) -> None:
    with desk.stack.connect() as owner:
        silent = owner.execute(
            "select c.relname from pg_class as c where c.relnamespace = 'public'::regnamespace "
            "and c.relkind in ('r', 'p') and not c.relispartition "
            "and has_any_column_privilege('authenticated', c.oid, 'update') and not exists ("
            "select from pg_trigger as t where t.tgrelid = c.oid and t.tgname = '_390_own')"
        ).fetchall()
    # Of these nobody reads another's.
    assert sorted(silent) == [
        ("message_preferences",), ("message_settings",), ("notifications",), ("payment_accounts",),
    ]  # fmt: skip
