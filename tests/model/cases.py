"""What is brought forward after an escrow has ended."""

from uuid import UUID

from tests.model.books import Entry, clearing, losses
from tests.model.money import fits
from tests.model.operators import answered, not_operator
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
    wanted = "late_funds" if escrow.state == "void" else "rail_reversal"
    if not escrow.closed or body["kind"] != wanted:
        return refused("illegal_move")
    right = body["amount"] > 0 and fits(body["amount"], escrow.currency)
    return DONE if right else refused("funds_not_exact")


def apply_rail_case(world: World, body: Body, given: Answer) -> Answer:
    escrow, case_id = world.escrows[body["escrow_id"]], UUID(given["case_id"])
    code, amount = escrow.currency, body["amount"]
    if body["kind"] == "late_funds":
        world.books.post([clearing(code, -amount), Entry(escrow.payer, code, amount)])
    else:
        world.books.post([losses(code, -amount), clearing(code, amount)])
    end = world.now + escrow.policy.review
    world.cases[case_id] = Case(case_id, escrow.id, body["kind"], None, end, amount)
    world.rail_events[body["provider_event_id"]] = case_id
    return {"case_id": case_id}


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
        illegal_move=body["event"] not in ("uphold", "dismiss") or case.state != "review",
        bad_amount=not right,
    )


def apply_close_case(world: World, body: Body, given: Answer) -> Answer:
    case, amount = world.cases[body["case_id"]], body.get("amount")
    case.state = {"uphold": "upheld", "dismiss": "dismissed"}[body["event"]]
    case.deadline_at = None
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
        case.state, case.deadline_at = "dismissed", None
    return len(over)
