"""What a rail can have taken of an escrow: in sum no more than it brought. The rail of the model is
a chain, which has no margin."""

from decimal import Decimal

from tests.model.money import ZERO
from tests.model.things import Escrow


def taken(escrow: Escrow, code: str, but: str | None = None) -> Decimal:
    """What is booked as taken back, less what was given back; but: except under that name."""
    listed = (
        amount for (name, each), amount in escrow.rail_out.items() if each == code and name != but
    )
    return max(sum(listed, ZERO), ZERO)


def too_much(escrow: Escrow, code: str, amount: Decimal, beside: Decimal) -> bool:
    """Whether it cannot have taken an amount beside another."""
    came = escrow.rail_in.get(code, ZERO)
    return not came or beside + amount > came


def move_too_much(escrow: Escrow, code: str, amount: Decimal, name: str, held: bool) -> bool:
    """The same of a move. held: the rail has withdrawn it, and may yet give it back."""
    beside = taken(escrow, code, but=name)
    if code == escrow.currency:
        for hold in escrow.open_holds:
            if hold.kind == "chargeback" and hold.reference != name:
                beside += hold.amount or ZERO
        # Heard of before the payment.
        if held and not escrow.rail_in.get(code) and escrow.state in ("proposed", "awaiting_funds"):
            return beside + amount > escrow.amount
    return too_much(escrow, code, amount, beside)
