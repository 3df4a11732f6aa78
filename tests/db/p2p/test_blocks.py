"""Who does not want to trade with whom."""

import pytest

from stack.identity import as_owner, as_user
from tests.world.refused import refused
from tests.world.trades import sell_order, take
from tests.world.world import World


@pytest.mark.parametrize("by", ["maker", "taker"])
def test_neither_takes_the_order_of_the_other(world: World, by: str) -> None:
    order, maker = sell_order(world)
    taker, other = world.user(), world.user()
    pair = (maker, taker) if by == "maker" else (taker, maker)
    as_user(world.connection, pair[0])
    world.run("insert into public.p2p_blocks (blocker_id, blocked_id) values (%s, %s)", *pair)
    as_owner(world.connection)
    # The same word for both: it does not tell who blocked whom.
    with refused(world.connection, "order_unavailable"):
        take(world, order, taker)
    take(world, order, other)
    as_user(world.connection, pair[0])
    assert world.run("delete from public.p2p_blocks where blocked_id = %s", pair[1]) == 1
    as_owner(world.connection)
    take(world, order, taker)


def test_a_list_is_read_and_written_by_its_owner_only(world: World) -> None:
    owner, blocked, stranger = world.user(), world.user(), world.user()
    row = "insert into public.p2p_blocks (blocker_id, blocked_id) values (%s, %s)"
    as_user(world.connection, owner)
    world.run(row, owner, blocked)
    with refused(world.connection, "23505"):
        world.run(row, owner, blocked)
    with refused(world.connection, "p2p_blocks_nobody_blocks_oneself"):
        world.run(row, owner, owner)
    with refused(world.connection, "42501"):
        world.run("update public.p2p_blocks set blocked_id = %s", stranger)
    for other in (blocked, stranger):
        as_user(world.connection, other)
        assert world.rows("select * from public.p2p_blocks") == []
        assert world.run("delete from public.p2p_blocks") == 0
        with refused(world.connection, "42501"):
            world.run(row, owner, stranger)
    as_owner(world.connection)
    assert world.one("select count(*) from public.p2p_blocks") == 1
