"""Recovery codes: only hashes are kept, each is good once, and no money leaves for three days."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from functions.accounts.recovery_rules import code_hash, make_codes
from tests.world.accounts import enrol, events, sign_in
from tests.world.rails import ADDRESS as WALLET
from tests.world.refused import refused
from tests.world.world import World

HASHES = [code_hash(f"{number:025}") for number in range(10)]


def _make(world: World, user: UUID, hashes: Any = HASHES, **fields: Any) -> Any:
    return world.command(
        "recovery_codes_make", **{"actor_id": user, "aal": "aal2", "code_hashes": hashes} | fields
    )


def _use(world: World, user: UUID, hashed: str = HASHES[0], **fields: Any) -> Any:
    return world.command(
        "recovery_code_use", **{"actor_id": user, "aal": "aal1", "code_hash": hashed} | fields
    )


def _destination(world: World, user: UUID) -> Any:
    return world.command(
        "payout_destination_set", actor_id=user, aal="aal2", rail="base", address=WALLET
    )


def test_a_code_takes_the_factor_off_and_the_other_sessions_out(world: World) -> None:
    user, other = world.user(), world.user()
    enrol(world.connection, user)
    factor = enrol(world.connection, other)
    here = sign_in(world.connection, user)
    for _ in range(3):
        sign_in(world.connection, user)
    theirs = sign_in(world.connection, other)
    _make(world, user)
    done = _use(world, user, current_session_id=here)
    assert (done["factors_removed"], done["sessions_ended"], done["codes_left"]) == (1, 3, 9)
    assert world.rows("select id from auth.sessions where user_id = %s", user) == [(here,)]
    assert world.rows("select id from auth.mfa_factors where user_id = %s", user) == []
    assert world.one("select count(*) from auth.sessions where id = %s", theirs) == 1
    assert world.one("select count(*) from auth.mfa_factors where id = %s", factor) == 1
    assert sorted(events(world.connection, user)) == [
        "factor_added", "factor_removed", "recovery_code_used", "recovery_codes_made"
    ]  # fmt: skip
    with refused(world.connection, "recovery_code_wrong"):
        _use(world, user)


def test_no_money_leaves_for_three_days(world: World) -> None:
    user = world.user()
    world.deposit(user, "1")
    _make(world, user)
    _use(world, user)
    for act in ("withdrawal_request", "payout", "payout_destination_set", "payout_retry"):
        query = "select private.act_refusal(%s, %s, %s, 'aal2')"
        assert world.one(query, user, user, act) == "recovery_waits", act
    with refused(world.connection, "recovery_waits"):
        _destination(world, user)
    # Who waits for them gets what is theirs, and they trade on.
    for act in ("order_take", "escrow.accept", "profiles.write"):
        assert world.one("select private.act_refusal(%s, %s, %s, 'aal2')", user, user, act) is None
    merchant = world.one(
        "insert into public.parties (kind, display_name) values ('merchant', 'M') returning id"
    )
    world.join(merchant, user, "owner")
    assert (
        world.one(
            "select private.act_refusal(%s, %s, 'withdrawal_request', 'aal2')", user, merchant
        )
        == "recovery_waits"
    )
    world.advance(hours=72, seconds=1)
    assert _destination(world, user)["address"] == WALLET


def test_of_another_person_a_code_is_none(world: World) -> None:
    user, other = world.user(), world.user()
    _make(world, user)
    enrol(world.connection, other)
    with refused(world.connection, "recovery_code_wrong"):
        _use(world, other)
    for wrong in ("", code_hash("x"), HASHES[0].upper()):
        with refused(world.connection, "recovery_code_wrong"):
            _use(world, user, wrong)
    assert world.one("select count(*) from private.recovery_codes where user_id = %s", user) == 10
    assert world.one("select count(*) from auth.mfa_factors where user_id = %s", other) == 1


def test_new_codes_replace_old_ones_and_repeating_changes_nothing(world: World) -> None:
    user = world.user()
    key = {"idempotency_key": str(uuid4()), "request_hash": "1"}
    first = _make(world, user, **key)
    newer = [code_hash(each) for each in make_codes(lambda letters: letters[len(letters) // 3])]
    assert _make(world, user, newer, **key) == {**first, "replayed": True}
    _make(world, user, [code_hash(f"9{number}") for number in range(10)])
    with refused(world.connection, "recovery_code_wrong"):
        _use(world, user)


@pytest.mark.parametrize(
    "hashes", [[], HASHES[:9], [*HASHES, code_hash("11")], [HASHES[0]] * 10, ["x"] * 10]
)
def test_ten_hashes_and_nothing_else(world: World, hashes: list[str]) -> None:
    user = world.user()
    with refused(world.connection, "recovery_codes_invalid"):
        _make(world, user, hashes)


def test_they_need_the_second_factor_to_be_made_but_not_to_be_used(world: World) -> None:
    user = world.user()
    with refused(world.connection, "step_up_required"):
        _make(world, user, aal="aal1")
    _make(world, user)
    assert _use(world, user, aal="aal1")["codes_left"] == 9
