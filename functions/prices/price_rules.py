"""decide: what the sources' quotes make of the index. Pure: no clock, no I/O."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from statistics import median
from typing import Any

from shared.money import format_amount

# An index times a margin in basis points stays exact in 18 decimals.
DECIMALS = Decimal("1e-14")
LARGEST = Decimal("1e15")
FUTURE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair with its rules. index: its price now, None when there is none or it is stale."""

    cryptocurrency: str
    fiat_currency: str
    symbol: str
    coingecko_id: str | None
    stale_after: timedelta
    max_deviation_bps: int
    max_jump_bps: int
    min_sources: int
    index: Decimal | None


@dataclass(frozen=True, slots=True)
class Quote:
    """What a source says one unit costs, and of which moment it says so."""

    source: str
    price: Decimal
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Index:
    """price: median of what agrees. as_of: age of the oldest of it."""

    price: Decimal
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Decided:
    """outcomes: one for each quote that counts at all. index: None leaves the old one."""

    pair: Pair
    quotes: tuple[Quote, ...]
    outcomes: tuple[str, ...]
    index: Index | None

    def to_json(self) -> dict[str, Any]:
        """As service.prices_record takes it."""
        quotes = [
            {
                "source": quote.source,
                "price": format_amount(quote.price),
                "as_of": quote.as_of.isoformat(),
                "outcome": outcome,
            }
            for quote, outcome in zip(self.quotes, self.outcomes, strict=True)
        ]
        index = self.index and {
            "price": format_amount(self.index.price),
            "as_of": self.index.as_of.isoformat(),
        }
        return {
            "cryptocurrency": self.pair.cryptocurrency,
            "fiat_currency": self.pair.fiat_currency,
            "quotes": quotes,
            "index": index,
        }


def parse_pair(data: Mapping[str, Any]) -> Pair:
    """A pair in an answer of service.prices_due. Raises KeyError, ValueError."""
    index = data["index"]
    return Pair(
        **{
            **data,
            "stale_after": timedelta(seconds=data["stale_after"]),
            "index": None if index is None else Decimal(index),
        }
    )


def decide(
    pair: Pair, quotes: Iterable[Quote], now: datetime, halted: Collection[str] = ()
) -> Decided:
    """Which quotes make the index, if any do. What a halted source says is kept, and counts for
    nothing.

    Quotes that are stale, of the future or no price at all count for nothing. Of the others
    those too far from the median are outliers; too few left, or a jump, renew nothing.
    """
    kept = tuple(_exact(quote) for quote in quotes if _counts(pair, quote, now))
    ignored = tuple(quote for quote in kept if quote.source in halted)
    decided = _decide(pair, tuple(quote for quote in kept if quote not in ignored))
    return Decided(
        pair,
        decided.quotes + ignored,
        decided.outcomes + ("halted",) * len(ignored),
        decided.index,
    )


def _decide(pair: Pair, counted: tuple[Quote, ...]) -> Decided:
    if not counted:
        return Decided(pair, (), (), None)
    middle = _median(counted)
    near = tuple(quote for quote in counted if _within(quote.price, middle, pair.max_deviation_bps))
    if len(near) < pair.min_sources:
        return _decided(pair, counted, near, "too_few", None)
    index = Index(_median(near), min(quote.as_of for quote in near))
    if not all(_within(quote.price, index.price, pair.max_deviation_bps) for quote in near):
        return _decided(pair, counted, near, "too_few", None)
    if pair.index is not None and not _within(index.price, pair.index, pair.max_jump_bps):
        return _decided(pair, counted, near, "jump", None)
    return _decided(pair, counted, near, "used", index)


def _decided(
    pair: Pair,
    counted: tuple[Quote, ...],
    near: tuple[Quote, ...],
    outcome: str,
    index: Index | None,
) -> Decided:
    outcomes = tuple(outcome if quote in near else "outlier" for quote in counted)
    return Decided(pair, counted, outcomes, index)


def _counts(pair: Pair, quote: Quote, now: datetime) -> bool:
    fresh = now - pair.stale_after < quote.as_of <= now + FUTURE
    return fresh and quote.price.is_finite() and DECIMALS <= quote.price < LARGEST - 1


def _exact(quote: Quote) -> Quote:
    return Quote(quote.source, _rounded(quote.price), quote.as_of)


def _median(quotes: tuple[Quote, ...]) -> Decimal:
    return _rounded(median(quote.price for quote in quotes))


def _rounded(price: Decimal) -> Decimal:
    return price.quantize(DECIMALS, ROUND_HALF_UP)


def _within(price: Decimal, centre: Decimal, bps: int) -> bool:
    return abs(price - centre) * 10_000 <= centre * bps
