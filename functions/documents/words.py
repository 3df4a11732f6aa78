"""What the rules of a contract say, in words. Pure."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

_HELD = (
    "The buyer pays in before the seller delivers. Each milestone is held by itself until the "
    "buyer releases it, both agree otherwise, an arbiter decides, or the rule for silence applies."
)
_SILENT_SELLER = {
    "market_goods": "A milestone that is not delivered in time goes back to the buyer.",
    "market_service": "A milestone that is not delivered in time becomes a dispute.",
}


def rules(policy: Mapping[str, Any]) -> Iterator[str]:
    """One sentence or two for each rule of the policy in a contract's document."""
    yield _HELD
    if policy["id"] in _SILENT_SELLER:
        yield _SILENT_SELLER[policy["id"]]
    yield (
        f"A delivery to which the buyer says nothing for {duration(policy['inspection_seconds'])} "
        "is accepted: what is held for it goes to the seller."
    )
    if policy["max_revisions"]:
        yield f"The buyer may send a delivery back {_times(policy['max_revisions'])}."
    percent = f"{(Decimal(policy['fee_bps']) / 100).normalize():f}"
    yield f"Holdfast keeps {percent}% of what the seller gets; what goes back costs nothing."


def duration(seconds: int) -> str:
    """Whole days or hours."""
    number, unit = divmod(seconds, 86400)[0], "day"
    if seconds % 86400 or number < 4:
        number, unit = seconds // 3600, "hour"
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"
