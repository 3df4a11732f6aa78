"""The rates of fiat currencies: the daily list of a central bank."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation

from shared.http_client import Client, SourceFailed
from shared.money import format_amount

# The list is of the afternoon, about 14:15 UTC.
FIXED_AT = time(15, tzinfo=UTC)
EURO = "EUR"
PLACES = Decimal("1e-12")


@dataclass(frozen=True, slots=True)
class Rates:
    """What one unit of each currency is worth in the reference currency, on one day."""

    source: str
    as_of: datetime
    rates: Mapping[str, Decimal]

    def to_json(self) -> dict[str, object]:
        """As service.fiat_rates_record takes it."""
        return {
            "source": self.source,
            "as_of": self.as_of.isoformat(),
            "rates": [
                {"currency": currency, "rate": format_amount(rate)}
                for currency, rate in sorted(self.rates.items())
            ],
        }


RateSource = Callable[[Iterable[str], str, datetime], Rates]
"""Rates of currencies in a reference currency, as of now at the latest. Raises SourceFailed."""


def ecb(client: Client) -> RateSource:
    """The euro reference rates of the European Central Bank, through its data API. It lists
    neither every currency nor every day: what it lacks is left out."""

    def ask(currencies: Iterable[str], reference: str, now: datetime) -> Rates:
        wanted = {*currencies, reference} - {EURO}
        path = f"/service/data/EXR/D.{'+'.join(sorted(wanted))}.EUR.SP00.A"
        query = {"lastNObservations": "1", "format": "csvdata"}
        body = client.get_bytes(path, query, {"accept": "text/csv"})
        listed = _listed(body or b"")
        if reference != EURO and reference not in listed:
            raise SourceFailed("the reference currency is not listed")
        day, per_euro = listed.get(reference) or (now.date(), Decimal(1))
        # Of one day only: rates of different days are no list.
        same_day = {code: value for code, (of, value) in listed.items() if of == day}
        same_day[EURO] = Decimal(1)
        rates = {
            code: (per_euro / value).quantize(PLACES)
            for code, value in same_day.items()
            if code != reference and code in {*currencies}
        }
        return Rates("ecb", min(datetime.combine(day, FIXED_AT), now), rates)

    return ask


def _listed(body: bytes) -> dict[str, tuple[date, Decimal]]:
    """Day and units per euro of each currency. Raises SourceFailed."""
    try:
        rows = list(csv.DictReader(io.StringIO(body.decode())))
        found = {
            row["CURRENCY"]: (date.fromisoformat(row["TIME_PERIOD"]), Decimal(row["OBS_VALUE"]))
            for row in rows
        }
    except (UnicodeDecodeError, csv.Error, KeyError, TypeError, ValueError, InvalidOperation):
        raise SourceFailed("the answer is no list of rates") from None
    if not found or not all(value.is_finite() and value > 0 for _, value in found.values()):
        raise SourceFailed("the answer is no list of rates")
    return found
