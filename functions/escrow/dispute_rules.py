"""Rules for disputes: raise, hand in, take the case, decide, appeal."""

from decimal import Decimal

from shared.refusals import refusal

from . import deadlines
from .decision import Decision
from .permit import Move, Turn
from .settlement import fits

MIN_GROUNDS = 20


def dispute(turn: Turn) -> Decision:
    """A party asks for a judgement."""
    move = turn.permit("dispute")
    payload = turn.command.payload
    if not payload.get("reason"):
        raise refusal("reason_required")
    if move.role == "payee" and not _window_open(turn):
        raise refusal("dispute_window_closed")
    return move.decision(
        due=deadlines.statements(turn.snapshot, turn.now),
        payload={"reason": payload["reason"], "description": payload.get("description") or ""},
    )


def statement(turn: Turn) -> Decision:
    """A side says its part, once; the second statement completes the file."""
    file = turn.snapshot.dispute
    spoken = file.statements_by if file else frozenset()
    if turn.side() in spoken:
        turn.permit("statement")
        raise refusal("statement_exists")
    body = {"body": turn.command.payload["body"]}
    if not spoken:
        return turn.permit("statement").decision(
            due=deadlines.answer(turn.snapshot, turn.now), payload=body
        )
    return turn.permit("statement_reply").decision(
        due=deadlines.acknowledge(turn.snapshot, turn.now), payload=body
    )


def evidence(turn: Turn) -> Decision:
    """A side hands in a file by its hash."""
    return turn.permit("evidence").decision(payload=turn.command.payload)


def acknowledge(turn: Turn) -> Decision:
    """The assigned arbiter takes the case."""
    return turn.permit("acknowledge").decision(due=deadlines.decide(turn.snapshot, turn.now))


def decide(turn: Turn) -> Decision:
    """The arbiter rules; above the policy's limit the ruling is a proposal."""
    if turn.escrow.amount > turn.snapshot.policy.second_approval_above:
        move = turn.permit("propose_decision")
        due = deadlines.decide(turn.snapshot, turn.now)
    else:
        move = turn.permit("decide")
        due = deadlines.appeal(turn.snapshot, turn.now)
    _check_ruling(move)
    return move.decision(due=due, payload=turn.command.payload)


def approve_decision(turn: Turn) -> Decision:
    """The second arbiter agrees."""
    return turn.permit("approve_decision").decision(due=deadlines.appeal(turn.snapshot, turn.now))


def reject_decision(turn: Turn) -> Decision:
    """The second arbiter does not agree: the first decides anew."""
    return turn.permit("reject_decision").decision(due=deadlines.decide(turn.snapshot, turn.now))


def accept_decision(turn: Turn) -> Decision:
    """A side accepts the decision; when both have, it is carried out at once."""
    file, side = turn.snapshot.dispute, turn.side()
    accepted = file.accepted_by if file else frozenset()
    if file and accepted and side not in accepted:
        return turn.permit("settle_decision").decision(gross=file.award_payee_amount)
    move = turn.permit("accept_decision")
    if move.role in accepted:
        raise refusal("already_accepted")
    return move.decision()


def appeal(turn: Turn) -> Decision:
    """A side that did not get all asks another arbiter, once."""
    move = turn.permit("appeal")
    file = turn.snapshot.dispute
    if file and move.role in file.accepted_by:
        raise refusal("already_accepted")
    all_to_side = turn.escrow.amount if move.role == "payee" else Decimal(0)
    if file is None or file.level != 1 or file.award_payee_amount == all_to_side:
        raise refusal("appeal_not_open")
    return move.decision(due=deadlines.acknowledge(turn.snapshot, turn.now))


def _window_open(turn: Turn) -> bool:
    policy, performed_at = turn.snapshot.policy, turn.escrow.performed_at
    if policy.payee_dispute_from != "performed":
        return True
    return performed_at is not None and turn.now >= performed_at + policy.payee_dispute_wait


def _check_ruling(move: Move) -> None:
    escrow, ruling = move.turn.escrow, move.turn.command.payload
    payer, payee = ruling["payer_amount"], ruling["payee_amount"]
    exact = payer >= 0 and payee >= 0 and payer + payee == escrow.amount
    if not exact or not fits(payee, escrow.decimals):
        raise refusal("award_not_exact")
    if not ruling.get("reason") or len(ruling.get("grounds") or "") < MIN_GROUNDS:
        raise refusal("grounds_required")
