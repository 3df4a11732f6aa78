"""What the page of an invoice says, in words that whoever pays understands: keys of its texts."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

_ASKS_AGAIN = {"open": 4, "processing": 10, "expired": 60, "cancelled": 60}
# Shown one after the other, whatever else applies.
_NOTES = ("underpaid", "overpaid", "late", "wrong_asset", "reorged", "marked_by_hand")


def headline(page: Mapping[str, Any]) -> str:
    """The key of the text that says how the invoice stands."""
    status = page["status"]
    if status == "open" and ("underpaid" in page["exceptions"]):
        return "checkout.status.partly"
    return f"checkout.status.{status}"


def notes(page: Mapping[str, Any]) -> list[str]:
    """Keys of the texts that say what is out of the ordinary, and what becomes of the money."""
    return [f"checkout.note.{each}" for each in _NOTES if each in page["exceptions"]]


def seconds_to_ask_again(page: Mapping[str, Any]) -> int:
    """How soon the page asks again how the invoice stands; 0: nothing more is to come."""
    return _ASKS_AGAIN.get(page["status"], 0)


def is_payable(page: Mapping[str, Any]) -> bool:
    """Whether money is still asked for."""
    return bool(page["status"] == "open")


def grouped(address: str) -> list[str]:
    """An address in groups of four, so that a person can compare it."""
    return [address[start : start + 4] for start in range(0, len(address), 4)]


def has_receipt(page: Mapping[str, Any]) -> bool:
    """Whether there is a receipt: for what was paid, not for what was marked by hand."""
    return bool(page["settled_at"]) and "marked_by_hand" not in page["exceptions"]


def taxes(page: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Rate in percent, net and tax, for each rate of the lines: what a tax office adds up."""
    sums: dict[str, tuple[Decimal, Decimal]] = {}
    for line in page["lines"]:
        net, tax = sums.get(line["tax_rate"], (Decimal(0), Decimal(0)))
        sums[line["tax_rate"]] = (
            net + Decimal(line["net_amount"]), tax + Decimal(line["tax_amount"])
        )  # fmt: skip
    return [(rate, f"{net:f}", f"{tax:f}") for rate, (net, tax) in sorted(sums.items())]
