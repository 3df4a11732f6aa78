"""What Stripe holds for the platform and has moved lately, for the comparison with the books."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from shared.comparisons import Holding, NoFigures, Position

from .answers import NotOurs, NotYet, told
from .connection import Connection
from .objects import Movement
from .outcome import Answer, Value


class CardFigures:
    """shared.comparisons.Figures of the platform's account."""

    def __init__(self, stripe: Connection) -> None:
        self._stripe = stripe

    def read(self, position: Position) -> Holding | None:
        """The balance, with every movement that may not be in the books yet; None when it moved
        between the two. Raises NoFigures."""
        api = self._stripe.api
        held = _told(api.balance())
        moves = {each.id: each for each in _told(api.movements_since(position.since))}
        # A refund that the bank has not taken yet may be older than that.
        for reference in position.references:
            moves |= {each.id: each for each in _told(api.movements_of(reference))}
        if _told(api.balance()) != held:
            return None
        return Holding(
            as_of=position.now,
            held=held,
            told={"moves": list(_followed(moves.values()))},
            mark=position.mark,
        )


def _followed(moves: Iterable[Movement]) -> Iterable[Mapping[str, Any]]:
    """Of what a worker of ours is about to book, and of nothing else."""
    for each in moves:
        if each.belongs_to:
            yield {
                "reference": each.belongs_to,
                "currency": each.currency,
                "amount": each.amount,
                # A chargeback costs under the name of its posting, a payment under its own.
                "fee_reference": each.id if each.is_dispute else each.belongs_to,
                "fee_amount": each.fee or Decimal(0),
            }


def _told(answer: Answer[Value]) -> Value:
    try:
        return told(answer)
    except (NotOurs, NotYet) as error:
        raise NoFigures(f"Stripe does not say: {error}") from None
