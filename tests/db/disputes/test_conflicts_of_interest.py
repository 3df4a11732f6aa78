"""Who has a part in an escrow, or has decided it, does not decide it."""

from typing import Any
from uuid import UUID

from tests.world.escrow import Escrow
from tests.world.refused import refused
from tests.world.scenes import EVERY_POLICY, ONCE
from tests.world.world import World

GOODS, SERVICE = "market_goods", "market_service"


def test_an_arbiter_who_has_become_a_member_of_a_party_does_not_decide(world: World) -> None:
    escrow = EVERY_POLICY["decide"](world, GOODS)
    assert escrow.arbiter is not None
    world.join(escrow.payee, escrow.arbiter, "viewer")
    with refused(world.connection, "not_your_move"):
        escrow.commit("decide", "arbiter")


def _approve(escrow: Escrow, arbiter: UUID) -> Any:
    decision = escrow.decision("approve_decision", "other_arbiter") | {"actor_id": arbiter}
    return escrow.world.command("escrow_commit", **decision)


def _decided_by_two(world: World) -> tuple[Escrow, UUID, UUID]:
    escrow = ONCE["approve"](world, SERVICE)
    first, second = escrow.arbiter, escrow.spare_arbiter()
    assert first is not None
    assert second is not None
    _approve(escrow, second)
    return escrow, first, second


def test_who_approved_the_decision_is_not_given_the_appeal(world: World) -> None:
    escrow, first, second = _decided_by_two(world)
    world.run(
        "delete from public.party_members where role = 'arbiter' and user_id <> all(%s)",
        [first, second],
    )
    escrow.commit("appeal", "payee")
    assert escrow.arbiter is None


def test_who_decided_before_does_not_approve_the_decision_of_the_appeal(world: World) -> None:
    escrow, first, second = _decided_by_two(world)
    escrow.commit("appeal", "payee")
    escrow.commit("acknowledge", "arbiter")
    escrow.commit("propose_decision", "arbiter")
    for arbiter in (first, second):
        with refused(world.connection, "not_your_move"):
            _approve(escrow, arbiter)
    deciders = (first, second, escrow.arbiter)
    third = next(arbiter for arbiter in world.arbiters if arbiter not in deciders)
    assert _approve(escrow, third)["state"] == "decided"


def test_an_operator_who_signs_for_a_party_has_no_say_in_its_escrow(world: World) -> None:
    escrow = EVERY_POLICY["acknowledge"](world, GOODS)
    world.join(escrow.payee, world.operator, "signer")
    for event in ("assign", "freeze"):
        with refused(world.connection, "not_your_move"):
            escrow.commit(event, "operator")
    escrow.commit("concede", "payee")
    claim = world.command("escrow_claim", escrow_id=escrow.id, actor_id=escrow.payee, reason="x")
    with refused(world.connection, "not_your_move"):
        world.command(
            "escrow_case_close", case_id=claim["case_id"], event="uphold", amount="100",
            actor_id=world.operator, aal="aal2",
        )  # fmt: skip
