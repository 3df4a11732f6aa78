"""Proposing and signing: terms that both sides saw, or nothing."""

from typing import Any
from uuid import uuid4

import pytest

from tests.db.escrow import TERMS_HASH
from tests.db.refused import refused
from tests.db.trades import contract
from tests.db.world import World


def test_an_escrow_is_proposed_with_the_terms_of_its_policy(world: World) -> None:
    escrow = contract(world, "market_service", perform_within=3600)
    (row,) = world.rows(
        "select state::text, version, e.fee_bps, rail::text, terms_hash, "
        "extract(epoch from e.perform_within)::int, expires_at - created_at = p.sign_within "
        "from public.escrow_transactions as e join public.escrow_policies as p "
        "on p.id = e.policy_id where e.id = %s",
        escrow.id,
    )
    assert row == ("proposed", 1, 500, "usdc_base", TERMS_HASH, 3600, True)
    assert world.problems() == []


def _open(world: World, **changes: Any) -> None:
    command = {"payer_id": world.user(), "payee_id": world.user(), "policy_id": "market_goods",
               "currency": "USDC_BASE", "amount": "1", "terms_hash": TERMS_HASH}  # fmt: skip
    world.command("escrow_open", **command | changes)


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"policy_id": "gifts"}, "bad_terms"), ({"policy_id": None}, "bad_terms"),
        ({"currency": "DOGE"}, "bad_terms"), ({"currency": None}, "bad_terms"),
        ({"amount": "0"}, "bad_terms"), ({"amount": "-1"}, "bad_terms"),
        ({"amount": "NaN"}, "bad_type"), ({"amount": "0.0000001"}, "bad_terms"),
        ({"amount": None}, "bad_terms"), ({"amount": "x"}, "bad_type"),
        ({"payer_id": uuid4()}, "party_unavailable"),
        ({"payee_id": uuid4()}, "party_unavailable"),
        ({"payer_id": None}, "party_unavailable"), ({"rail": "cash"}, "22P02"),
        ({"terms_hash": "abc"}, "bad_terms"), ({"terms_hash": None}, "bad_terms"),
        ({"idempotency_key": None}, "idempotency_key_required"),
        ({"request_hash": None}, "idempotency_key_required"),
    ],
)  # fmt: skip
def test_bad_terms_are_refused(world: World, changes: dict[str, Any], codes: str) -> None:
    with refused(world.connection, *codes.split()):
        _open(world, **changes)


def test_nobody_is_both_sides(world: World) -> None:
    user = world.user()
    with refused(world.connection, "escrow_transactions_two_parties", "bad_terms"):
        _open(world, payer_id=user, payee_id=user)


def test_a_repeated_proposal_is_one(world: World) -> None:
    terms = {"parties": (world.user(), world.user()), "idempotency_key": "once"}
    first = contract(world, **terms)  # type: ignore[arg-type]
    again = contract(world, **terms)  # type: ignore[arg-type]
    assert first.id == again.id
    with refused(world.connection, "idempotency_key_reused"):
        contract(world, **terms, request_hash="other")  # type: ignore[arg-type]


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
    signed_by = world.one("select signed_by::text[] from public.escrow_transactions")
    assert signed_by == [first, second]


def test_unsigned_terms_lapse(world: World) -> None:
    escrow = contract(world)
    escrow.commit("sign", "payer")
    escrow.expire()
    with refused(world.connection, "deadline_passed"):
        escrow.commit("countersign", "payee")
    escrow.commit("timeout_void", "timer")
    assert escrow.place == ("void", "")
