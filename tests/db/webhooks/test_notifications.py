"""The feed of a user: own rows, unread counts, marking read."""

from uuid import UUID, uuid4

from stack.identity import as_owner, as_user
from tests.world.refused import refused
from tests.world.trades import p2p_trade
from tests.world.webhooks import relay
from tests.world.world import World


def _unread(world: World, who: UUID) -> int:
    as_user(world.connection, who)
    count: int = world.one("select unread from public.notification_counts")
    as_owner(world.connection)
    return count


def _mark(world: World, who: UUID, at: str = "2001-01-01") -> int:
    as_user(world.connection, who)
    marked = world.run("update public.notifications set read_at = %s::timestamptz", at)
    as_owner(world.connection)
    return marked


def test_both_sides_and_the_members_of_their_parties_are_told_once(world: World) -> None:
    trade = p2p_trade(world)
    viewer, arbiter_like = world.user(), world.user()
    world.join(trade.payer, viewer, "viewer")
    world.join(trade.payer, viewer, "operator")
    relay(world)
    world.run("delete from public.notifications")
    trade.commit("perform", "payee")
    relay(world)
    told = world.rows("select user_id, event, sequence, data ->> 'state' from public.notifications")
    assert sorted(told) == sorted(
        (who, "escrow.perform", 2, "performed") for who in (trade.payer, trade.payee, viewer)
    )
    assert _unread(world, arbiter_like) == 0


def test_reading_is_counted_and_only_ones_own(world: World) -> None:
    trade = p2p_trade(world)
    trade.commit("perform", "payee")
    relay(world)
    before = _unread(world, trade.payer)
    assert before > 0
    other = _unread(world, trade.payee)
    assert _mark(world, trade.payer) == before
    assert (_unread(world, trade.payer), _unread(world, trade.payee)) == (0, other)


def test_law_8_the_database_says_when_it_was_read(world: World) -> None:
    user = world.user()
    world.deposit(user, "1")
    relay(world)
    earliest = world.now()
    _mark(world, user, "2001-01-01")
    first = world.one("select read_at from public.notifications where user_id = %s", user)
    assert first >= earliest
    world.advance(hours=1)
    _mark(world, user, "2099-01-01")
    assert world.one("select read_at from public.notifications where user_id = %s", user) == first
    world.run("update public.notifications set read_at = null where user_id = %s", user)
    assert world.one("select read_at from public.notifications where user_id = %s", user) == first


def test_mark_all_read(world: World) -> None:
    user, other = world.user(), world.user()
    for who in (user, user, other):
        world.deposit(who, "1")
    relay(world)
    as_user(world.connection, user)
    assert world.one("select public.mark_all_read()") == 2
    assert world.one("select public.mark_all_read()") == 0
    as_owner(world.connection)
    assert _unread(world, other) == 1


def test_a_person_writes_nothing_else(world: World) -> None:
    user = world.user()
    world.deposit(user, "1")
    relay(world)
    as_user(world.connection, user)
    for statement in (
        "update public.notifications set event = 'x'",
        "delete from public.notifications",
        "insert into public.notifications (id) values (gen_random_uuid())",
    ):
        with refused(world.connection, "42501"):
            world.connection.execute(statement.encode())
    as_owner(world.connection)


def test_a_party_without_people_is_no_trouble(world: World) -> None:
    world.run(
        "select private.emit_event('x.y', 'x', %s, 1, array[gen_random_uuid()], '{}', "
        "private.clock())", uuid4(),
    )  # fmt: skip
    assert relay(world)["events"] >= 1
