"""The dispute file: assignment, timeouts, decisions, appeals, second approval."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from tests.world.escrow import Escrow
from tests.world.refused import refused
from tests.world.scenes import EVERY_POLICY, ONCE
from tests.world.trades import funded
from tests.world.world import PLATFORM, World

SERVICE = "market_service"


def _assigned(escrow: Escrow) -> list[UUID]:
    return [
        row[0]
        for row in escrow.world.rows(
            "select a.arbiter_id from public.dispute_assignments as a "
            "join public.disputes as d on d.id = a.dispute_id where d.escrow_id = %s "
            "order by a.number",
            escrow.id,
        )
    ]


def test_disputes_go_to_whoever_has_the_fewest(world: World) -> None:
    given = [EVERY_POLICY["acknowledge"](world, SERVICE).arbiter for _ in range(12)]
    assert sorted(given[:6], key=str) == sorted(world.arbiters, key=str)
    assert [given.count(arbiter) for arbiter in world.arbiters] == [2] * 6


def test_a_closed_dispute_is_no_load(world: World) -> None:
    world.run("delete from public.party_members where user_id = any (%s)", world.arbiters[2:])
    first = EVERY_POLICY["acknowledge"](world, SERVICE)
    second = EVERY_POLICY["acknowledge"](world, SERVICE)
    freed = second.arbiter
    second.commit("concede", "payee")
    assert first.arbiter != freed
    assert EVERY_POLICY["acknowledge"](world, SERVICE).arbiter == freed


@pytest.mark.parametrize("part", ["payer", "payee", "member of the payer"])
def test_no_arbiter_decides_the_own_case(world: World, part: str) -> None:
    escrow = EVERY_POLICY["one_statement"](world, SERVICE)
    party = escrow.payee if part == "payee" else escrow.payer
    world.run("delete from public.party_members where role = 'arbiter'")
    if part.startswith("member"):
        arbiter = world.arbiters[0]
        world.join(escrow.payer, arbiter, "viewer")
    else:
        arbiter = party
    world.join(PLATFORM, arbiter, "arbiter")
    escrow.commit("statement_reply", "payee")
    assert escrow.arbiter is None
    assert escrow.place == ("disputed", "acknowledge")
    with refused(world.connection, "arbiter_not_eligible"):
        escrow.commit("assign", "operator", payload={"arbiter_id": arbiter})
    # With somebody free later, the next turn finds them.
    free = world.user("arbiter")
    world.join(PLATFORM, free, "arbiter")
    escrow.expire()
    escrow.commit("timeout_acknowledge", "timer")
    assert escrow.arbiter == free


def test_nobody_gets_the_same_dispute_twice(world: World) -> None:
    escrow = ONCE["acknowledge_out_of_arbiters"](world, SERVICE)
    assert len(set(_assigned(escrow))) == len(_assigned(escrow)) == 4
    for used in _assigned(escrow):
        with refused(world.connection, "arbiter_not_eligible"):
            escrow.commit("assign", "operator", payload={"arbiter_id": used})
    with refused(world.connection, "arbiter_not_eligible"):
        escrow.commit("assign", "operator", payload={"arbiter_id": escrow.stranger})
    with refused(world.connection, "arbiter_not_eligible"):
        escrow.commit("assign", "operator", payload={})


def test_an_operator_takes_a_case_away(world: World) -> None:
    escrow = EVERY_POLICY["decide"](world, SERVICE)
    before = escrow.arbiter
    escrow.commit("assign", "operator")
    assert escrow.place == ("disputed", "acknowledge")
    assert escrow.arbiter != before
    with refused(world.connection, "not_your_move"):
        escrow.commit("acknowledge", "arbiter", actor_id=before)


def test_an_operator_who_is_a_party_assigns_nobody(world: World) -> None:
    escrow = EVERY_POLICY["acknowledge"](world, SERVICE)
    world.join(escrow.payer, world.operator, "owner")
    for event in ("assign", "freeze"):
        with refused(world.connection, "not_your_move"):
            escrow.commit(event, "operator")


@pytest.mark.parametrize(
    ("statements", "payee_share"), [("payer", 0), ("payee", 100), ("both", 50), ("none", 50)]
)
def test_silence_all_the_way_ends_by_the_policy(
    world: World, statements: str, payee_share: int
) -> None:
    """Nobody decides: all to the only side that spoke, else as the policy divides."""
    escrow = EVERY_POLICY["statements"](world, SERVICE)
    if statements in ("payer", "payee"):
        escrow.commit("statement", statements)
    if statements == "both":
        escrow.commit("statement", "payer")
        escrow.commit("statement_reply", "payee")
    else:
        escrow.expire()
        escrow.commit("timeout_statements", "timer")
    for turn in range(3):
        with refused(world.connection, "not_due"):
            escrow.commit("timeout_acknowledge", "timer")
        if turn == 1:
            escrow.commit("acknowledge", "arbiter")
        escrow.expire()
        escrow.commit("timeout_decide" if turn == 1 else "timeout_acknowledge", "timer")
    escrow.expire()
    with refused(world.connection, "no_arbiters_left"):
        escrow.commit("timeout_acknowledge", "timer")
    answer = escrow.commit("timeout_undecided", "timer")
    payee = Decimal(answer["payee_amount"]) + Decimal(answer["fee_amount"])
    assert payee == payee_share
    assert answer["state"] == {0: "refunded", 100: "released", 50: "split"}[payee_share]
    assert world.rows("select status, resolved_by from public.disputes") == [("resolved", None)]
    assert world.problems() == []


def test_nobody_decides_by_default_while_an_arbiter_may_still_be_asked(world: World) -> None:
    escrow = EVERY_POLICY["acknowledge"](world, SERVICE)
    for _ in range(3):
        escrow.expire()
        with refused(world.connection, "arbiters_left"):
            escrow.commit("timeout_undecided", "timer")
        escrow.commit("timeout_acknowledge", "timer")
    escrow.expire()
    escrow.commit("timeout_undecided", "timer")


def test_the_default_is_not_chosen_by_the_caller(world: World) -> None:
    escrow = ONCE["acknowledge_out_of_arbiters"](world, SERVICE)
    escrow.expire()
    with refused(world.connection, "settlement_not_as_ruled"):
        escrow.commit("timeout_undecided", "timer", payer_amount="100", payee_amount="0",
                      fee_amount="0")  # fmt: skip


def _rule(escrow: Escrow, payee: str, role: str = "arbiter", event: str = "decide") -> Any:
    row = escrow.row()
    ruling = escrow.payload("decide", role, row)
    ruling |= {"payee_amount": payee, "payer_amount": row.amount - Decimal(payee)}
    return escrow.commit(event, role, payload=ruling)


@pytest.mark.parametrize(
    ("appellant", "second", "returned"),
    [("payer", "20", True), ("payer", "25", False), ("payer", "30", False),
     ("payee", "30", True), ("payee", "25", False), ("payee", "20", False)],
)  # fmt: skip
def test_the_bond_of_an_appeal(world: World, appellant: str, second: str, returned: bool) -> None:
    """Back when the second decision is better for who appealed, else to the platform."""
    escrow = EVERY_POLICY["decided"](world, SERVICE)
    party = escrow.payer if appellant == "payer" else escrow.payee
    before = world.balance(party, "USDC_BASE")
    escrow.commit("appeal", appellant)
    # 2 % of 100.
    assert world.balance(party, "USDC_BASE") == (before[0] - 2, 0, before[2] + 2)
    fees = world.balance(PLATFORM, "USDC_BASE", "fees")[0]
    escrow.commit("acknowledge", "arbiter")
    _rule(escrow, second)
    escrow.expire()
    answer = escrow.commit("timeout_settle", "timer")
    part = Decimal(answer[f"{appellant}_amount"])
    wanted = before[0] + part - (0 if returned else 2)
    # The bond comes back at once, the award waits for its payment.
    assert sum(world.balance(party, "USDC_BASE")[:2]) == wanted
    kept = world.balance(PLATFORM, "USDC_BASE", "fees")[0] - fees - Decimal(answer["fee_amount"])
    assert kept == (0 if returned else 2)
    assert world.problems() == []


def test_who_accepted_the_first_decision_has_not_accepted_the_second(world: World) -> None:
    escrow = ONCE["accepted_by_payer"](world, SERVICE)
    escrow.commit("appeal", "payee")
    escrow.commit("acknowledge", "arbiter")
    _rule(escrow, "40")
    with refused(world.connection, "other_side_pending"):
        escrow.commit("settle_decision", "payee")
    escrow.commit("accept_decision", "payee")
    assert escrow.commit("settle_decision", "payer")["state"] == "split"


def test_an_appeal_has_its_own_patience_with_arbiters(world: World) -> None:
    escrow = ONCE["decide_out_of_arbiters"](world, SERVICE)
    escrow.commit("decide", "arbiter")
    escrow.commit("appeal", "payee")
    heard_by = escrow.arbiter
    escrow.expire()
    with refused(world.connection, "arbiters_left"):
        escrow.commit("timeout_undecided", "timer")
    escrow.commit("timeout_acknowledge", "timer")
    assert escrow.arbiter != heard_by


def test_an_appeal_goes_to_another_arbiter_once(world: World) -> None:
    escrow = EVERY_POLICY["decided"](world, SERVICE)
    first = escrow.arbiter
    escrow.commit("appeal", "payer")
    assert escrow.dispute()["level"] == 2
    assert escrow.arbiter not in (None, first)
    escrow.commit("acknowledge", "arbiter")
    _rule(escrow, "10")
    for role in ("payer", "payee"):
        with refused(world.connection, "appeal_not_open"):
            escrow.commit("appeal", role)
    assert world.rows(
        "select level, payee_amount::numeric from public.dispute_decisions order by level"
    ) == [(1, 25), (2, 10)]


def test_who_got_all_does_not_appeal(world: World) -> None:
    for scene, winner in (("decided_for_payer", "payer"), ("decided_for_payee", "payee")):
        escrow = ONCE[scene](world, SERVICE)
        with refused(world.connection, "appeal_not_open"):
            escrow.commit("appeal", winner)


def test_an_appeal_without_money_for_the_bond(world: World) -> None:
    escrow = EVERY_POLICY["decided"](world, SERVICE)
    world.command(
        "ledger_move_external",
        kind="withdrawal",
        party_id=escrow.payee,
        currency="USDC_BASE",
        amount="299",
        actor_id=world.operator,
        aal="aal2",
    )
    with refused(world.connection, "insufficient_funds"):
        escrow.commit("appeal", "payee")
    assert escrow.place == ("decided", "")


def test_above_the_limit_two_arbiters_decide(world: World) -> None:
    escrow = ONCE["decide_above_the_limit"](world, SERVICE)
    with refused(world.connection, "second_approval_required"):
        escrow.commit("decide", "arbiter")
    escrow.commit("propose_decision", "arbiter")
    for role in ("arbiter", "payer", "operator"):
        with refused(world.connection, "not_your_move"):
            escrow.commit("approve_decision", role)
    proposer = escrow.arbiter
    partial, approver = [one for one in world.arbiters if one != proposer][:2]
    world.join(escrow.payee, partial, "viewer")
    with refused(world.connection, "not_your_move"):
        escrow.commit("approve_decision", "other_arbiter", actor_id=partial)
    escrow.commit("approve_decision", "other_arbiter", actor_id=approver)
    assert world.rows("select arbiter_id, approved_by from public.dispute_decisions") == [
        (proposer, approver)
    ]
    assert escrow.award() == 25


def test_a_rejected_proposal_is_made_anew(world: World) -> None:
    escrow = ONCE["approve"](world, SERVICE)
    escrow.commit("reject_decision", "other_arbiter")
    assert escrow.place == ("disputed", "decide")
    assert world.rows("select ruling from private.dispute_proposals") == []
    row = escrow.row()
    ruling = escrow.payload("decide", "arbiter", row) | {
        "payee_amount": "40", "payer_amount": row.amount - 40,
    }  # fmt: skip
    escrow.commit("propose_decision", "arbiter", payload=ruling)
    escrow.commit("approve_decision", "other_arbiter")
    assert escrow.award() == 40


def test_a_proposal_dies_with_its_arbiters_turn(world: World) -> None:
    escrow = ONCE["approve"](world, SERVICE)
    before = escrow.arbiter
    escrow.expire()
    escrow.commit("timeout_decide", "timer")
    assert escrow.place == ("disputed", "acknowledge")
    assert world.rows("select ruling from private.dispute_proposals") == []
    assert escrow.arbiter != before


def test_both_accept_a_decision_and_it_settles_at_once(world: World) -> None:
    escrow = EVERY_POLICY["decided"](world, SERVICE)
    escrow.commit("accept_decision", "payee")
    answer = escrow.commit("settle_decision", "payer")
    assert (answer["state"], answer["payer_amount"], answer["payee_amount"]) == (
        "split", "75", "23.75",
    )  # fmt: skip
    dispute = world.rows("select status, resolution, resolved_by is not null from public.disputes")
    assert dispute == [("resolved", "settle_decision", True)]


def test_a_statement_is_one_a_side_and_kept_as_it_is(world: World) -> None:
    escrow = EVERY_POLICY["one_statement"](world, SERVICE)
    with refused(world.connection, "statement_exists"):
        escrow.commit("statement_reply", "payer")
    with refused(world.connection, "statement_order"):
        escrow.commit("statement", "payee")
    body, digest = world.rows("select body, sha256 from public.dispute_statements")[0]
    assert world.one("select encode(sha256(convert_to(%s, 'UTF8')), 'hex')", body) == digest


def test_evidence_has_a_hash_and_a_limit(world: World) -> None:
    escrow = EVERY_POLICY["statements"](world, SERVICE)
    receipt = escrow.payload("evidence", "payer", escrow.row())
    for wrong in ("", "F" * 64, "f" * 63, None):
        with refused(world.connection, "hash_required"):
            escrow.commit("evidence", "payer", payload=receipt | {"sha256": wrong})
    for number in range(20):
        digest = f"{number:064x}"
        with refused(world.connection, "file_not_found"):
            escrow.commit("evidence", "payer", payload=receipt | {"sha256": digest})
        escrow.announce("payer", digest)
        escrow.commit("evidence", "payer", payload=receipt | {"sha256": digest})
    with refused(world.connection, "evidence_limit"):
        escrow.commit("evidence", "payer", payload=receipt | {"sha256": "a" * 64})
    escrow.commit("evidence", "payee", payload=receipt)
    with refused(world.connection, "23505"):
        escrow.commit("evidence", "payee", payload=receipt)


def test_a_file_is_handed_in_as_its_own_side_announced_it(world: World) -> None:
    escrow = EVERY_POLICY["statements"](world, SERVICE)
    escrow.announce("payee", "a" * 64)
    said = {"sha256": "a" * 64, "name": "other.exe", "media_type": "text/html", "size_bytes": 1}
    with refused(world.connection, "file_not_found"):
        escrow.commit("evidence", "payer", payload=said)
    escrow.commit("evidence", "payee", payload=said)
    assert world.rows("select name, media_type, size_bytes from public.dispute_evidence") == [
        ("receipt.pdf", "application/pdf", 1024)
    ]


def test_a_dispute_ends_with_its_escrow_whoever_ends_it(world: World) -> None:
    for scene in ("statements", "acknowledge", "decide", "approve"):
        for event, role in (("concede", "payee"), ("accept", "payer")):
            build = EVERY_POLICY.get(scene) or ONCE[scene]
            with world.connection.transaction(force_rollback=True):
                escrow = build(world, SERVICE)
                escrow.commit(event, role)
                assert escrow.dispute() == {}
                for late in ("decide", "approve_decision", "acknowledge", "assign"):
                    with refused(world.connection, "escrow_closed"):
                        escrow.commit(late, "other_arbiter")


def test_one_dispute_at_a_time_and_never_a_second_one_open(world: World) -> None:
    escrow = EVERY_POLICY["statements"](world, SERVICE)
    with refused(world.connection, "illegal_move"):
        escrow.commit("dispute", "payee")
    with refused(world.connection, "disputes_one_pending_idx", "23505"):
        world.run(
            "insert into public.disputes (id, escrow_id, reason, description, reference_amount, "
            "created_at, updated_at, statement_within, acknowledge_within, decide_within, "
            "appeal_within) values (gen_random_uuid(), %s, 'again', '', 1, now(), now(), '1 d', "
            "'1 d', '1 d', '1 d')",
            escrow.id,
        )


def test_the_timer_opens_the_dispute_of_a_silent_payer(world: World) -> None:
    escrow = funded(world, "p2p_crypto")
    escrow.commit("perform", "payee")
    escrow.expire()
    escrow.commit("timeout_dispute", "timer")
    rows = world.rows("select raised_by, against_user_id, reason from public.disputes")
    assert rows == [(None, None, "silence")]
