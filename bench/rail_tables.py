"""What was measured of the rails, as tables."""

from bench import poller
from bench.funded import POLL_SECONDS
from bench.results import Results
from bench.table import Table, number


def inbox(results: Results) -> Table:
    rows = [
        (
            "kept and answered", str(clients), number(each.count), number(each.rate),
            number(each.p50, ".1f"), number(each.p99, ".1f"), number(each.cpu, ".3f"),
        )
        for clients, each in results.inbox.items()
    ]  # fmt: skip
    if each := results.taken_up:
        rows.append((
            "taken up and done", "1", number(each.count), number(each.rate),
            number(each.p50, ".1f"), number(each.p99, ".1f"), number(each.cpu, ".3f"),
        ))  # fmt: skip
    return Table(
        "Events of Stripe in the inbox",
        "Kept: signed events by so many senders at the same time, through the local stand-in for "
        "API Gateway and Lambda, which shares the cores with them; p50 and p99 of an answer. Taken "
        "up: all of these, by direct calls of one worker; p50 and p99 of a batch of 50. cpu: "
        "Postgres alone.",
        ("what", "clients", "events", "per s", "p50 ms", "p99 ms", "cpu ms"),
        rows,
    )


def funded(results: Results) -> Table:
    rows = [
        (
            "payments by card",
            number(each.count),
            number(each.p50 / 1000, ".2f"),
            number(each.p99 / 1000, ".2f"),
        )
        for each in filter(None, [results.funded])
    ]
    return Table(
        "From a webhook of Stripe to a funded escrow",
        "From the moment at which Stripe's stand-in says that a payment can be captured: kept, "
        "taken up, captured, reported, moved. Payments come at any time. Two workers have a part "
        "in it, one after the other; as deployed, each is started every minute, polls once a "
        f"second for {POLL_SECONDS} seconds of it, and rests until the next: nearly all of the "
        "time is waiting for their polls.",
        ("what", "count", "p50 s", "p99 s"),
        rows,
    )


def chain(results: Results) -> Table:
    rows = [
        (
            name, number(each.count if name == poller.CREDITED else None),
            number(each.count / each.rate if name == poller.CREDITED else None, ".1f"),
            number(each.rate if name == poller.CREDITED else None),
            number(each.p50, ".1f"), number(each.p99, ".1f"), number(each.cpu, ".3f"),
        )
        for name, each in results.chain.items()
    ]  # fmt: skip
    return Table(
        f"Transfers to {results.scale.addresses:,} deposit addresses on a chain",
        "Real blocks of anvil, with as many transfers to strangers among them. The scheduled "
        "function reads them from the start, and reports each to the engine. nothing to find: one "
        "tick of it when all is known. cpu: Postgres alone.",
        ("what", "transfers", "seconds", "per s", "p50 ms", "p99 ms", "cpu ms"),
        rows,
    )
