"""From the outbox to deliveries and notifications: everything once, to whom it concerns."""

from uuid import UUID, uuid4

from tests.world.trades import draft, p2p_trade, publish
from tests.world.webhooks import delivery, enqueue, new_endpoint, record, relay, serve
from tests.world.world import World


def _messages(world: World, endpoint: UUID) -> list[tuple[str, int]]:
    return world.rows(
        "select event, sequence from public.webhook_deliveries where endpoint_id = %s "
        "order by next_attempt_at",
        endpoint,
    )


def test_every_event_reaches_its_parties_and_nobody_else(world: World) -> None:
    trade = p2p_trade(world)
    relay(world)
    both = [new_endpoint(world, trade.payer), new_endpoint(world, trade.payee)]
    stranger = new_endpoint(world, world.user())
    trade.commit("perform", "payee")
    trade.commit("accept", "payer")
    done = relay(world)
    assert done["messages"] >= 4
    for endpoint in both:
        events = [each for each in _messages(world, endpoint) if each[0].startswith("escrow.")]
        assert events == [("escrow.perform", 2), ("escrow.accept", 3)]
    assert _messages(world, stranger) == []
    assert world.one("select count(*) from private.outbox where relayed_at is null") == 0
    assert relay(world) == {"events": 0, "messages": 0, "notifications": 0}


def test_an_endpoint_gets_what_it_asked_for(world: World) -> None:
    trade = p2p_trade(world)
    wanted = {
        new_endpoint(world, trade.payer, *types): expected
        for types, expected in (
            (("*",), 2), (("escrow.*",), 2), (("escrow.perform",), 1), (("escrow",), 0),
            (("order.*", "escrow.concede"), 1), (("escrow.*", "*"), 2), (("escrow.perform.*",), 0),
        )
    }  # fmt: skip
    relay(world)
    world.run("delete from public.webhook_deliveries")
    trade.commit("perform", "payee")
    trade.commit("concede", "payee")
    relay(world)
    got = {
        endpoint: len([m for m in _messages(world, endpoint) if m[0].startswith("escrow.")])
        for endpoint in wanted
    }
    assert got == wanted


def test_an_event_has_one_id_everywhere(world: World) -> None:
    user = world.user()
    endpoints = [new_endpoint(world, user), new_endpoint(world, user)]
    world.deposit(user, "1")
    relay(world)
    ids = {
        world.one("select event_id from public.webhook_deliveries where endpoint_id = %s", each)
        for each in endpoints
    }
    ids.add(world.one("select event_id from public.notifications where user_id = %s", user))
    assert len(ids) == 1


def test_orders_and_cases_are_told_to_their_parties(world: World) -> None:
    maker = world.user()
    world.deposit(maker, "2")
    order = draft(world, maker)
    publish(world, order, maker)
    world.command("order_cancel", order_id=order, actor_id=maker)
    trade = p2p_trade(world)
    trade.commit("concede", "payee")
    case = world.command("escrow_claim", escrow_id=trade.id, actor_id=trade.payer, reason="late")
    world.command(
        "escrow_case_close", case_id=case["case_id"], actor_id=world.operator, aal="aal2",
        event="dismiss", amount=None, resolution="no",
    )  # fmt: skip
    assert world.rows(
        "select event, parties from private.outbox where object_id = %s order by id", order
    ) == [("order.publish", [maker]), ("order.cancel", [maker])]
    assert world.rows(
        "select event, sequence, parties from private.outbox where object_id = %s order by id",
        case["case_id"],
    ) == [
        ("case.claim", 1, [trade.payer, trade.payee]),
        ("case.dismiss", 2, [trade.payer, trade.payee]),
    ]


def test_a_filled_order_is_told_and_a_take_is_not(world: World) -> None:
    trade = p2p_trade(world)
    order = world.one("select order_id from public.p2p_trades where id = %s", trade.id)
    events = [
        row[0] for row in world.rows("select event from private.outbox where object_id = %s", order)
    ]
    assert events == ["order.publish"]


def test_at_most_ten_of_one_endpoint_are_on_their_way(world: World) -> None:
    """One dead endpoint delays nobody: it is probed with one message, others go on."""
    dead, alive = world.user(), world.user()
    endpoints = {who: new_endpoint(world, who) for who in (dead, alive)}
    for who in (dead, alive):
        for _ in range(30):
            world.command("webhook_ping", endpoint_id=endpoints[who], actor_id=who)
    queued = enqueue(world)
    assert len(queued) == 20
    assert enqueue(world) == []
    for message in queued:
        failed = delivery(world, message)["endpoint_id"] == str(endpoints[dead])
        record(world, message, "retry" if failed else "succeed", status_code=500 if failed else 200)
    next_round = enqueue(world)
    owners = [delivery(world, message)["endpoint_id"] for message in next_round]
    assert owners.count(str(endpoints[alive])) == 10
    assert owners.count(str(endpoints[dead])) == 1


def test_what_the_queue_lost_is_handed_over_again(world: World) -> None:
    user = world.user()
    endpoint = new_endpoint(world, user)
    world.command("webhook_ping", endpoint_id=endpoint, actor_id=user)
    first = enqueue(world)
    assert enqueue(world) == []
    world.advance(minutes=6)
    assert enqueue(world) == first


def test_an_endpoint_that_is_off_gets_nothing_and_loses_nothing(world: World) -> None:
    user = world.user()
    endpoint = new_endpoint(world, user)
    world.command("webhook_ping", endpoint_id=endpoint, actor_id=user)
    world.run("update public.webhook_endpoints set status = 'disabled' where id = %s", endpoint)
    before = world.now()
    world.deposit(user, "1")
    relay(world)
    assert enqueue(world) == []
    assert world.rows("select status, last_event from public.webhook_deliveries") == [
        ("failed", "close")
    ]
    world.command("webhook_endpoint_enable", endpoint_id=endpoint, actor_id=user, aal="aal2")
    missed = world.command(
        "webhook_resend", endpoint_id=endpoint, actor_id=user, since=before, until=world.now()
    )
    assert missed["messages"] >= 1
    events = [each[0] for each in _messages(world, endpoint)]
    assert events.count("ledger.deposit") == 1


def test_two_relays_share_the_work(world: World) -> None:
    """The claim is locked: what one relay has, the other skips."""
    user = world.user()
    new_endpoint(world, user)
    for _ in range(5):
        world.deposit(user, "1")
    locked = world.one(
        "select pg_get_functiondef('service.outbox_relay()'::regprocedure) "
        "like '%for update skip locked%'"
    )
    assert locked
    first = serve(world, "select service.outbox_relay()")
    second = serve(world, "select service.outbox_relay()")
    assert (first["events"] > 0, second["events"]) == (True, 0)


def test_old_events_are_forgotten_but_never_before_they_are_relayed(world: World) -> None:
    user = world.user()
    world.deposit(user, "1")
    world.advance(days=15)
    with world.acting("service_role"):
        world.run("select service.housekeeping()")
    assert world.one("select count(*) from private.outbox where parties = array[%s]", user) == 1
    relay(world)
    world.advance(days=15)
    with world.acting("service_role"):
        world.run("select service.housekeeping()")
    assert world.one("select count(*) from private.outbox where parties = array[%s]", user) == 0


def test_months_of_messages_go_as_a_whole(world: World) -> None:
    user = world.user()
    endpoint = new_endpoint(world, user)
    world.command("webhook_ping", endpoint_id=endpoint, actor_id=user)
    record(world, enqueue(world)[0], "succeed")
    world.deposit(user, "1")
    relay(world)

    def kept() -> list[int]:
        return [
            world.one("select count(*) from public.webhook_attempts"),
            world.one("select count(*) from public.notifications where user_id = %s", user),
        ]

    for days, expected in ((59, [1, 1]), (41, [0, 1]), (120, [0, 0])):
        world.advance(days=days)
        with world.acting("service_role"):
            world.run("select service.housekeeping()")
        assert kept() == expected


def test_an_event_too_large_for_a_webhook_is_refused_where_it_is_made(world: World) -> None:
    from tests.world.refused import refused

    with refused(world.connection, "23514"):
        world.run(
            "select private.emit_event('x.y', 'x', %s, 1, '{}', "
            "jsonb_build_object('x', repeat('x', 20000)), private.clock())",
            uuid4(),
        )
