"""Proposing and signing: terms that both sides saw, or nothing."""

from typing import Any

import pytest

from tests.world.escrow import TERMS_HASH
from tests.world.refused import refused
from tests.world.trades import contract
from tests.world.world import World


def test_an_escrow_is_proposed_with_the_terms_of_its_policy(world: World) -> None:
    escrow = contract(world, "market_service", perform_within=3600)
    (row,) = world.rows(
        "select state::text, version, e.fee_bps, rail::text, terms_hash, "
        "extract(epoch from e.perform_within)::int, expires_at - created_at = p.sign_within "
        "from private.escrow_transactions as e join public.escrow_policies as p "
        "on p.id = e.policy_id where e.id = %s",
        escrow.id,
    )
    assert row == ("proposed", 1, 500, "base", TERMS_HASH, 3600, True)
    assert world.problems() == []


@pytest.mark.parametrize(
    "changes",
    [{"amount": "0"}, {"amount": "-1"}, {"terms_hash": "abc"}],
)
def test_bad_terms_are_refused(world: World, changes: dict[str, Any]) -> None:
    with refused(world.connection, "bad_terms"):
        contract(world, times=0, **changes)


def test_nobody_is_both_sides(world: World) -> None:
    user = world.user()
    with refused(world.connection, "bad_terms"):
        contract(world, parties=(user, user), times=0)


@pytest.mark.parametrize("first", ["payer", "payee"])
def test_both_sign_the_same_hash(world: World, first: str) -> None:
    escrow = contract(world)
    second = "payee" if first == "payer" else "payer"
    with refused(world.connection, "terms_differ"):
        escrow.commit("sign", first, payload={"terms_hash": "0" * 64})
    with refused(world.connection, "terms_differ"):
        escrow.commit("sign", first, payload={})
    with refused(world.connection, "step_up_required"):
        escrow.commit("sign", first, aal="aal1")
    with refused(world.connection, "other_side_pending"):
        escrow.commit("countersign", first)
    escrow.commit("sign", first)
    assert escrow.place == ("proposed", "")
    with refused(world.connection, "already_signed"):
        escrow.commit("countersign", first)
    escrow.commit("countersign", second)
    assert escrow.place == ("awaiting_funds", "")
    signed_by = world.one("select signed_by::text[] from private.escrow_transactions")
    assert signed_by == [first, second]


def test_unsigned_terms_lapse(world: World) -> None:
    escrow = contract(world)
    escrow.commit("sign", "payer")
    escrow.expire()
    with refused(world.connection, "deadline_passed"):
        escrow.commit("countersign", "payee")
    escrow.commit("timeout_void", "timer")
    assert escrow.place == ("void", "")
