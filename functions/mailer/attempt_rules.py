"""What follows from an attempt that failed. Pure."""

# Seconds before each attempt after the one before it: seven attempts in a day.
SCHEDULE = (0, 30, 300, 1800, 7200, 21_600, 54_000)
MAX_WAIT = 86_400


def next_in(attempt: int, retry_after: int) -> int | None:
    """Seconds until the next attempt; None when none is left.

    attempt: attempts before this one. retry_after: what the provider asked for, 0 for nothing.
    """
    if attempt + 1 >= len(SCHEDULE):
        return None
    return max(SCHEDULE[attempt + 1], min(retry_after, MAX_WAIT))
