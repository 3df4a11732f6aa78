"""What was measured of the exchange, as tables."""

from bench import contention
from bench.results import Results
from bench.table import Table, number


def takes(results: Results) -> Table:
    rows = [
        (
            name, str(clients), number(each.rate),
            number(each.rate / found[contention.APART].rate, ".2f"),
            number(each.p50, ".2f"), number(each.p99, ".2f"), number(each.cpu, ".3f"),
        )
        for clients, found in results.takes.items()
        for name, each in found.items()
    ]  # fmt: skip
    return Table(
        "Takes of one order at once",
        "Takes by direct commit: every client takes of the same order, beside takes of orders at "
        "random in the same round. Takes of one order wait for one another. cpu: Postgres alone.",
        ("takes", "clients", "per s", "ratio", "p50 ms", "p99 ms", "cpu ms"),
        rows,
    )


def pages(results: Results) -> Table:
    rows = [
        (asked, number(each.p50, ".1f"), number(each.p99, ".1f"), number(each.cpu, ".2f"))
        for asked, each in results.pages.items()
    ]
    return Table(
        f"A page of the book at {results.scale.orders:,} orders",
        "50 lines over PostgREST by one reader without an account; half of the orders on either "
        "side of one pair, a fifth of them with a margin. cpu: Postgres alone.",
        ("asked for", "p50 ms", "p99 ms", "cpu ms"),
        rows,
    )


def market_pages(results: Results) -> Table:
    rows = [
        (asked, number(each.p50, ".1f"), number(each.p99, ".1f"), number(each.cpu, ".2f"))
        for asked, each in results.market_pages.items()
    ]
    return Table(
        f"A page of the marketplace at {results.scale.contracts:,} contracts",
        "20 lines over PostgREST by one reader. There is a listing for every two contracts, and "
        "half of them are active; these are asked for by anybody. The last two are asked by one "
        "of many buyers: contracts with contract_progress, milestones of one contract with their "
        "escrows, deliveries and escrow_next_steps. cpu: Postgres alone.",
        ("asked for", "p50 ms", "p99 ms", "cpu ms"),
        rows,
    )


def milestones(results: Results) -> Table:
    rows = [
        (
            name, number(each.rate), number(each.p50, ".2f"), number(each.p99, ".2f"),
            number(each.cpu, ".3f"),
        )
        for name, each in results.milestones.items()
    ]  # fmt: skip
    return Table(
        f"Milestones at {results.scale.contracts:,} contracts",
        "By direct commit of one client: the seller delivers, then the buyer releases, of "
        "milestones that were paid in by commands. cpu: Postgres alone.",
        ("command", "per s", "p50 ms", "p99 ms", "cpu ms"),
        rows,
    )
