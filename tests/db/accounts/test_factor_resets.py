"""A second factor lost without recovery codes: two operators, a wait, and the owner's no."""

from typing import Any
from uuid import UUID

import pytest

from stack.identity import as_user
from tests.world.accounts import enrol, events, sign_in
from tests.world.operators import close, confirm
from tests.world.refused import refused
from tests.world.world import World

EVIDENCE = "e" * 64


def _person(world: World) -> UUID:
    user = world.user()
    enrol(world.connection, user)
    sign_in(world.connection, user)
    return user


def _agree(world: World, user: UUID, **fields: Any) -> Any:
    said = {"party_id": user, "reason": "seen by video", "evidence_hash": EVIDENCE,
            "actor_id": world.operator, "aal": "aal2"} | fields  # fmt: skip
    return world.command("factor_reset_agree", **said)


def _waiting(world: World, user: UUID) -> Any:
    return confirm(world, _agree(world, user))["answer"]


def _end(world: World) -> int:
    return int(world.one("select service.factor_resets_end()"))


def _factors(world: World, user: UUID) -> int:
    return int(world.one("select count(*) from auth.mfa_factors where user_id = %s", user))


def _told(world: World, user: UUID) -> list[str]:
    query = (
        "select event from private.outbox where object_type = 'factor_reset' "
        "and parties = array[%s::uuid, private.platform_party()] order by id"
    )
    return [event for (event,) in world.rows(query, user)]


def test_asked_agreed_by_two_and_done_after_two_days(world: World) -> None:
    user = _person(world)
    world.command("recovery_codes_make", actor_id=user, aal="aal2",
                  code_hashes=[f"{each:064x}" for each in range(10)])  # fmt: skip
    asked = world.command("factor_reset_ask", actor_id=user)
    with refused(world.connection, "factor_reset_runs"):
        world.command("factor_reset_ask", actor_id=user)
    request = _agree(world, user)
    assert request["state"] == "open"
    # Nothing waits yet: one operator alone decides nothing.
    assert world.one("select state from public.factor_resets where user_id = %s", user) == "asked"
    with refused(world.connection, "second_operator_required"):
        confirm(world, request, actor_id=world.operator)
    agreed = confirm(world, request)["answer"]
    assert (agreed["reset_id"], agreed["state"]) == (asked["reset_id"], "waiting")
    with refused(world.connection, "factor_reset_runs"):
        _agree(world, user, reason="once more")
    world.advance(hours=47)
    assert (_end(world), _factors(world, user)) == (0, 1)
    world.advance(hours=1, seconds=1)
    assert (_end(world), _end(world), _factors(world, user)) == (1, 0, 0)
    assert world.one("select count(*) from auth.sessions where user_id = %s", user) == 0
    assert world.one("select count(*) from private.recovery_codes where user_id = %s", user) == 0
    out = "select private.act_refusal(%s, %s, 'withdrawal_request', 'aal2')"
    for hours, refusal in ((0, "recovery_waits"), (71, "recovery_waits"), (2, None)):
        world.advance(hours=hours)
        assert world.one(out, user, user) == refusal, hours
    moves = ["ask", "agree", "finish"]
    assert _told(world, user) == [f"factor_reset.{each}" for each in moves]
    assert events(world.connection, user).count("factor_removed") == 1


@pytest.mark.parametrize("state", ["asked", "waiting"])
def test_the_owner_cancels_from_any_session_and_nobody_else(world: World, state: str) -> None:
    user, other = _person(world), world.user()
    if state == "asked":
        reset = world.command("factor_reset_ask", actor_id=user)["reset_id"]
    else:
        reset = _waiting(world, user)["reset_id"]
    with refused(world.connection, "factor_reset_not_found"):
        world.command("factor_reset_cancel", actor_id=other, reset_id=reset)
    done = world.command("factor_reset_cancel", actor_id=user, reset_id=reset, aal="aal1")
    assert done["state"] == "cancelled"
    with refused(world.connection, "factor_reset_over"):
        world.command("factor_reset_cancel", actor_id=user, reset_id=reset)
    world.advance(days=30)
    assert (_end(world), _factors(world, user)) == (0, 1)


def test_what_no_operator_answers_ends_by_itself(world: World) -> None:
    user = _person(world)
    world.command("factor_reset_ask", actor_id=user)
    world.advance(days=14, seconds=1)
    assert (_end(world), _factors(world, user)) == (1, 1)
    assert _told(world, user) == ["factor_reset.ask", "factor_reset.timeout"]
    assert world.command("factor_reset_ask", actor_id=user)["state"] == "asked"


def test_operators_reset_nobody_they_belong_to_and_nothing_without_evidence(world: World) -> None:
    user = _person(world)
    for operator in (world.operator, world.second_operator):
        enrol(world.connection, operator)
    for actor in (world.operator, world.second_operator):
        with refused(world.connection, "not_your_move"):
            _agree(world, actor, actor_id=actor)
    # Nor is one the second for the own account.
    request = _agree(world, world.second_operator)
    with refused(world.connection, "not_your_move"):
        confirm(world, request)
    for wrong, code in (
        ({"evidence_hash": "x"}, "evidence_invalid"), ({"evidence_hash": None}, "evidence_invalid"),
        ({"reason": " "}, "reason_required"), ({"aal": "aal1"}, "step_up_required"),
        ({"party_id": world.user()}, "no_second_factor"), ({"actor_id": user}, "operator_only"),
    ):  # fmt: skip
        with refused(world.connection, code):
            _agree(world, **{"user": user} | wrong)
    rejected = _agree(world, user)
    close(world, rejected)
    assert world.one("select count(*) from public.factor_resets where user_id = %s", user) == 0


def test_a_reset_shows_its_owner_no_operator(world: World) -> None:
    user, other = _person(world), world.user()
    _waiting(world, user)
    as_user(world.connection, user)
    (seen,) = world.rows("select state, deadline_at - since from public.factor_resets")
    assert (seen[0], seen[1].total_seconds()) == ("waiting", 48 * 3600)
    as_user(world.connection, other)
    assert world.rows("select id from public.factor_resets") == []


def test_the_moves_of_a_reset_are_guarded(world: World) -> None:
    user = _person(world)
    reset = _waiting(world, user)["reset_id"]
    for change in (
        "state = 'asked', last_event = 'ask'", "state = 'done', last_actor_role = 'owner'",
        "user_id = gen_random_uuid()",
    ):  # fmt: skip
        with refused(world.connection, "illegal_move" if "state" in change else "append_only"):
            world.run(f"update public.factor_resets set {change} where id = %s", reset)
    with refused(world.connection, "append_only"):
        world.run("delete from public.factor_resets where id = %s", reset)
