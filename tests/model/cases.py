"""What is brought forward after an escrow has ended."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from tests.model.books import Entry, clearing, losses
from tests.model.money import ZERO, fits
from tests.model.operators import answered, not_operator
from tests.model.payments import OPEN, Debt, keep, pay_out
from tests.model.things import Case, Escrow
from tests.model.world import DONE, Answer, Body, Verdict, World, has_key, refusals, refused


def judge_claim(world: World, body: Body) -> Verdict:
    if not has_key(body):
        return refused("idempotency_key_required")
    escrow, actor = world.escrows.get(body["escrow_id"]), body["actor_id"]
    if escrow is None:
        return refused("escrow_not_found")
    known = world.known(actor, body)
    if known is not None:
        return known
    party = _claimant(world, escrow, actor)
    if party is None:
        return refused("not_your_move")
    if not escrow.closed:
        return refused("illegal_move")
    faults = set()
    if escrow.claim_until is None or world.now > escrow.claim_until:
        faults.add("deadline_passed")
    if not body.get("reason"):
        faults.add("reason_required")
    if party in escrow.claims:
        faults.add("duplicate")
    return Verdict(frozenset(faults))


def _claimant(world: World, escrow: Escrow, actor: UUID) -> UUID | None:
    mine = [p for p in (escrow.payer, escrow.payee) if world.cast.acts_for(actor, p)]
    return mine[0] if mine else None


def apply_claim(world: World, body: Body, given: Answer) -> Answer:
    escrow = world.escrows[body["escrow_id"]]
    party = _claimant(world, escrow, body["actor_id"])
    assert party is not None
    escrow.claims.add(party)
    case_id, end = UUID(given["case_id"]), world.now + escrow.policy.review
    world.cases[case_id] = Case(case_id, escrow.id, "claim", party, end)
    answer = {"case_id": case_id, "escrow_id": escrow.id, "state": "review", "deadline_at": end}
    return answered(world, body, answer)


def judge_rail_case(world: World, body: Body) -> Verdict:
    escrow = world.escrows.get(body["escrow_id"])
    if escrow is None:
        return refused("escrow_not_found")
    before = world.rail_events.get(body["provider_event_id"])
    if before is not None:
        return Verdict(replay={"case_id": before})
    waits = escrow.state in ("proposed", "awaiting_funds", "funding_exception")
    kind, code = body["kind"], body["currency"]
    if (kind == "late_funds" and waits) or (kind == "rail_reversal" and not escrow.closed):
        return refused("illegal_move")
    right = body["amount"] > 0 and fits(body["amount"], code)
    if kind == "rail_reversal" and code != escrow.currency:
        right = False
    return DONE if right else refused("funds_not_exact")


def apply_rail_case(world: World, body: Body, given: Answer) -> Answer:
    escrow, case_id = world.escrows[body["escrow_id"]], UUID(given["case_id"])
    kind, code, amount = body["kind"], body["currency"], body["amount"]
    case = Case(case_id, escrow.id, kind, None, world.now + escrow.policy.review, amount)
    case.last_event, world.cases[case_id] = kind, case
    world.rail_events[body["provider_event_id"]] = case_id
    if kind == "late_funds":
        entries = pay_out(
            world, escrow, "return", escrow.payer, code, amount,
            version=escrow.version, case=case_id,
        )  # fmt: skip
        world.books.post([clearing(code, -amount), *entries])
    else:
        _take_back(world, escrow, case, amount)
        case.deadline_at = (body["due_by"] or world.now) + timedelta(days=180)
    return {"case_id": case_id}


def _take_back(world: World, escrow: Escrow, case: Case, amount: Decimal) -> None:
    """From whoever was paid, as far as it reaches; the rest is owed to the platform."""
    code = escrow.currency
    debtor = escrow.payee if (escrow.payee_amount or 0) > 0 else escrow.payer
    for payment in world.payments.values():
        mine = (payment.escrow, payment.party, payment.currency) == (escrow.id, debtor, code)
        if mine and payment.state in OPEN:
            keep(world, payment)
    taken = min(world.books.available(debtor, code), amount)
    case.debtor, case.taken = debtor, taken
    world.books.post(
        [clearing(code, amount), Entry(debtor, code, -taken), losses(code, taken - amount)]
    )
    if amount > taken:
        world.debts.append(Debt(debtor, case.id, code, amount - taken))


def judge_outcome(world: World, body: Body) -> Verdict:
    case = world.cases.get(body["case_id"])
    if case is None or body["event"] not in ("reversal_won", "reversal_lost"):
        return refused("illegal_move")
    if case.last_event == body["event"]:
        return Verdict(replay={"case_id": case.id})
    right = case.state == "review" and case.kind == "rail_reversal"
    return DONE if right else refused("illegal_move")


def apply_outcome(world: World, body: Body, given: Answer) -> Answer:
    case = world.cases[body["case_id"]]
    escrow, event = world.escrows[case.escrow], body["event"]
    case.state = "dismissed" if event == "reversal_won" else "upheld"
    case.last_event, case.deadline_at = event, None
    if event == "reversal_won":
        code, amount = escrow.currency, case.amount
        assert amount is not None
        assert case.debtor is not None
        owed = ZERO
        for debt in world.debts:
            if debt.case == case.id:
                owed = debt.cancelled = debt.amount - debt.recovered
        entries = pay_out(
            world, escrow, "reinstate", case.debtor, code, amount - owed,
            version=escrow.version, case=case.id,
        )  # fmt: skip
        world.books.post([clearing(code, -amount), losses(code, owed), *entries])
    return {"case_id": case.id}


def judge_close_case(world: World, body: Body) -> Verdict:
    early = not_operator(world, body)
    if early is not None:
        return early
    case = world.cases.get(body["case_id"])
    if case is None:
        return refused("case_not_found")
    escrow, amount = world.escrows[case.escrow], body.get("amount")
    right = amount is None or (0 <= amount <= escrow.amount and fits(amount, escrow.currency))
    sides = (escrow.payer, escrow.payee)
    mine = any(world.cast.belongs_to(body["actor_id"], side) for side in sides)
    return refusals(
        not_your_move=mine,
        illegal_move=body["event"] not in ("uphold", "dismiss")
        or case.state != "review"
        or case.kind == "rail_reversal",
        bad_amount=not right,
    )


def apply_close_case(world: World, body: Body, given: Answer) -> Answer:
    case, amount = world.cases[body["case_id"]], body.get("amount")
    case.state = {"uphold": "upheld", "dismiss": "dismissed"}[body["event"]]
    case.deadline_at, case.last_event = None, body["event"]
    if case.state == "upheld" and case.kind == "claim" and amount:
        case.paid_amount = amount
        code = world.escrows[case.escrow].currency
        assert case.raised_by is not None
        world.books.post([losses(code, -amount), Entry(case.raised_by, code, amount)])
    return answered(world, body, {"case_id": case.id, "state": case.state})


def apply_expire_cases(world: World) -> int:
    over = [
        case
        for case in world.cases.values()
        if case.deadline_at is not None and case.deadline_at <= world.now
    ]
    for case in over:
        case.state, case.deadline_at, case.last_event = "dismissed", None, "timeout_dismiss"
    return len(over)
