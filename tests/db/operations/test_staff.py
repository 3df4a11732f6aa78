"""Who works for Holdfast: two operators give a role and take it away, nobody asks for oneself."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.db.operations.test_party_files import opened, seen
from tests.world.bad_input.right_commands import COMMANDS
from tests.world.operators import confirm, limit
from tests.world.refused import refused
from tests.world.scenes import EVERY_POLICY
from tests.world.staff import ask_role, change_role
from tests.world.stopping import restore, stop
from tests.world.trades import sell_order
from tests.world.world import PLATFORM, World


def _roles(world: World, user: UUID) -> list[str]:
    return [
        role
        for (role,) in world.rows(
            "select role::text from public.party_members where party_id = %s and user_id = %s"
            " order by 1", PLATFORM, user,
        )
    ]  # fmt: skip


def _state(world: World, asked: dict[str, Any]) -> str:
    return str(world.one("select state from public.operator_requests where id = %s",
                         asked["request_id"]))  # fmt: skip


@pytest.mark.parametrize("role", ["operator", "arbiter", "dispute_reader"])
def test_two_operators_give_a_role_and_take_it_away(world: World, role: str) -> None:
    person = world.user()
    asked = ask_role(world, "grant", person, role)
    assert (asked["state"], _roles(world, person)) == ("open", [])
    with refused(world.connection, "second_operator_required"):
        confirm(world, asked, actor_id=world.operator)
    assert confirm(world, asked)["answer"]["roles"] == [role]
    with refused(world.connection, "role_held"):
        ask_role(world, "grant", person, role)
    assert change_role(world, "withdraw", person, role)["roles"] == []
    with refused(world.connection, "role_not_held"):
        ask_role(world, "withdraw", person, role)
    kept = world.rows(
        "select event, role::text, reason, asked_by, one_operator from public.staff_changes"
        " where user_id = %s order by created_at", person,
    )  # fmt: skip
    assert kept == [(event, role, "as agreed", world.operator, False)
                    for event in ("granted", "withdrawn")]  # fmt: skip
    told = world.rows(
        "select event, parties from private.outbox where object_id = %s order by id", person
    )
    assert [event for event, parties in told if {person, PLATFORM} == {*parties}] == [
        "staff.granted", "staff.withdrawn",
    ]  # fmt: skip


def test_nobody_gives_a_role_to_oneself(world: World) -> None:
    with refused(world.connection, "not_your_move"):
        ask_role(world, "grant", world.operator, "arbiter")
    asked = ask_role(world, "grant", world.second_operator, "arbiter")
    with refused(world.connection, "not_your_move"):
        confirm(world, asked)
    third = world.user()
    change_role(world, "grant", third)
    assert confirm(world, asked, actor_id=third)["answer"]["roles"] == ["arbiter", "operator"]


def test_who_leaves_asks_and_another_confirms(world: World) -> None:
    asked = ask_role(world, "withdraw", world.operator)
    confirm(world, asked)
    assert _roles(world, world.operator) == []
    assert _state(world, asked) == "confirmed"


def test_a_withdrawn_operator_does_nothing_more(world: World) -> None:
    leaving, staying = world.user(), world.user()
    for person in (leaving, staying):
        change_role(world, "grant", person)
    _, seller = sell_order(world)
    opened(world, seller, actor_id=leaving)
    assert seen(world, leaving, seller) == 1
    with limit(world, "deposit", "BTC", "0"):
        deposit = COMMANDS["ledger_move_external"](world)
        asked = world.command("ledger_move_external", **deposit | {"actor_id": leaving})
        other = world.command("ledger_move_external", **COMMANDS["ledger_move_external"](world))

        change_role(world, "withdraw", leaving)
        assert (_state(world, asked), _state(world, other)) == ("expired", "open")
        with refused(world.connection, "request_closed"):
            confirm(world, asked)
        for command in ("staff_grant", "party_suspend", "halt", "operator_request_close"):
            with refused(world.connection, "operator_only"):
                world.command(command, **COMMANDS[command](world) | {"actor_id": leaving})
        assert seen(world, leaving, seller) == 0
        change_role(world, "grant", leaving)
        # Not what was opened before: the reason was of another time.
        assert seen(world, leaving, seller) == 0
    # So does the owner's own way of taking it.
    asked = ask_role(world, "grant", world.user(), actor_id=staying)
    world.run("delete from public.party_members where user_id = %s", staying)
    assert _state(world, asked) == "expired"


def test_of_two_operators_the_owner_takes_one_away(world: World) -> None:
    """Neither of two can withdraw the other: nobody is left to confirm. The owner's way is out."""
    bad, good = world.operator, world.second_operator
    pending = ask_role(world, "grant", world.user(), "arbiter", actor_id=bad)
    asked = ask_role(world, "withdraw", bad, actor_id=good)
    with refused(world.connection, "not_your_move"):
        confirm(world, asked, actor_id=bad)
    with refused(world.connection, "second_operator_required"):
        confirm(world, asked, actor_id=good)
    # Until then the other one stops them, alone.
    world.command("party_suspend", **COMMANDS["party_suspend"](world)
                  | {"party_id": bad, "actor_id": good})  # fmt: skip
    third = world.user()
    world.run("delete from public.party_members where party_id = %s and user_id = %s",
              PLATFORM, bad)  # fmt: skip
    world.run("insert into public.party_members (party_id, user_id, role)"
              " values (%s, %s, 'operator')", PLATFORM, third)  # fmt: skip
    assert (_roles(world, bad), _state(world, pending)) == ([], "expired")
    again = ask_role(world, "grant", world.user(), "arbiter", actor_id=good)
    assert confirm(world, again, actor_id=third)["answer"]["roles"] == ["arbiter"]


def test_a_withdrawn_arbiter_decides_nothing_more(world: World) -> None:
    dispute = EVERY_POLICY["decide"](world, "p2p_crypto")
    assert dispute.arbiter
    change_role(world, "withdraw", dispute.arbiter, "arbiter")
    with refused(world.connection, "not_your_move"):
        dispute.commit("decide", "arbiter")


def test_one_who_can_work_stays(world: World) -> None:
    stopped = world.user()
    change_role(world, "grant", stopped)
    last = ask_role(world, "withdraw", world.second_operator)
    confirm_by = {"actor_id": stopped}
    asked = ask_role(world, "withdraw", world.operator, actor_id=world.second_operator)
    confirm(world, asked, **confirm_by)
    stop(world, stopped)
    assert _state(world, last) == "expired"
    with refused(world.connection, "last_operator"):
        ask_role(world, "withdraw", world.second_operator, actor_id=world.second_operator)
    restore(world, stopped)
    ask_role(world, "withdraw", world.second_operator, actor_id=world.second_operator)


def test_one_operator_stops_another_and_two_restore(world: World) -> None:
    """Quick to stop; to give back what an operator can takes two."""
    _, seller = sell_order(world)
    opened(world, seller, actor_id=world.second_operator)
    stopped = {"party_id": world.second_operator, "reason": "lost the phone", "aal": "aal2"}
    world.command("party_suspend", **stopped, actor_id=world.operator)
    with refused(world.connection, "party_suspended"):
        world.command("halt", **COMMANDS["halt"](world) | {"actor_id": world.second_operator})
    assert seen(world, world.second_operator, seller) == 0
    asked = world.command(
        "party_restore", **stopped | {"reason": "a new phone"}, actor_id=world.operator
    )
    assert asked["state"] == "open"
    with refused(world.connection, "party_suspended"):
        confirm(world, asked)
    third = world.user()
    world.join(PLATFORM, third, "operator")
    assert confirm(world, asked, actor_id=third)["answer"]["status"] == "active"


def test_a_house_with_one_operator_says_so(world: World) -> None:
    world.run("update public.operator_rules set one_operator = true")
    person = world.user()
    assert ask_role(world, "grant", person)["roles"] == ["operator"]
    with refused(world.connection, "not_your_move"):
        ask_role(world, "grant", world.operator, "arbiter")
    assert world.rows(
        "select s.one_operator, a.one_operator from public.staff_changes as s"
        " join public.audit_log as a on a.row_id = s.user_id::text"
        " where a.table_name = 'party_members' and s.user_id = %s", person,
    ) == [(True, True)]  # fmt: skip


def test_what_is_refused(world: World) -> None:
    person, gone = world.user(), world.user()
    stop(world, gone, "closed")
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"user": uuid4()}, "profile_not_found"), ({"user": PLATFORM}, "profile_not_found"),
        ({"role": "owner"}, "role_unknown"), ({"role": "viewer"}, "role_unknown"),
        ({"reason": " "}, "reason_required"), ({"reason": "x" * 501}, "reason_required"),
        ({"user": gone}, "person_stopped"), ({"aal": "aal1"}, "step_up_required"),
        ({"actor_id": world.arbiters[0]}, "operator_only"),
    ]  # fmt: skip
    for fields, code in wrong:
        with refused(world.connection, code):
            ask_role(world, "grant", **{"user": person} | fields)
    first = ask_role(world, "grant", person, idempotency_key="once")
    again = ask_role(world, "grant", person, idempotency_key="once")
    assert again == first | {"replayed": True}
    with refused(world.connection, "request_open"):
        ask_role(world, "grant", person)
    with refused(world.connection, "append_only"):
        world.run("delete from public.staff_changes")
