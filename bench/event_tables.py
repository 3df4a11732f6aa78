"""What was measured of events on their way out, as tables."""

from bench.results import Results
from bench.table import Table, number


def relayed(results: Results) -> Table:
    rows = [
        ("events", number(found.count), number(found.rate), number(found.cpu, ".3f"))
        for found in filter(None, [results.relay])
    ]
    return Table(
        "Events relayed",
        "By the scheduled function, from the first of many that wait to the last: claimed, looked "
        "up among endpoints and written as a notification to both sides. cpu: Postgres alone.",
        ("what", "count", "per s", "cpu ms"),
        rows,
    )


def deliveries(results: Results) -> Table:
    rows = [
        (
            dead, wave, number(each.count), number(max(each.count, 1) / each.rate, ".1f"),
            number(each.rate), number(each.p50 / 1000, ".1f"), number(each.p99 / 1000, ".1f"),
        )
        for dead, waves in results.deliveries.items()
        for wave, each in zip(("first", "next"), waves, strict=True)
    ]  # fmt: skip
    return Table(
        f"Messages to {results.scale.endpoints:,} endpoints of which one in ten is dead",
        "One message to each endpoint, through relay, queue and at most "
        f"{results.scale.senders} senders at once, and {results.scale.failing_senders} for "
        "endpoints whose last attempt failed: seconds until the last of the living has its own, "
        "and from the event to each. In the first wave nobody knows who is dead.",
        ("the dead", "wave", "living", "seconds", "per s", "p50 s", "p99 s"),
        rows,
    )
