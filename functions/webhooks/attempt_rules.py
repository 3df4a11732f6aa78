"""What follows from an attempt. Pure: no clock, no I/O."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256

# Seconds before each attempt after the one before it: ten attempts in 75 h 35 min.
SCHEDULE = (0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
JITTER = 0.2
GONE = 410
THROTTLED = frozenset({429, 502, 503, 504})
PAUSE = timedelta(seconds=30)
MAX_PAUSE = timedelta(hours=1)
MAX_WAIT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Verdict:
    """outcome: succeed, retry, exhaust or gone. next_in_ms: wait before a retry.
    pause_in_ms: for how long the whole endpoint is left alone; None for not at all."""

    outcome: str
    next_in_ms: int | None = None
    pause_in_ms: int | None = None


def decide(
    status: int | None, retry_after: str, step: int, spread: float, now: datetime
) -> Verdict:
    """The verdict on an attempt.

    status: of HTTP, None when no answer came. step: attempts of the schedule before this
    one. spread: 0 to 1, where in the jitter the wait lies.
    """
    if status is not None and 200 <= status < 300:
        return Verdict("succeed")
    if status == GONE:
        return Verdict("gone")
    asked = parse_retry_after(retry_after, now) if status in THROTTLED else None
    pause = _ms(min(asked or PAUSE, MAX_PAUSE)) if status in THROTTLED else None
    if step + 1 >= len(SCHEDULE):
        return Verdict("exhaust", pause_in_ms=pause)
    wait = timedelta(seconds=SCHEDULE[step + 1]) * (1 + JITTER * (2 * spread - 1))
    return Verdict("retry", _ms(max(wait, min(asked or wait, MAX_WAIT))), pause)


def parse_retry_after(text: str, now: datetime) -> timedelta | None:
    """The wait that a Retry-After header asks for: seconds or a date; None when it is neither,
    or over already."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=int(text[:9])) or None
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return until - now if until > now else None


def spread_of(delivery_id: str, attempt: int) -> float:
    """A number from 0 to 1 that differs between messages and attempts, and never changes."""
    digest = sha256(f"{delivery_id}.{attempt}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 0xFFFFFFFF


def _ms(wait: timedelta) -> int:
    return round(wait / timedelta(milliseconds=1))
