"""Times in requests: text with a zone, whatever the zone, and nothing else."""

from datetime import UTC, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.times import Moment

_MOMENT = TypeAdapter(Moment)


@pytest.mark.parametrize(
    ("text", "hour"),
    [("2026-01-31T12:00:00Z", 12), ("2026-01-31T12:00:00.0Z", 12), ("2026-01-31T12:00:00+12:00", 0),
     ("2026-01-31T12:00:00+16:00", 20), ("2026-01-31T12:00:00+23:59", 12),
     ("2026-01-31T12:00:00-16:00", 4), ("2026-01-31T12:00:00-23:59", 11)],
)  # fmt: skip
def test_any_zone_is_told_in_utc(text: str, hour: int) -> None:
    """The database knows no zone of sixteen hours and more: it never hears of one."""
    moment = _MOMENT.validate_python(text)
    assert (moment.tzinfo, moment.hour) == (UTC, hour)
    assert _MOMENT.dump_python(moment, mode="json").endswith("+00:00")


@pytest.mark.parametrize(
    "value",
    [1769860800, 1769860800.5, "1769860800", "0", True, None, "", "2026-01-31", "20260131T120000Z",
     "2026-01-31T12:00:00", "2026-01-31 12:00:00Z", "2026-01-31T12:00Z", "2026-W05-6T12:00:00Z",
     "2026-01-31T12:00:00+24:00", "2026-02-30T12:00:00Z", "0001-01-01T00:00:00+01:00", "infinity",
     datetime(2026, 1, 31, tzinfo=UTC)],
)  # fmt: skip
def test_what_is_no_time(value: object) -> None:
    with pytest.raises(ValidationError):
        _MOMENT.validate_python(value)
