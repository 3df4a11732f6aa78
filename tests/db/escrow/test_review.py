"""Faults that a review found, one test each, named for what was wrong."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from tests.world.escrow import Escrow
from tests.world.refused import refused
from tests.world.scenes import EVERY_POLICY, ONCE
from tests.world.trades import draft, p2p_trade, publish
from tests.world.world import PLATFORM, World

GOODS, SERVICE = "market_goods", "market_service"


def test_an_order_under_the_id_of_a_trade_does_not_block_its_end(world: World) -> None:
    """Anybody could keep a settlement from happening, the losing party above all."""
    trade = p2p_trade(world)
    attacker = world.user("attacker")
    world.deposit(attacker, "1")
    publish(world, draft(world, attacker, id=trade.id), attacker)
    trade.commit("perform", "payee")
    assert trade.commit("accept", "payer")["state"] == "released"
    assert world.balance(attacker) == (0, 0, 1)
    assert world.problems() == []


def test_an_order_under_the_id_of_a_dispute_does_not_mix_with_its_bond(world: World) -> None:
    """The bond took the order's money along, and no sweep of orders could end after that."""
    trade = EVERY_POLICY["decided"](world, "p2p_crypto")
    trade.commit("appeal", "payee")
    world.deposit(trade.payee, "1")
    order = draft(world, trade.payee, id=UUID(trade.dispute()["id"]))
    with refused(world.connection, "ledger_holds_pkey"):
        publish(world, order, trade.payee)
    trade.commit("concede", "payee")
    assert world.balance(trade.payee)[0] >= 1
    assert world.problems() == []


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


def test_who_judged_before_does_not_approve_the_decision_of_the_appeal(world: World) -> None:
    escrow, first, second = _decided_by_two(world)
    escrow.commit("appeal", "payee")
    escrow.commit("acknowledge", "arbiter")
    escrow.commit("propose_decision", "arbiter")
    for arbiter in (first, second):
        with refused(world.connection, "not_your_move"):
            _approve(escrow, arbiter)
    judges = (first, second, escrow.arbiter)
    third = next(arbiter for arbiter in world.arbiters if arbiter not in judges)
    assert _approve(escrow, third)["state"] == "decided"


def test_an_appeal_that_nobody_hears_leaves_the_first_decision(world: World) -> None:
    """The loser of all got all back by appealing where no second arbiter is left."""
    escrow = EVERY_POLICY["decide"](world, GOODS)
    row = escrow.row()
    ruling = escrow.payload("decide", "arbiter", row) | {
        "payee_amount": row.amount, "payer_amount": Decimal(0),
    }  # fmt: skip
    escrow.commit("decide", "arbiter", payload=ruling)
    world.run(
        "delete from public.party_members where role = 'arbiter' and user_id <> %s", escrow.arbiter
    )
    before = world.balance(escrow.payer, "USDC_BASE")[0]
    fees = world.balance(PLATFORM, "USDC_BASE", "fees")[0]
    escrow.commit("appeal", "payer")
    for _ in range(3):
        escrow.expire()
        escrow.commit("timeout_acknowledge", "timer")
    escrow.expire()
    answer = escrow.commit("timeout_undecided", "timer")
    assert (answer["state"], answer["payer_amount"]) == ("released", "0")
    # The bond comes back: nothing was decided against who appealed.
    assert world.balance(escrow.payer, "USDC_BASE")[0] == before
    assert world.balance(PLATFORM, "USDC_BASE", "fees")[0] - fees == Decimal(answer["fee_amount"])
    assert world.problems() == []


def test_one_escrow_written_in_two_ways_is_one_decision_of_a_batch(world: World) -> None:
    trade = p2p_trade(world)
    trade.expire()
    decision = trade.decision("timeout_refund", "timer")
    shouted = decision | {"escrow_id": str(trade.id).upper()}
    results = trade.try_many(decision, shouted)
    assert [result["refusal"] for result in results] == [None]
    assert world.problems() == []


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
