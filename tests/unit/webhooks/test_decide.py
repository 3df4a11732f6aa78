"""What follows from an attempt: the schedule, its jitter, throttling, the end."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.webhooks.attempt_rules import SCHEDULE, Verdict, decide, parse_retry_after, spread_of

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR = 3600


def test_the_schedule_is_that_of_standard_webhooks() -> None:
    assert SCHEDULE == (0, 5, 300, 1800, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR,
                        24 * HOUR)  # fmt: skip
    assert timedelta(seconds=sum(SCHEDULE)) == timedelta(hours=75, minutes=35, seconds=5)


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_any_2xx_is_a_success(status: int) -> None:
    assert decide(status, "60", 3, 0.5, NOW) == Verdict("succeed")


@pytest.mark.parametrize("status", [None, 100, 103, 300, 302, 304, 400, 404, 409, 500, 501, 600])
def test_anything_else_is_tried_again(status: int | None) -> None:
    for step in range(9):
        verdict = decide(status, "", step, 0.5, NOW)
        assert verdict == Verdict("retry", SCHEDULE[step + 1] * 1000)
    assert decide(status, "", 9, 0.5, NOW) == Verdict("exhaust")


def test_410_is_the_end_of_the_endpoint() -> None:
    assert decide(410, "60", 0, 0.5, NOW) == Verdict("gone")


@given(step=st.integers(0, 8), spread=st.floats(0, 1))
def test_the_jitter_is_a_fifth_either_way(step: int, spread: float) -> None:
    verdict = decide(500, "", step, spread, NOW)
    wait = SCHEDULE[step + 1] * 1000
    assert verdict.next_in_ms is not None
    assert wait * 0.8 - 1 <= verdict.next_in_ms <= wait * 1.2 + 1


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_throttling_endpoint_is_paused_as_long_as_it_asks(status: int) -> None:
    assert decide(status, "", 0, 0.5, NOW) == Verdict("retry", 5_000, 30_000)
    assert decide(status, "120", 0, 0.5, NOW) == Verdict("retry", 120_000, 120_000)
    # The schedule where it asks for less.
    assert decide(status, "1", 3, 0.5, NOW) == Verdict("retry", 7_200_000, 1_000)
    # Not for ever.
    bounded = decide(status, "99999999999", 0, 0.5, NOW)
    assert bounded == Verdict("retry", 86_400_000, 3_600_000)
    assert decide(status, "60", 9, 0.5, NOW) == Verdict("exhaust", None, 60_000)


def test_only_who_throttles_is_asked_for_how_long() -> None:
    assert decide(500, "120", 0, 0.5, NOW) == Verdict("retry", 5_000)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("", None), ("x", None), ("-5", None), ("0", None), ("1.5", None), ("\u0665", None),
        ("5", 5), (" 5 ", 5), ("Sat, 21 Nov 2026 12:01:00 GMT", 60),
        ("Sat, 21 Nov 2026 11:59:00 GMT", None), ("Sat, 21 Nov 2026 12:01:00 -0000", 60),
    ],
)  # fmt: skip
def test_retry_after(text: str, seconds: int | None) -> None:
    wanted = None if seconds is None else timedelta(seconds=seconds)
    assert parse_retry_after(text, NOW) == wanted


@pytest.mark.parametrize("number", ["9" * 20, "9" * 12])
def test_a_date_of_huge_numbers_is_no_date_and_the_attempt_still_counts(number: str) -> None:
    # A verdict that failed would leave the attempt unrecorded, and the message sent for ever.
    for text in (f"Mon, 01 Jan {number} 00:00:00 GMT", f"Mon, 01 Jan 2027 00:00:00 +{number}"):
        assert decide(503, text, 9, 0.5, NOW).outcome == "exhaust"


@given(text=st.text())
def test_retry_after_never_fails(text: str) -> None:
    parse_retry_after(text, NOW)


def test_the_spread_is_even_and_never_changes() -> None:
    spreads = [spread_of(f"message {n}", n) for n in range(1000)]
    assert spreads == [spread_of(f"message {n}", n) for n in range(1000)]
    assert all(0 <= each <= 1 for each in spreads)
    assert 0.45 < sum(spreads) / 1000 < 0.55
