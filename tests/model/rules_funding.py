"""Guards of signing and funding."""

from datetime import timedelta
from decimal import Decimal

from tests.model.bounds import move_too_much
from tests.model.money import DECIMALS, ZERO, fits
from tests.model.rule_parts import arrives, codes, other, payload
from tests.model.rules_holds import may_stand
from tests.model.things import Escrow
from tests.model.world import Body, World


def sign(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    return codes(
        terms_differ=payload(d).get("terms_hash") != escrow.terms_hash,
        already_signed=role in escrow.signed_by,
        stale_version=bool(escrow.signed_by),
    )


def countersign(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    return codes(
        terms_differ=payload(d).get("terms_hash") != escrow.terms_hash,
        already_signed=role in escrow.signed_by,
        other_side_pending=not escrow.signed_by,
    )


def fund(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    owned = world.books.available(escrow.payer, escrow.currency)
    other_rail = escrow.rail != "internal"
    return codes(other_rail=other_rail, insufficient_funds=owned < escrow.amount)


def unbelievable(world: World, escrow: Escrow, given: Body) -> set[str]:
    """What no rail can say: of an escrow inside, of a coin of another chain, of a time to come."""
    code, time = given.get("currency") or escrow.currency, given.get("provider_time")
    return codes(
        other_rail=escrow.rail == "internal",
        rail_currency=code != escrow.currency and not code.endswith("_BASE"),
        report_time=time is not None and time > world.now + timedelta(hours=1),
    )


def funds_confirmed(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    given = payload(d)
    exact = (given.get("amount"), given.get("currency")) == (escrow.amount, escrow.currency)
    time, end = given.get("provider_time"), escrow.expires_at
    late = time is None or end is None or time > end
    return codes(funds_not_exact=not exact, funds_late=late) | unbelievable(world, escrow, given)


def funds_mismatch(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    given = payload(d)
    wrong = codes(reason_required=not given.get("reason"), funds_not_exact=not arrives(given))
    return wrong | unbelievable(world, escrow, given)


def suspense(world: World, escrow: Escrow) -> Decimal:
    return world.books.held(escrow.id, escrow.currency, "pending")


def top_up(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    waiting = suspense(world, escrow)
    if role == "rail":
        given = payload(d)
        right = arrives(given) and given.get("currency") == escrow.currency
        wrong = codes(funds_not_exact=not right or waiting + given["amount"] < escrow.amount)
        return wrong | unbelievable(world, escrow, given)
    missing = max(escrow.amount - waiting, ZERO)
    return codes(insufficient_funds=world.books.available(escrow.payer, escrow.currency) < missing)


def propose_partial(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    return codes(funds_not_exact=suspense(world, escrow) <= 0)


def accept_partial(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    standing = escrow.open_offer(other(role), "partial", world.now)
    return codes(funds_not_exact=suspense(world, escrow) <= 0, other_side_pending=standing is None)


def rail_return(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    return _taken_back(world, escrow, d, role) | codes(
        funds_not_exact=payload(d).get("amount") != escrow.amount
    )


def rail_void(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    return _taken_back(world, escrow, d, role) | codes(
        funds_not_exact=not empties(world, escrow, d)
    )


def rail_take(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    faults = _taken_back(world, escrow, d, role)
    if escrow.state == "funding_exception":
        return faults | codes(funds_not_exact=empties(world, escrow, d))
    whole = payload(d).get("amount") == escrow.amount
    return faults | codes(funds_not_exact=whole, policy_mismatch=is_large(escrow, d))


def rail_dispute(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    whole = payload(d).get("amount") == escrow.amount
    return _taken_back(world, escrow, d, role) | codes(
        funds_not_exact=whole, policy_mismatch=not is_large(escrow, d)
    )


def rail_restore(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    said = payload(d)
    amount, name = said.get("amount"), said.get("reference")
    right = said.get("currency", escrow.currency) == escrow.currency
    right = right and amount is not None and amount > 0 and fits(amount, escrow.currency)
    most = min(escrow.taken_for.get(name or "", ZERO), escrow.taken)
    return codes(
        other_rail=escrow.rail == "internal",
        reference_required=not name,
        funds_not_exact=not right or amount is None or amount > most,
    )


def is_large(escrow: Escrow, d: Body) -> bool:
    """Whether more than a tenth of what was held is gone, so that the rest is disputed."""
    if escrow.state not in ("funded", "performed"):
        return False
    amount = payload(d).get("amount") or ZERO
    return (escrow.taken + amount) * 10 > escrow.taken + escrow.amount


def empties(world: World, escrow: Escrow, d: Body) -> bool:
    """Whether nothing is left in suspense, in whatever currency."""
    code = payload(d).get("currency", escrow.currency)
    others = [
        amount
        for (hold, _, each, bucket), amount in world.books.holds.items()
        if (hold, bucket) == (escrow.id, "pending") and each != code and amount
    ]
    waits = world.books.held(escrow.id, code, "pending") if code in DECIMALS else ZERO
    return not others and payload(d).get("amount") == waits


def _taken_back(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    said = payload(d)
    amount, code = said.get("amount"), said.get("currency", escrow.currency)
    most = escrow.amount
    if escrow.state == "funding_exception":
        most = world.books.held(escrow.id, code, "pending") if code in DECIMALS else ZERO
    elif code != escrow.currency:
        most = ZERO
    right = amount is not None and code in DECIMALS and 0 < amount <= most and fits(amount, code)
    return codes(
        other_rail=escrow.rail == "internal",
        reference_required=not said.get("reference"),
        not_due=role == "timer" and not may_stand(world, escrow, d),
        funds_not_exact=not right,
        report_too_large=role == "rail"
        and amount is not None
        and move_too_much(escrow, code, amount, said.get("reference") or "", held=False),
    )
