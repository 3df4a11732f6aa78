"""The cron expressions of EventBridge: minute hour day month weekday year."""

from datetime import datetime, timedelta

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


def _values(field: str, low: int, high: int, names: tuple[str, ...] = ()) -> frozenset[int]:
    def number(word: str) -> int:
        return names.index(word.upper()) + low if word.upper() in names else int(word)

    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        if span in ("*", "?"):
            first, last = low, high
        elif "-" in span:
            first, last = (number(word) for word in span.split("-"))
        else:
            first = number(span)
            last = high if step else first
        if not low <= first <= last <= high:
            raise ValueError(f"{field} is outside {low}-{high}")
        found |= set(range(first, last + 1, int(step or 1)))
    return frozenset(found)


class Cron:
    """One expression; L, W and # are not understood. Raises ValueError."""

    def __init__(self, expression: str) -> None:
        fields = expression.split()
        if len(fields) != 6:
            raise ValueError(f"cron needs six fields: {expression}")
        minute, hour, day, month, weekday, year = fields
        self._minutes = _values(minute, 0, 59)
        self._hours = _values(hour, 0, 23)
        self._days = _values(day, 1, 31)
        self._months = _values(month, 1, 12, _MONTHS)
        self._weekdays = _values(weekday, 1, 7, _DAYS)
        self._years = _values(year, 1970, 2199)

    def next(self, after: datetime) -> datetime:
        """The first minute later than `after` that fits, within four years."""
        moment = after.replace(second=0, microsecond=0) + timedelta(minutes=1)
        limit = after + timedelta(days=4 * 366)
        while moment < limit:
            if not self._day_fits(moment):
                moment = moment.replace(hour=0, minute=0) + timedelta(days=1)
            elif moment.hour not in self._hours:
                moment = moment.replace(minute=0) + timedelta(hours=1)
            elif moment.minute not in self._minutes:
                moment += timedelta(minutes=1)
            else:
                return moment
        raise ValueError("no such moment within four years")

    def _day_fits(self, moment: datetime) -> bool:
        return (
            moment.year in self._years
            and moment.month in self._months
            and moment.day in self._days
            and moment.isoweekday() % 7 + 1 in self._weekdays
        )
