"""Law 2 at the table itself: the owner, too, can make legal moves only."""

from typing import Any, LiteralString

import pytest
from psycopg.types.json import Jsonb

from tests.world.escrow import Escrow
from tests.world.moves import LIVE, MOVES, PLACES, TERMINAL, Place
from tests.world.refused import refused
from tests.world.scenes import CONTRACTS, EVERY_POLICY, ONCE
from tests.world.trades import funded, sell_order
from tests.world.world import World

_BUILDERS = EVERY_POLICY | CONTRACTS | ONCE

_PROBE = """
create function pg_temp.probe(p_id uuid, p_moves jsonb) returns table (event text, refusal text)
language plpgsql as $$
declare
    v_move jsonb;
begin
    for v_move in select * from jsonb_array_elements(p_moves) loop
        event := v_move ->> 'event';
        begin
            update private.escrow_transactions as e set
                state = (v_move ->> 'state')::public.escrow_state,
                phase = (v_move ->> 'phase')::public.escrow_phase,
                last_event = v_move ->> 'event',
                last_actor_role = (v_move ->> 'role')::public.escrow_role,
                version = e.version + 1
            where e.id = p_id;
            refusal := null;
            raise sqlstate 'OK000';
        exception
            when sqlstate 'OK000' then null;
            when others then refusal := sqlerrm;
        end;
        return next;
    end loop;
end
$$
"""


def _illegal(start: Place) -> list[dict[str, str]]:
    """Every known event by its own actors to every place, less the legal moves of a place."""
    legal = {
        (event, role, end)
        for place, event, roles, ends in MOVES
        if place == start
        for role in roles
        for end in ends
    }
    pairs = sorted({(event, role) for _, event, roles, _ in MOVES for role in roles})
    return [
        {"event": event, "role": role, "state": end[0], "phase": end[1]}
        for end in PLACES
        for event, role in pairs
        if (event, role, end) not in legal
    ]


@pytest.mark.parametrize("start", PLACES, ids=".".join)
def test_no_update_without_an_edge(world: World, start: Place) -> None:
    world.run(_PROBE)
    escrow = _BUILDERS[start[1] or start[0]](world, "market_service")
    assert escrow.place == start
    moves = _illegal(start)
    results = world.rows("select * from pg_temp.probe(%s, %s)", escrow.id, Jsonb(moves))
    wanted = "escrow_closed" if start[0] in TERMINAL else "illegal_move"
    assert [
        (move, refusal)
        for move, (_, refusal) in zip(moves, results, strict=True)
        if refusal != wanted
    ] == []
    assert len(moves) > 14 * 60


def test_the_probe_itself_lets_a_legal_move_pass(world: World) -> None:
    world.run(_PROBE)
    escrow = funded(world, "market_goods")
    legal = {"event": "offer_split", "role": "payer", "state": "funded", "phase": ""}
    answer = world.rows("select * from pg_temp.probe(%s, %s)", escrow.id, Jsonb([legal]))
    # The row carries no offer's amount, so the table of offers refuses, not the guard.
    assert "escrow_offers" in answer[0][1]


_FIXED: tuple[LiteralString, ...] = (
    "payer_id = payee_id", "payee_id = payer_id", "currency = 'BTC'", "fee_bps = fee_bps + 1",
    "amount = amount * 2", "policy_id = 'p2p_crypto'", "product = 'p2p'", "rail = 'stripe'",
    "id = gen_random_uuid()", "created_at = created_at - interval '1 day'",
    "terms_hash = repeat('0', 64)",
)  # fmt: skip


@pytest.mark.parametrize("change", _FIXED)
def test_terms_never_change(world: World, change: LiteralString) -> None:
    escrow = funded(world, "market_goods")
    with refused(world.connection, "escrow_terms_fixed"):
        _update(escrow, "version = version + 1, last_event = 'offer_split', ", change)


def _update(escrow: Escrow, head: LiteralString, change: LiteralString) -> None:
    escrow.world.run("update private.escrow_transactions set " + head + change + " where id = %s",
                     escrow.id)  # fmt: skip


@pytest.mark.parametrize("step", [0, 2, -1])
def test_each_move_adds_one_version(world: World, step: int) -> None:
    escrow = funded(world, "market_goods")
    with refused(world.connection, "stale_version"):
        world.run(
            "update private.escrow_transactions set version = version + %s, "
            "last_event = 'perform', last_actor_role = 'payee', state = 'performed' "
            "where id = %s",
            step, escrow.id,
        )  # fmt: skip


def test_the_overlay_moves_with_its_reasons_only(world: World) -> None:
    escrow = funded(world, "market_goods")
    change: LiteralString = "frozen_at = private.clock()"
    with refused(world.connection, "illegal_move"):
        _update(escrow, "version = version + 1, last_event = 'perform', "
                "last_actor_role = 'payee', state = 'performed', ", change)  # fmt: skip
    escrow.commit("freeze", "operator")
    with refused(world.connection, "escrow_frozen"):
        _update(escrow, "version = version + 1, last_event = 'perform', "
                "last_actor_role = 'payee', ", "state = 'performed'")  # fmt: skip
    change = "frozen_at = null"
    with refused(world.connection, "illegal_move"):
        _update(escrow, "version = version + 1, last_event = 'withdraw_offer', "
                "last_actor_role = 'payee', ", change)  # fmt: skip


def test_an_escrow_is_never_deleted(world: World) -> None:
    escrow = funded(world, "market_goods")
    with refused(world.connection, "append_only"):
        world.run("delete from private.escrow_transactions where id = %s", escrow.id)
    for statement in (
        "truncate private.escrow_transactions",
        "truncate private.escrow_transactions cascade",
    ):
        with refused(world.connection, "append_only", "0A000"):
            world.connection.execute(statement)


def _begin(world: World, state: str, event: str, role: str, version: int = 1) -> None:
    world.run(
        "insert into private.escrow_transactions (id, product, policy_id, payer_id, payee_id, "
        "currency, amount, fee_bps, perform_within, accept_within, state, phase, version, "
        "deadline_at, expires_at, last_event, last_actor_role, created_at, updated_at) values ("
        "gen_random_uuid(), 'market', 'market_goods', %s, %s, 'BTC', 1, 0, '1 hour', '1 hour', "
        "%s, '', %s, now() + interval '1 day', now() + interval '1 day', %s, %s, now(), now())",
        world.user(), world.user(), state, version, event, role,
    )  # fmt: skip


@pytest.mark.parametrize("place", [place for place in LIVE if not place[1]], ids=".".join)
def test_an_escrow_begins_by_open_or_take_only(world: World, place: Place) -> None:
    beginnings = {"proposed": ("open", "system"), "funded": ("take", "payer")}
    event, role = beginnings.get(place[0], ("open", "system"))
    for wrong_event, wrong_role in (("take", "payer"), ("open", "system"), ("perform", "payee")):
        if (wrong_event, wrong_role) != beginnings.get(place[0]):
            with refused(world.connection, "illegal_move"):
                _begin(world, place[0], wrong_event, wrong_role)
    with refused(world.connection, "illegal_move"):
        _begin(world, place[0], event, role, version=2)


def test_an_escrow_without_its_money_does_not_survive_the_commit(world: World) -> None:
    with refused(world.connection, "held_differs_from_state"):
        _begin(world, "funded", "take", "payer")
        world.settle()


def test_a_move_past_the_ledger_does_not_survive_the_commit(world: World) -> None:
    escrow = funded(world, "market_goods")
    with refused(world.connection, "held_differs_from_state"):
        world.run(
            "update private.escrow_transactions set state = 'released', version = version + 1, "
            "last_event = 'accept', last_actor_role = 'payer', payer_amount = 0, fee_amount = 0, "
            "payee_amount = amount, deadline_at = null, expires_at = null, completed_at = now() "
            "where id = %s",
            escrow.id,
        )
        world.settle()


def test_orders_move_along_their_edges_only(world: World) -> None:
    order, _ = sell_order(world)
    statuses = ("draft", "active", "completed", "cancelled", "expired")
    events: list[tuple[Any, ...]] = world.rows(
        "select event, actor, from_state, to_state from private.state_edges "
        "where machine = 'p2p_order'"
    )
    for event, actor, _, _ in events:
        for status in statuses:
            if (event, actor, "active", status) in events:
                continue
            with refused(world.connection, "illegal_move"):
                world.run(
                    "update public.p2p_orders set status = %s, last_event = %s, "
                    "last_actor_role = %s, version = version + 1 where id = %s",
                    status, event, actor, order,
                )  # fmt: skip


def test_cases_move_along_their_edges_only(world: World) -> None:
    escrow = funded(world, "market_goods")
    escrow.commit("accept", "payer")
    world.command("escrow_claim", escrow_id=escrow.id, actor_id=escrow.payer, reason="broken")
    for state, event, role in (
        ("upheld", "dismiss", "operator"), ("upheld", "uphold", "payer"),
        ("dismissed", "uphold", "operator"), ("review", "claim", "payer"),
    ):  # fmt: skip
        with refused(world.connection, "illegal_move"):
            world.run(
                "update public.escrow_cases set state = %s, last_event = %s, "
                "last_actor_role = %s where escrow_id = %s",
                state, event, role, escrow.id,
            )  # fmt: skip
    with refused(world.connection, "append_only"):
        world.run("delete from public.escrow_cases where escrow_id = %s", escrow.id)
