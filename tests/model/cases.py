"""What is brought forward after an escrow has ended."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from tests.model.books import Debt, Entry, clearing, fees, losses, receivables
from tests.model.bounds import taken, too_much
from tests.model.money import ZERO, fits
from tests.model.operators import answered, not_operator
from tests.model.payments import OPEN, keep, pay_out
from tests.model.things import Case, Escrow
from tests.model.world import DONE, Answer, Body, Verdict, World, has_key, refusals, refused


def validate_claim(world: World, body: Body) -> Verdict:
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
    mine = [p for p in (escrow.payer, escrow.payee) if world.people.acts_for(actor, p)]
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


def validate_rail_case(world: World, body: Body) -> Verdict:
    escrow = world.escrows.get(body["escrow_id"])
    if escrow is None:
        return refused("escrow_not_found")
    before = world.rail_events.get(body["provider_event_id"])
    if before is not None:
        return Verdict(replay={"case_id": before})
    waits = escrow.state in ("proposed", "awaiting_funds", "funding_exception")
    kind, code = body["kind"], body["currency"]
    if (
        escrow.rail == "internal"
        or (kind == "late_funds" and waits)
        or (kind == "rail_reversal" and not escrow.closed)
    ):
        return refused("illegal_move")
    signed = body["amount"] > 0 or (kind == "discrepancy" and body["amount"] < 0)
    right = signed and fits(body["amount"], code)
    if kind == "rail_reversal" and code != escrow.currency:
        right = False
    if not right:
        return refused("funds_not_exact")
    return refusals(
        other_rail=escrow.rail == "internal",
        rail_currency=code != escrow.currency and not code.endswith("_BASE"),
        report_too_large=_unbelievable(escrow, kind, code, body["amount"]),
    )


def _unbelievable(escrow: Escrow, kind: str, code: str, amount: Decimal) -> bool:
    if kind == "rail_reversal":
        return too_much(escrow, code, amount, taken(escrow, code))
    if kind == "discrepancy" and code == escrow.currency:
        return too_much(escrow, code, abs(amount), escrow.rail_odd.get((amount > 0, code), ZERO))
    return False


def apply_rail_case(world: World, body: Body, given: Answer) -> Answer:
    escrow, case_id = world.escrows[body["escrow_id"]], UUID(given["case_id"])
    kind, code, amount = body["kind"], body["currency"], body["amount"]
    case = Case(case_id, escrow.id, kind, None, world.now + escrow.policy.review, amount)
    case.currency, case.last_event, world.cases[case_id] = code, kind, case
    world.rail_events[body["provider_event_id"]] = case_id
    own = code == escrow.currency
    if kind == "late_funds":
        escrow.rail_in[code] = escrow.rail_in.get(code, ZERO) + amount
        escrow.account.came_in += amount if own else ZERO
        entries = pay_out(
            world, escrow, "return", escrow.payer, code, amount,
            version=escrow.version, case=case_id,
        )  # fmt: skip
        world.books.post([clearing(code, -amount), *entries])
    elif kind == "discrepancy":
        case.deadline_at = world.now + DISCREPANCY
        odd = (amount > 0, code)
        escrow.rail_odd[odd] = escrow.rail_odd.get(odd, ZERO) + abs(amount)
        _differs(escrow, amount if own else ZERO)
        world.books.post([clearing(code, amount), losses(code, -amount)])
    else:
        case.event = body["provider_event_id"]
        _moved(escrow, case.event, code, amount)
        _take_back(world, escrow, case, amount)
        case.event = None
        case.deadline_at = (body["due_by"] or world.now) + timedelta(days=180)
    assert escrow.account.whole, escrow.account
    return {"case_id": case_id}


DISCREPANCY = timedelta(days=30)


def _moved(escrow: Escrow, name: str, code: str, amount: Decimal) -> None:
    """The rail took it back under a name, or gave it back (below zero)."""
    escrow.rail_out[name, code] = escrow.rail_out.get((name, code), ZERO) + amount


def _differs(escrow: Escrow, amount: Decimal) -> None:
    """What fits nothing: the rail took it, or gave it (below zero)."""
    escrow.account.lost += amount
    if amount > 0:
        escrow.account.rail_took += amount
    else:
        escrow.account.came_in -= amount


def _discrepancy(world: World, case: Case, event: str, amount: Decimal) -> None:
    """A case of which only the event of the rail is known."""
    end = world.now + DISCREPANCY
    found = Case(uuid4(), case.escrow, "discrepancy", None, end, amount)
    found.event, found.currency = event, case.currency
    world.cases[found.id] = found


def _take_back(world: World, escrow: Escrow, case: Case, amount: Decimal) -> None:
    """First from what the payer was given back, then from what the payee was paid, then from the
    fee; the rest is lost."""
    code, account = escrow.currency, escrow.account
    for payment in world.payments.values():
        if (payment.escrow, payment.currency) == (escrow.id, code) and payment.state in OPEN:
            keep(world, payment)
    left, entries, debts = amount, [clearing(code, amount)], []
    for party, side in ((escrow.payer, "payer"), (escrow.payee, "payee")):
        borne = getattr(account, f"by_{side}")
        part = min(left, getattr(account, f"to_{side}") - borne)
        setattr(account, f"by_{side}", borne + part)
        left -= part
        taken = min(part, world.books.available(party, code))
        entries += [Entry(party, code, -taken), receivables(code, taken - part)]
        if part:
            debts.append(Debt(party, case.id, code, part, recovered=taken))
    fee = min(left, account.fee - account.by_fee)
    lost = left - fee
    account.by_fee, account.lost = account.by_fee + fee, account.lost + lost
    account.rail_took += amount
    case.fee_amount, case.loss_amount = fee, lost
    world.books.post([*entries, fees(code, -fee), losses(code, -lost)])
    world.books.debts += debts
    if lost:
        _discrepancy(world, case, f"{case.event}:loss", lost)


def validate_outcome(world: World, body: Body) -> Verdict:
    case = world.cases.get(body["case_id"])
    if case is None or body["event"] not in ("reversal_won", "reversal_lost"):
        return refused("illegal_move")
    if case.last_event == body["event"]:
        return Verdict(replay={"case_id": case.id})
    if case.kind != "rail_reversal" or case.last_event == "reversal_won":
        return refused("illegal_move")
    amount, escrow = body["amount"], world.escrows[case.escrow]
    code, whole = escrow.currency, case.amount
    assert whole is not None
    right = amount is None or (amount > 0 and fits(amount, code))
    if not right:
        return refused("funds_not_exact")
    if amount is not None and amount > whole:
        lost = body["event"] == "reversal_lost"
        more, beside = (amount - whole, taken(escrow, code)) if lost else (amount, ZERO)
        if too_much(escrow, code, more, beside):
            return refused("report_too_large")
    return DONE


def apply_outcome(world: World, body: Body, given: Answer) -> Answer:
    case = world.cases[body["case_id"]]
    escrow, event = world.escrows[case.escrow], body["event"]
    code, account, whole = escrow.currency, escrow.account, case.amount
    assert whole is not None
    amount = whole if body["amount"] is None else body["amount"]
    case.state = "dismissed" if event == "reversal_won" else "upheld"
    case.last_event, case.deadline_at = event, None
    known = next(key for key, value in world.rail_events.items() if value == case.id)
    _moved(escrow, known, code, amount - whole if event == "reversal_lost" else -amount)
    if event == "reversal_lost":
        more = amount - whole
        account.rail_took += more
        world.books.post([clearing(code, more), losses(code, -more)])
    else:
        more = whole - amount
        account.rail_took -= amount
        account.lost -= case.loss_amount
        account.by_fee -= case.fee_amount
        entries = [fees(code, case.fee_amount), losses(code, case.loss_amount - more)]
        for debt in [each for each in world.books.debts if each.case == case.id]:
            side = "by_payer" if debt.party == escrow.payer else "by_payee"
            setattr(account, side, getattr(account, side) - debt.amount)
            entries.append(receivables(code, debt.left))
            debt.cancelled += debt.left
            entries += pay_out(
                world, escrow, "reinstate", debt.party, code, debt.recovered,
                version=escrow.version, case=case.id,
            )  # fmt: skip
        world.books.post([clearing(code, -amount), *entries])
    account.lost += more
    if more:
        _discrepancy(world, case, f"{known}:{event}", more)
    assert account.whole, account
    return {"case_id": case.id}


def validate_close_case(world: World, body: Body) -> Verdict:
    early = not_operator(world, body)
    if early is not None:
        return early
    case = world.cases.get(body["case_id"])
    if case is None:
        return refused("case_not_found")
    escrow, amount = world.escrows[case.escrow], body.get("amount")
    right = amount is None or (0 <= amount <= escrow.amount and fits(amount, escrow.currency))
    pays = body["event"] == "uphold" and case.kind == "claim" and amount
    sides = (escrow.payer, escrow.payee)
    mine = any(world.people.belongs_to(body["actor_id"], side) for side in sides)
    return refusals(
        not_your_move=mine,
        illegal_move=body["event"] not in ("uphold", "dismiss")
        or case.state != "review"
        or case.kind == "rail_reversal",
        bad_amount=not right,
        claims_exceed_escrow=bool(pays) and escrow.claimed + (amount or ZERO) > escrow.amount,
    )


def apply_close_case(world: World, body: Body, given: Answer) -> Answer:
    case, amount = world.cases[body["case_id"]], body.get("amount")
    case.state = {"uphold": "upheld", "dismiss": "dismissed"}[body["event"]]
    case.deadline_at, case.last_event = None, body["event"]
    if case.state == "upheld" and case.kind == "claim" and amount:
        case.paid_amount = amount
        world.escrows[case.escrow].claimed += amount
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
