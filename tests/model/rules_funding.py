"""Guards of signing and funding."""

from decimal import Decimal

from tests.model.money import ZERO, fits
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


def funds_confirmed(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    given = payload(d)
    exact = (given.get("amount"), given.get("currency")) == (escrow.amount, escrow.currency)
    time, end = given.get("provider_time"), escrow.expires_at
    return codes(funds_not_exact=not exact, funds_late=time is None or end is None or time > end)


def funds_mismatch(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    given = payload(d)
    return codes(reason_required=not given.get("reason"), funds_not_exact=not arrives(given))


def suspense(world: World, escrow: Escrow) -> Decimal:
    return world.books.held(escrow.id, escrow.currency, "pending")


def top_up(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    waiting = suspense(world, escrow)
    if role == "rail":
        given = payload(d)
        right = arrives(given) and given.get("currency") == escrow.currency
        return codes(funds_not_exact=not right or waiting + given["amount"] < escrow.amount)
    missing = max(escrow.amount - waiting, ZERO)
    return codes(insufficient_funds=world.books.available(escrow.payer, escrow.currency) < missing)


def propose_partial(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    return codes(funds_not_exact=suspense(world, escrow) <= 0)


def accept_partial(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    standing = escrow.open_offer(other(role), "partial", world.now)
    return codes(funds_not_exact=suspense(world, escrow) <= 0, other_side_pending=standing is None)


def rail_return(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    return _taken_back(world, escrow, d, role, escrow.amount)


def rail_void(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    return _taken_back(world, escrow, d, role, suspense(world, escrow))


def _taken_back(world: World, escrow: Escrow, d: Body, role: str, most: Decimal) -> set[str]:
    amount = payload(d).get("amount")
    right = amount is not None and 0 < amount <= most and fits(amount, escrow.currency)
    return codes(
        other_rail=escrow.rail == "internal",
        reference_required=not payload(d).get("reference"),
        not_due=role == "timer" and not may_stand(world, escrow, d),
        funds_not_exact=not right,
    )
