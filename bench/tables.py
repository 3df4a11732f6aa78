"""Results as tables of text."""

from collections.abc import Callable, Iterable

from bench import event_tables, market_tables, rail_tables, yardstick
from bench.aims import evaluate
from bench.measures import ratio
from bench.results import DIRECT, Results
from bench.table import Table, number


def _verdict(reached: bool | None) -> str:
    return {True: "yes", False: "no", None: "-"}[reached]


def _aims(results: Results) -> Table:
    rows = [
        (
            aim.text,
            f"{'≥' if aim.at_least else '≤'} {aim.limit:,g}",
            aim.shown,
            _verdict(aim.reached),
            aim.why,
        )
        for aim in evaluate(results)
    ]
    note = f"At {max(results.scale.clients)} clients where clients matter."
    return Table("Aims", note, ("aim", "wanted", "measured", "reached", "what limits it"), rows)


def _commands(results: Results) -> Table:
    rows = []
    for clients, found in results.commands.items():
        base = found[yardstick.NAME]
        rows += [
            (
                name, str(clients), number(each.rate), number(each.rate / base.rate, ".2f"),
                number(each.p50, ".2f"), number(each.p99, ".2f"),
                number(each.cpu, ".3f"), number(each.cpu / base.cpu, ".2f"),
            )
            for name, each in found.items()
        ]  # fmt: skip
    return Table(
        "One command by direct commit",
        "take, perform (mark paid) and accept (release), each a transaction of its own, beside "
        "TPC-B in the same round. cpu is the server's, in ms for each; ratios are to TPC-B.",
        ("what", "clients", "per s", "ratio", "p50 ms", "p99 ms", "cpu ms", "cpu ratio"),
        rows,
    )


def _trades(results: Results) -> Table:
    rows = [
        (
            way, str(clients), number(each.rate), number(3 * each.rate),
            "-" if way == DIRECT else number(each.p50, ".1f"),
            "-" if way == DIRECT else number(each.p99, ".1f"),
            number(each.cpu, ".2f"), number(each.busy, ".0%"),
        )
        for way, by_clients in results.trades.items()
        for clients, each in by_clients.items()
    ]  # fmt: skip
    return Table(
        "Whole trades: take, mark paid, release",
        "p50 and p99 are of one command as its client sees it (by direct commit: the table "
        "above). PostgREST: the three commits as a function sends them. functions: by the "
        "people's tokens through the local stand-in for API Gateway and Lambda, whose Python "
        "processes, PostgREST, Postgres and the clients share the cores. cpu: Postgres alone.",
        ("way", "clients", "trades/s", "commands/s", "p50 ms", "p99 ms", "cpu ms", "busy"),
        rows,
    )


def _strangers(results: Results) -> Table:
    rows = [
        (name, number(each.rate), number(each.p50, ".1f"), number(each.p99, ".1f"))
        for name, each in results.strangers.items()
    ]
    return Table(
        "Commands beside strangers",
        f"Trades of one client over PostgREST, alone and while {results.scale.strangers} readers "
        "without an account ask, each about once a second: half of it what they may, half what is "
        "closed to them. Without a pause they ask again as soon as they have an answer: an edge "
        "in front limits that. They share the cores with what is measured.",
        ("commands", "trades/s", "p50 ms", "p99 ms"),
        rows,
    )


def _postings(results: Results) -> Table:
    base = results.postings.get(yardstick.NAME)
    rows = [
        (
            name, number(each.rate), number(each.rate / base.rate, ".2f"), number(each.p50, ".2f"),
            number(each.p99, ".2f"), number(each.cpu / base.cpu, ".2f"),
        )
        for name, each in results.postings.items()
        if base
    ]  # fmt: skip
    return Table(
        "One transfer between random accounts",
        f"At {max(results.scale.clients)} clients. pgledger is measured where "
        "HOLDFAST_PGLEDGER_SQL names its SQL files (separated as in PATH).",
        ("what", "per s", "ratio", "p50 ms", "p99 ms", "cpu ratio"),
        rows,
    )


def _sweeps(results: Results) -> Table:
    rows = [
        (
            way, number(each.count), number(each.count / each.rate, ".1f"), number(each.rate),
            number(each.p50, ".0f"), number(each.p99, ".0f"), number(each.cpu, ".3f"),
        )
        for way, each in results.sweeps.items()
    ]  # fmt: skip
    return Table(
        "A sweep of due escrows",
        "One worker reads a batch, decides in Python and commits; p50 and p99 are of a batch. "
        "functions: the scheduled function over PostgREST, once, in as many ticks as it takes.",
        ("way", "escrows", "seconds", "per s", "p50 ms", "p99 ms", "cpu ms"),
        rows,
    )


def _ticks(results: Results) -> Table:
    found = results.ticks
    rows = [
        ("a batch that is due", number(found.batch_before, ".1f"), number(found.batch_with, ".1f")),
        ("nothing due", number(found.idle_before, ".2f"), number(found.idle_with, ".2f")),
    ] if found else []  # fmt: skip
    many = f"with {found.not_due:,} not due, ms" if found else ""
    return Table(
        "A tick beside rows that are not due",
        "Median of the same tick before and after the rows are added.",
        ("tick", "without, ms", many),
        rows,
    )


def _queries(results: Results) -> Table:
    rows = [
        (
            each.name,
            number(each.open.sql.p50, ".3f"), number(each.secured.sql.p50, ".3f"),
            number(ratio(each.secured.sql.p50, each.open.sql.p50), ".2f"),
            number(each.open.http.p50, ".2f"), number(each.secured.http.p50, ".2f"),
            number(ratio(each.secured.http.p50, each.open.http.p50), ".2f"),
        )
        for each in results.queries
    ]  # fmt: skip
    return Table(
        "Row level security",
        "The same query with the same rows by one signed-in client, p50: as a prepared statement "
        "in Postgres, and over PostgREST, with the rows of the table above there.",
        ("query", "SQL, off ms", "on ms", "ratio", "PostgREST, off ms", "on ms", "ratio"),
        rows,
    )


def _functions(results: Results) -> Table:
    rows = [
        (
            each.name, number(each.import_ms), number(each.imported_mb), number(each.peak_mb)
        )
        for each in results.functions
    ]  # fmt: skip
    return Table(
        "Functions",
        "Import in a fresh process with bytecode at hand, resident memory after it, and the "
        "most that an environment used while the trades above ran, with the libraries of all "
        "functions, which environments of the local stack share.",
        ("function", "import ms", "memory MB", "at work MB"),
        rows,
    )


def _attempts(results: Results) -> Table:
    rows = [
        (
            whose, number(each.rate), number(each.p50, ".2f"), number(each.p99, ".2f"),
            number(each.cpu, ".3f"),
        )
        for whose, each in results.attempts.items()
    ]  # fmt: skip
    return Table(
        f"Passwords at {results.scale.attempts:,} attempts of a day",
        "The hook that Auth asks at every password, in a transaction of its own: four clients at "
        "accounts at random, half of the passwords wrong; then one client at the account that a "
        "tenth of all attempts was at. cpu: Postgres alone.",
        ("whose", "per s", "p50 ms", "p99 ms", "cpu ms"),
        rows,
    )


def _first_reads(results: Results) -> Table:
    rows = [
        (way, number(each.rate), number(each.p50, ".1f"), number(each.p99, ".1f"))
        for way, each in results.first_reads.items()
    ]
    return Table(
        "Sign-in to first read",
        "One person after the other, among those attempts: password, token, and the own profile "
        "over PostgREST with it. Auth is the stand-in of the local stack, whose hash of passwords "
        "is not that of a hosted project.",
        ("way", "per s", "p50 ms", "p99 ms"),
        rows,
    )


TABLES: tuple[Callable[[Results], Table], ...] = (
    _aims, _commands, _trades, _strangers, market_tables.takes, _postings, _sweeps, _ticks,
    _queries,
    market_tables.pages, market_tables.market_pages, market_tables.milestones,
    _attempts, _first_reads, event_tables.relayed, event_tables.deliveries,
    rail_tables.inbox, rail_tables.funded, rail_tables.chain, _functions,
)  # fmt: skip


def tables(results: Results) -> Iterable[Table]:
    """Every table that has rows."""
    return [table for make in TABLES if (table := make(results)).rows]
