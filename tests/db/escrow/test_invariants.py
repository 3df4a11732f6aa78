"""Invariants I1..I12 of the escrow: each first holds over a busy market, then is attacked."""

from decimal import Decimal
from itertools import pairwise
from typing import Any, LiteralString

import psycopg
import pytest

from stack.identity import as_owner, as_user
from tests.world.all_tables import fill_all_tables
from tests.world.escrow import Escrow
from tests.world.refused import refused
from tests.world.scenes import EVERY_POLICY, ONCE
from tests.world.trades import funded, p2p_trade, sell_order, take
from tests.world.world import World


@pytest.fixture
def market(world: World) -> World:
    """Escrows in every situation, made by commands."""
    for scene in ("decided_again", "released", "split", "accepted_by_payer", "frozen_funded",
                  "partial_by_payer", "acknowledge_out_of_arbiters", "approve"):  # fmt: skip
        ONCE[scene](world, "market_service")
    for scene in ("performed", "decided", "one_statement"):
        EVERY_POLICY[scene](world, "p2p_crypto")
    assert world.problems() == []
    return world


def test_i1_one_event_for_each_version_and_no_gap(market: World) -> None:
    escrows = market.rows("select id, version from private.escrow_transactions")
    assert len(escrows) == 11
    for escrow_id, version in escrows:
        events = market.rows(
            "select version, from_state::text, to_state::text from private.escrow_events "
            "where escrow_id = %s order by version", escrow_id,
        )  # fmt: skip
        assert [event[0] for event in events] == list(range(1, version + 1))
        assert all(before[2] == after[1] for before, after in pairwise(events))


def test_i1_a_second_event_of_a_version_is_refused(market: World) -> None:
    with refused(market.connection, "23505"):
        market.run(
            "insert into private.escrow_events select e.* from private.escrow_events as e limit 1"
        )
    # Past the last version there is room; verify sees that nothing moved.
    market.run(
        "insert into private.escrow_events (escrow_id, version, event, actor_role, to_state, hash, "
        "created_at) select id, version + 1, 'accept', 'payer', 'released', '\\x00', now() "
        "from private.escrow_transactions limit 1"
    )
    assert "events_differ_from_version" in market.problems()


def test_i2_postings_sum_to_zero_for_each_event_and_currency(market: World) -> None:
    assert market.rows(
        "select transfer_id from public.ledger_entries group by transfer_id, currency "
        "having sum(amount) <> 0"
    ) == []  # fmt: skip
    for sums in ("1, -2", "1, 1"):
        first, second = sums.split(", ")
        with refused(market.connection, "transfer_not_zero_sum"):
            market.connection.execute(
                "insert into public.ledger_entries (transfer_id, wallet_id, currency, bucket, "
                "amount, created_at) select t.id, w.id, w.currency, 'available', s.n, now() "
                "from (select gen_random_uuid() as id) as t, "
                "(select * from public.wallets limit 1) as w, "
                f"(values ({first}), ({second})) as s (n)".encode()
            )


def test_i3_held_is_the_sum_of_the_escrows_own_postings(market: World) -> None:
    for escrow_id, state, amount in market.rows(
        "select id, state::text, amount::numeric from private.escrow_transactions"
    ):
        held = market.one(
            "select coalesce(sum(amount), 0)::numeric from public.ledger_entries "
            "where hold_id = %s and bucket = 'locked'", escrow_id,
        )  # fmt: skip
        holding = state in ("funded", "performed", "disputed", "decided")
        assert held == (amount if holding else 0), state


@pytest.mark.parametrize(
    "change",
    ["amount = amount - 0.01", "amount = 0", "amount = amount + 0.01"],
)
def test_i3_a_hold_that_differs_does_not_survive_the_commit(world: World, change: str) -> None:
    p2p_trade(world)
    with refused(world.connection, "held_differs_from_state"):
        world.connection.execute(
            f"update public.ledger_holds set {change} where purpose = 'escrow'".encode()
        )
        world.settle()


def test_i4_money_settles_once(market: World) -> None:
    assert market.rows(
        "select escrow_id from private.escrow_events where payer_amount is not null "
        "group by escrow_id having count(*) > 1"
    ) == []  # fmt: skip
    ended = market.one(
        "select id from private.escrow_transactions where state = 'released' limit 1"
    )
    with refused(market.connection, "escrow_events_one_settlement_idx", "23505"):
        market.run(
            "insert into private.escrow_events (escrow_id, version, event, actor_role, to_state, "
            "payer_amount, payee_amount, fee_amount, hash, created_at) "
            "values (%s, 99, 'accept', 'payer', 'released', 0, 1, 0, '\\x00', now())",
            ended,
        )


def test_i4_the_same_release_twice_pays_once(world: World) -> None:
    escrow = p2p_trade(world)
    twins = [escrow.decision("accept", "payer", idempotency_key=key, request_hash="h")
             for key in ("first", "second")]  # fmt: skip
    answers = [escrow.try_many(twin)[0]["refusal"] for twin in twins]
    assert answers == [None, "stale_version"]
    assert world.balance(escrow.payee)[0] == Decimal("0.1995")


@pytest.mark.parametrize("amount", ["0.00001", "0.00001999", "0.1", "0.12345678", "3.99998999"])
def test_i5_parts_and_fee_are_exactly_what_was_funded(world: World, amount: str) -> None:
    for part in ("0", "0.00000001", amount):
        with world.connection.transaction(force_rollback=True):
            order, maker = sell_order(world, "4", min_order_amount="0.00001",
                                      price="100000000")  # fmt: skip
            taker = world.user()
            trade = take(world, order, taker, amount, expected_price="100000000")
            escrow = Escrow(world, trade, maker, taker)
            escrow.commit("offer_split", "payer", payload={"payee_amount": part})
            done = escrow.commit("accept_split", "payee")
            payer, payee, fee = (Decimal(done[f"{x}_amount"]) for x in ("payer", "payee", "fee"))
            assert payer + payee + fee == Decimal(amount)
            assert payee + fee == Decimal(part)
            assert fee == int(Decimal(part) * 10**8 * 50 // 10000) / Decimal(10**8)
            assert world.problems() == []


def test_i5_parts_that_do_not_add_up_are_refused_by_the_table_too(world: World) -> None:
    p2p_trade(world)
    world.run("alter table private.escrow_transactions disable trigger user")
    for parts in ("0, 0.1, 0.0005", "0, 0.0995, 0.0004", "-0.1, 0.2, 0", "0.1, 0, 0",
                  "0, null, 0"):  # fmt: skip
        payer, payee, fee = parts.split(", ")
        with refused(world.connection, "escrow_transactions_settles_exactly"):
            world.connection.execute(
                "update private.escrow_transactions set state = 'released', deadline_at = null, "
                "expires_at = null, completed_at = now(), "
                f"payer_amount = {payer}, payee_amount = {payee}, fee_amount = {fee}".encode()
            )


def test_i6_one_open_dispute(market: World) -> None:
    pending = market.rows(
        "select escrow_id from public.disputes where status = 'pending' "
        "group by escrow_id having count(*) > 1"
    )
    assert pending == []
    with refused(market.connection, "disputes_one_pending_idx"):
        market.run(
            "insert into public.disputes (id, escrow_id, reason, description, reference_amount, "
            "created_at, updated_at, statement_within, acknowledge_within, decide_within, "
            "appeal_within) select gen_random_uuid(), escrow_id, 'again', '', 1, now(), now(), "
            "'1 d', '1 d', '1 d', '1 d' "
            "from public.disputes where status = 'pending' limit 1"
        )


@pytest.mark.parametrize(
    "change",
    ["remaining = remaining + 0.1", "reserved = 0", "settled = settled + 1",
     "remaining = -0.1, withdrawn = withdrawn + remaining + 0.1"],
)  # fmt: skip
def test_i7_open_settled_and_remaining_are_the_order(world: World, change: str) -> None:
    order, _ = sell_order(world)
    take(world, order, world.user(), "0.3")
    assert world.rows(
        "select id from public.p2p_orders where remaining + reserved + settled + withdrawn "
        "<> amount and status <> 'draft'"
    ) == []  # fmt: skip
    with refused(world.connection, "p2p_orders_adds_up", "p2p_orders_quantities"):
        world.connection.execute(
            f"update public.p2p_orders set {change}, version = version + 1, "
            f"last_event = 'take', last_actor_role = 'taker' where id = '{order}'".encode()
        )


def test_i8_no_live_row_without_a_deadline_that_the_rail_outlives(market: World) -> None:
    (row,) = market.rows(
        "select count(*), count(*) filter (where deadline_at <= expires_at "
        "and expires_at <= rail_hold_until) from private.escrow_transactions "
        "where state not in ('released', 'refunded', 'split', 'void')"
    )
    assert row == (9, 9)


_STRANGERS: tuple[LiteralString, ...] = ("payer", "payee", "operator", "arbiter", "stranger")


@pytest.mark.parametrize("claimed", _STRANGERS)
def test_i9_the_actor_is_who_the_row_says(world: World, claimed: str) -> None:
    """Whoever a decision names, the row says what they are; a word in it says nothing."""
    escrow = EVERY_POLICY["performed"](world, "market_service")
    actor = escrow.actor(claimed)[1]
    with world.connection.transaction(force_rollback=True):
        if claimed == "payer":
            escrow.commit("accept", "payer")
            return
        for extra in ({}, {"role": "payer"}, {"actor_role": "payer"}, {"actor": "payer"}):
            with refused(world.connection, "not_your_move"):
                world.command(
                    "escrow_commit", **escrow.decision("accept", "payer", actor_id=actor) | extra
                )
        for kind in ("payer", "timer", "rail", "system", "operator"):
            with refused(world.connection, "not_your_move"):
                escrow.commit("accept", "payer", actor_id=actor, actor_kind=kind)


def test_i9_the_snapshot_names_the_tokens_user(world: World) -> None:
    escrow = EVERY_POLICY["decide"](world, "market_service")
    seen: dict[str, Any] = {}
    people = {"payer": escrow.payer, "payee": escrow.payee, "arbiter": escrow.arbiter,
              "operator": world.operator}  # fmt: skip
    for name, person in people.items():
        assert person
        as_user(world.connection, person, aal="aal2")
        seen[name] = world.one("select public.escrow_snapshot(%s)", escrow.id)["actor"]
        as_owner(world.connection)
    assert seen == {
        name: {"id": str(person), "aal": "aal2", "roles": [name]} for name, person in people.items()
    }
    as_user(world.connection, escrow.stranger)
    with refused(world.connection, "escrow_not_found"):
        world.one("select public.escrow_snapshot(%s)", escrow.id)
    as_owner(world.connection)


def test_i10_a_timer_names_the_version_it_looked_at(world: World) -> None:
    """The generation of a deadline is the version: an old look is refused."""
    escrow = EVERY_POLICY["performed"](world, "market_service")
    escrow.expire()
    sweep = escrow.decision("timeout_release", "timer")
    escrow.commit("offer_split", "payee")
    assert escrow.try_many(sweep)[0]["refusal"] == "stale_version"


def test_i10_a_timer_has_no_other_power_than_its_own_moves(world: World) -> None:
    escrow = EVERY_POLICY["performed"](world, "market_service")
    escrow.expire()
    for event in ("accept", "concede", "dispute", "perform", "freeze", "decide"):
        with refused(world.connection, "not_your_move", "illegal_move"):
            escrow.commit(event, "timer")


def test_i11_same_key_same_body_else_409(world: World) -> None:
    escrow = p2p_trade(world)
    answers = [escrow.commit("offer_split", "payer", idempotency_key="k", expected_version=1)
               for _ in range(3)]  # fmt: skip
    assert [a.pop("replayed") for a in answers] == [False, True, True]
    assert answers[0] == answers[1] == answers[2]
    with refused(world.connection, "idempotency_key_reused"):
        escrow.commit("offer_split", "payer", idempotency_key="k", request_hash="other")
    with refused(world.connection, "23505"):
        world.run("insert into private.idempotency_keys select * from private.idempotency_keys")


def test_i12_what_leaves_the_house_waits_in_the_outbox(world: World) -> None:
    theirs = fill_all_tables(world)
    for escrow in (theirs.disputed, theirs.ended, theirs.trade):
        events = world.rows(
            "select 'escrow.' || event, version from private.escrow_events where escrow_id = %s "
            "order by version", escrow.id,
        )  # fmt: skip
        waiting = world.rows(
            "select event, sequence from private.outbox where object_id = %s order by id",
            escrow.id,
        )
        assert waiting == events


def test_i12_nothing_of_a_refused_move_waits_in_the_outbox(world: World) -> None:
    escrow = funded(world, "market_goods")
    before = world.one("select count(*) from private.outbox")
    with pytest.raises(psycopg.Error), world.connection.transaction():
        escrow.commit("perform", "payer")
    assert world.one("select count(*) from private.outbox") == before
