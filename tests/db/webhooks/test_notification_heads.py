"""That there is something new in a feed is for its user alone."""

from stack.identity import as_owner, as_user
from tests.world.refused import refused
from tests.world.trades import sell_order, take
from tests.world.webhooks import relay
from tests.world.world import World


def test_each_reads_the_own_head_and_it_moves_with_the_feed(world: World) -> None:
    order, maker = sell_order(world)
    taker = world.user("taker")
    take(world, order, taker)
    relay(world)
    heads = {}
    for who in (maker, taker):
        as_user(world.connection, who)
        ((owner, last),) = world.rows("select user_id, last_id from public.notification_heads")
        newest = "select id from public.notifications order by id desc limit 1"
        assert (owner, last) == (who, world.one(newest))
        heads[who] = last
        as_owner(world.connection)

    world.command("order_pause", order_id=order, actor_id=maker)
    relay(world)

    now = dict(world.rows("select user_id, last_id from public.notification_heads"))
    assert now[maker] != heads[maker]
    assert now[taker] == heads[taker]
    as_user(world.connection, maker)
    with refused(world.connection, "42501"):
        world.run("update public.notification_heads set last_id = gen_random_uuid()")
