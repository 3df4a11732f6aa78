"""How long ago a story began, and how long it waits."""

from datetime import timedelta


def clock(passed: timedelta) -> str:
    """+00:41, or +1d 07:01."""
    days, hours, minutes = _parts(passed)
    return f"+{f'{days}d ' if days else ''}{hours:02}:{minutes:02}"


def words(passed: timedelta) -> str:
    """1 day 1 minute."""
    units = zip(_parts(passed), ("day", "hour", "minute"), strict=True)
    return " ".join(f"{count} {unit}{'s' * (count > 1)}" for count, unit in units if count)


def _parts(passed: timedelta) -> tuple[int, int, int]:
    minutes = int(passed.total_seconds()) // 60
    return minutes // 1440, minutes // 60 % 24, minutes % 60
