"""Rules for disputes: raise, submit, take the case, decide, appeal."""

from decimal import Decimal

from shared.refusals import refusal

from . import deadlines
from .decision import Decision
from .permit import Context, Move
from .settlement import fits

MIN_GROUNDS = 20


def dispute(context: Context) -> Decision:
    """A party opens a dispute."""
    move = context.permit("dispute")
    payload = context.command.payload
    if not payload.get("reason"):
        raise refusal("reason_required")
    if move.role == "payee" and not _window_open(context):
        raise refusal("dispute_window_closed")
    return move.decision(
        due=deadlines.statements(context.snapshot, context.now),
        payload={"reason": payload["reason"], "description": payload.get("description") or ""},
    )


def statement(context: Context) -> Decision:
    """A side says its part, once; the second statement completes the file."""
    file = context.snapshot.dispute
    spoken = file.statements_by if file else frozenset()
    if context.side() in spoken:
        context.permit("statement")
        raise refusal("statement_exists")
    body = {"body": context.command.payload["body"]}
    if not spoken:
        return context.permit("statement").decision(
            due=deadlines.answer(context.snapshot, context.now), payload=body
        )
    return context.permit("statement_reply").decision(
        due=deadlines.acknowledge(context.snapshot, context.now), payload=body
    )


def evidence(context: Context) -> Decision:
    """A side submits a file by its hash."""
    return context.permit("evidence").decision(payload=context.command.payload)


def acknowledge(context: Context) -> Decision:
    """The assigned arbiter takes the case."""
    return context.permit("acknowledge").decision(
        due=deadlines.decide(context.snapshot, context.now)
    )


def decide(context: Context) -> Decision:
    """The arbiter rules; above the policy's limit the ruling is a proposal."""
    if context.escrow.amount > context.snapshot.policy.second_approval_above:
        move = context.permit("propose_decision")
        due = deadlines.decide(context.snapshot, context.now)
    else:
        move = context.permit("decide")
        due = deadlines.appeal(context.snapshot, context.now)
    _check_ruling(move)
    return move.decision(due=due, payload=context.command.payload)


def approve_decision(context: Context) -> Decision:
    """The second arbiter agrees."""
    return context.permit("approve_decision").decision(
        due=deadlines.appeal(context.snapshot, context.now)
    )


def reject_decision(context: Context) -> Decision:
    """The second arbiter does not agree: the first decides anew."""
    return context.permit("reject_decision").decision(
        due=deadlines.decide(context.snapshot, context.now)
    )


def accept_decision(context: Context) -> Decision:
    """A side accepts the decision; when both have, it is carried out at once."""
    file, side = context.snapshot.dispute, context.side()
    accepted = file.accepted_by if file else frozenset()
    if file and accepted and side not in accepted:
        return context.permit("settle_decision").decision(gross=file.award_payee_amount)
    move = context.permit("accept_decision")
    if move.role in accepted:
        raise refusal("already_accepted")
    return move.decision()


def appeal(context: Context) -> Decision:
    """A side that did not get all asks another arbiter, once."""
    move = context.permit("appeal")
    file = context.snapshot.dispute
    if file and move.role in file.accepted_by:
        raise refusal("already_accepted")
    all_to_side = context.escrow.amount if move.role == "payee" else Decimal(0)
    if file is None or file.level != 1 or file.award_payee_amount == all_to_side:
        raise refusal("appeal_not_open")
    return move.decision(due=deadlines.acknowledge(context.snapshot, context.now))


def _window_open(context: Context) -> bool:
    policy, performed_at = context.snapshot.policy, context.escrow.performed_at
    if policy.payee_dispute_from != "performed":
        return True
    return performed_at is not None and context.now >= performed_at + policy.payee_dispute_wait


def _check_ruling(move: Move) -> None:
    escrow, ruling = move.context.escrow, move.context.command.payload
    payer, payee = ruling["payer_amount"], ruling["payee_amount"]
    exact = payer >= 0 and payee >= 0 and payer + payee == escrow.amount
    if not exact or not fits(payee, escrow.decimals):
        raise refusal("award_not_exact")
    if not ruling.get("reason") or len(ruling.get("grounds") or "") < MIN_GROUNDS:
        raise refusal("grounds_required")
