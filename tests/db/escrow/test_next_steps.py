"""What happens next, and when: announced to everybody, and then it does happen."""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, LiteralString
from uuid import UUID

import pytest

from stack.identity import as_owner, as_user
from tests.world.escrow import Escrow
from tests.world.moves import BY_CELL, LIVE, TERMINAL
from tests.world.rails import payments
from tests.world.scenes import EVERY_POLICY, ONCE, SCENES, Builder
from tests.world.timer import swept
from tests.world.trades import funded
from tests.world.world import World

_OVER = {"released", "refunded", "split", "void"}
SCENES_THAT_GO_ON = [
    pytest.param(policy, build, id=f"{name}-{policy}")
    for name, policy, build in SCENES
    if name not in _OVER
]


def announced(escrow: Escrow, reader: UUID | None = None) -> dict[str, Any]:
    """The row of escrow_next_steps as a person reads it; empty where there is none."""
    world = escrow.world
    as_user(world.connection, reader or escrow.payer)
    rows = world.rows(
        "select to_jsonb(s)::text from public.escrow_next_steps as s where escrow_id = %s",
        escrow.id,
    )
    as_owner(world.connection)
    return dict(json.loads(rows[0][0], parse_float=Decimal)) if rows else {}


def _ended_with(escrow: Escrow) -> tuple[Any, ...]:
    found = escrow.world.rows(
        "select last_event, state::text, phase::text, payer_amount::numeric, "
        "payee_amount::numeric, fee_amount::numeric from private.escrow_transactions where id = %s",
        escrow.id,
    )
    return found[0]


def _suspense(escrow: Escrow) -> Any:
    return escrow.world.one(
        "select coalesce(sum(amount::numeric), 0) from public.ledger_holds "
        "where reference_id = %s and purpose = 'suspense'",
        escrow.id,
    )


@pytest.mark.parametrize(("policy", "build"), SCENES_THAT_GO_ON)
def test_silence_does_what_was_announced(world: World, policy: str, build: Builder) -> None:
    """Every live state of every policy: the view and the sweep agree on event, end and amounts."""
    escrow = build(world, policy)
    if escrow.world.one(
        "select frozen_at is not null from private.escrow_transactions where id = %s", escrow.id
    ):
        escrow.commit("unfreeze", "operator")
    told = announced(escrow)
    parts = [told[f"silence_{part}_amount"] for part in ("payer", "payee", "fee")]
    available, pending, locked = world.balance(escrow.payer, escrow.row().currency)
    suspense = _suspense(escrow)
    escrow.expire()
    assert announced(escrow)["expires_at"] == told["expires_at"]
    done = swept(world)
    assert (done.moved, done.failed) == (1, 0)
    event, state, phase, *amounts = _ended_with(escrow)
    assert (told["on_silence"], told["silence_state"], told["silence_phase"]) == (
        event, state, phase,
    )  # fmt: skip
    if event == "timeout_return":
        assert parts == [suspense, 0, 0]
        assert suspense > 0
        # It waits where it was for the payment that takes it back.
        currency = escrow.row().currency
        assert world.balance(escrow.payer, currency) == (available, pending, locked)
        assert payments(world, escrow) == [("return", escrow.payer, currency, suspense, "created")]
    else:
        assert parts == amounts


def test_every_live_state_is_among_the_scenes(world: World) -> None:
    """So that the test above speaks of all of them."""
    seen = set()
    for name, policy, build in SCENES:
        with world.connection.transaction(force_rollback=True):
            if name not in _OVER and policy == "market_service":
                seen.add(build(world, policy).place)
    assert seen == set(LIVE)


# Duties that no single event of the escrow fulfils.
_WORDS = {"fund": ("funds_confirmed", {"rail"}), "unfreeze": ("unfreeze", {"operator"})}


@pytest.mark.parametrize(("policy", "build"), SCENES_THAT_GO_ON)
def test_the_next_action_is_a_legal_move_of_whose_turn_it_is(
    world: World, policy: str, build: Builder
) -> None:
    escrow = build(world, policy)
    told = announced(escrow)
    event, roles = _WORDS.get(told["next_action"], (told["next_action"], set(told["next_roles"])))
    assert roles
    assert roles <= BY_CELL[escrow.place, event][0]
    for role in roles - {"second_arbiter"}:
        with world.connection.transaction(force_rollback=True):
            escrow.commit(event, role)
            assert announced(escrow) != told


def _turns() -> dict[str, tuple[list[str], str]]:
    both = ["payer", "payee"]
    return {
        "funded": (["payee"], "perform"),
        "performed": (["payer"], "accept"),
        "statements": (both, "statement"),
        "one_statement": (["payee"], "statement_reply"),
        "acknowledge": (["arbiter"], "acknowledge"),
        "decide": (["arbiter"], "decide"),
        "decide_above_the_limit": (["arbiter"], "propose_decision"),
        "approve": (["second_arbiter"], "approve_decision"),
        "decided": (both, "accept_decision"),
        "accepted_by_payer": (["payee"], "settle_decision"),
        "frozen_performed": (["operator"], "unfreeze"),
    }


@pytest.mark.parametrize("scene", _turns())
def test_whose_turn_it_is(world: World, scene: str) -> None:
    escrow = (EVERY_POLICY | ONCE)[scene](world, "market_service")
    for reader in (escrow.payer, escrow.payee, world.operator):
        told = announced(escrow, reader)
        assert (told["next_roles"], told["next_action"]) == _turns()[scene]
        alone = {"payer": escrow.payer, "payee": escrow.payee}.get("".join(told["next_roles"]))
        assert told["next_party_id"] == (str(alone) if alone else None)


def test_a_case_without_an_arbiter_waits_for_an_operator(world: World) -> None:
    escrow = EVERY_POLICY["statements"](world, "p2p_crypto")
    world.run("update public.arbiter_capacities set max_open = 0")
    for arbiter in world.arbiters:
        world.run(
            "insert into public.arbiter_capacities (user_id, max_open) values (%s, 0)", arbiter
        )
    escrow.commit("statement", "payer")
    escrow.commit("statement_reply", "payee")
    told = announced(escrow)
    assert (told["next_roles"], told["next_action"]) == (["operator"], "assign")
    assert told["on_silence"] == "timeout_acknowledge"


def test_an_offer_to_take_the_part_that_came_turns_to_the_other_side(world: World) -> None:
    for author, other in (("payer", "payee"), ("payee", "payer")):
        escrow = ONCE[f"partial_by_{author}"](world, "market_service")
        told = announced(escrow)
        assert (told["next_roles"], told["next_action"]) == ([other], "accept_partial")
        world.advance(hours=25)
        assert announced(escrow)["next_action"] == "top_up"


def test_while_frozen_the_clock_says_what_is_left(world: World) -> None:
    """A freeze takes no time away from anybody: the rest is told, and is then given back."""
    escrow = ONCE["frozen_performed"](world, "market_service")
    told = announced(escrow)
    assert told["frozen"]
    assert (told["deadline_at"], told["expires_at"]) == (None, None)
    world.advance(days=29)
    assert swept(world).moved == 0
    assert announced(escrow)["frozen_seconds_left"] == told["frozen_seconds_left"] > 0
    escrow.commit("unfreeze", "operator")
    left: timedelta = world.one(
        "select expires_at - updated_at from private.escrow_transactions where id = %s", escrow.id
    )
    assert abs(left.total_seconds() - told["frozen_seconds_left"]) < 1
    after = announced(escrow)
    assert (after["frozen"], after["frozen_seconds_left"]) == (False, None)
    assert after["on_silence"] == told["on_silence"] == "timeout_release"


_PAUSED = ("revised_out", "frozen_performed")


def test_an_outage_is_in_the_clock_as_soon_as_it_is_declared(world: World) -> None:
    """No deadline is announced that no timer would keep."""
    escrow, still = (ONCE[name](world, "market_service") for name in _PAUSED)
    before = [announced(escrow)["expires_at"], announced(still)["frozen_seconds_left"]]
    world.advance(minutes=5)
    begin = world.now()
    world.advance(minutes=60)
    world.command("outage_declare", from_at=begin, to_at=begin + timedelta(minutes=30),
                  reason="No power.", actor_id=world.operator, aal="aal2")  # fmt: skip
    told = [announced(escrow)["expires_at"], announced(still)["frozen_seconds_left"]]
    late = datetime.fromisoformat(told[0]) - datetime.fromisoformat(before[0])
    assert (late, told[1]) == (timedelta(minutes=30), before[1])
    credited = True
    while credited:
        with world.acting("service_role"):
            credited = world.one("select service.outage_credit() > 0")
            world.settle()
    assert escrow.row().version > still.row().version
    assert [announced(escrow)["expires_at"], announced(still)["frozen_seconds_left"]] == told


def test_a_rail_that_holds_no_longer_ends_a_frozen_clock(world: World) -> None:
    escrow = ONCE["frozen_performed"](world, "market_service")
    world.run(
        "alter table private.escrow_transactions disable trigger user; "
        "update private.escrow_transactions set rail_hold_until = expires_at + interval '1 hour'; "
        "alter table private.escrow_transactions enable trigger user"
    )
    left = announced(escrow)["frozen_seconds_left"]
    world.advance(minutes=90)
    told = announced(escrow)["frozen_seconds_left"]
    assert 0 < told <= left - 30 * 60
    escrow.commit("unfreeze", "operator")
    gone: timedelta = world.one(
        "select expires_at - updated_at from private.escrow_transactions where id = %s", escrow.id
    )
    assert abs(gone.total_seconds() - told) < 1


@pytest.mark.parametrize("name", ["funded", "statements", "decide", "approve", "frozen_decide"])
def test_it_is_told_when_the_rail_holds_no_longer(world: World, name: str) -> None:
    escrow = (EVERY_POLICY | ONCE)[name](world, "market_service")
    usual = announced(escrow)["on_silence"]
    for more in ("1 second", "0"):
        world.settle()
        world.run(
            "alter table private.escrow_transactions disable trigger user; "
            "update private.escrow_transactions "
            f"set rail_hold_until = expires_at + interval '{more}'; "
            "alter table private.escrow_transactions enable trigger user"
        )
        told = announced(escrow)
        assert told["on_silence"] == (usual if more != "0" else "timeout_hold")
    if name.startswith("frozen"):
        escrow.commit("unfreeze", "operator")
    escrow.expire()
    assert swept(world).moved == 1
    parts = [told[f"silence_{part}_amount"] for part in ("payer", "payee", "fee")]
    assert _ended_with(escrow) == ("timeout_hold", told["silence_state"], "", *parts)


def _refunded(world: World) -> Escrow:
    escrow = funded(world, "market_goods")
    escrow.commit("concede", "payee")
    return escrow


def test_after_the_end_the_claim_window_is_told_and_closes(world: World) -> None:
    escrow = _refunded(world)
    told = announced(escrow)
    assert (told["next_roles"], told["next_action"]) == (["payer", "payee"], "claim")
    assert told["deadline_at"] == told["claim_until"] is not None
    assert told["on_silence"] is None
    until = world.one(
        "select claim_until from private.escrow_transactions where id = %s", escrow.id
    )
    world.advance_to(until - timedelta(minutes=1))
    case = world.command("escrow_claim", escrow_id=escrow.id, actor_id=escrow.payer, reason="x")
    told = announced(escrow)
    assert (told["next_roles"], told["next_action"]) == (["operator"], "close_case")
    assert told["on_silence"] == "timeout_dismiss"
    # An open case outlives the window; then nothing is left to happen.
    world.advance_to(until + timedelta(minutes=1))
    assert announced(escrow)["deadline_at"] == told["deadline_at"]
    world.advance(days=14)
    with world.acting("service_role"):
        assert world.one("select service.escrow_cases_expire()") == 1
    assert world.one(
        "select state || ' ' || last_event from public.escrow_cases where id = %s", case["case_id"]
    ) == "dismissed timeout_dismiss"  # fmt: skip
    assert announced(escrow) == {}


def test_who_has_claimed_does_not_claim_again(world: World) -> None:
    escrow = _refunded(world)
    for party, left in ((escrow.payer, ["payee"]), (escrow.payee, [])):
        case = world.command("escrow_claim", escrow_id=escrow.id, actor_id=party, reason="x")
        world.command("escrow_case_close", case_id=case["case_id"], event="dismiss",
                      actor_id=world.operator, aal="aal2")  # fmt: skip
        assert announced(escrow)["next_roles"] == left


def test_only_who_sees_the_escrow_sees_its_next_step(world: World) -> None:
    escrow = EVERY_POLICY["acknowledge"](world, "p2p_crypto")
    arbiter = escrow.arbiter
    for reader in (escrow.payer, escrow.payee, arbiter, world.operator):
        assert announced(escrow, reader)["state"] == "disputed"
    idle = next(one for one in world.arbiters if one != arbiter)
    for reader in (world.user("stranger"), idle):
        assert announced(escrow, reader) == {}


def test_terminal_states_have_no_turn_but_the_claim(world: World) -> None:
    for scene in ("released", "refunded", "split"):
        assert scene in TERMINAL
        told = announced(ONCE[scene](world, "market_service"))
        assert (told["state"], told["next_action"], told["expires_at"]) == (
            scene, "claim", told["claim_until"],
        )  # fmt: skip


def test_a_list_of_next_steps_finds_an_index(world: World) -> None:
    escrow = funded(world, "market_goods")
    world.run("set local enable_seqscan = off")
    query: LiteralString = (
        "explain (format json) select next_action from public.escrow_next_steps "
        "where escrow_id = %s"
    )
    as_user(world.connection, escrow.payer)
    plan = world.one(query, escrow.id)
    as_owner(world.connection)
    assert "Seq Scan" not in str(plan)
