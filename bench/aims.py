"""The aims, whether a run reached them, and what stands in the way."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from bench import postings, strangers, yardstick
from bench.commands import COMMANDS
from bench.measures import Measure, ratio
from bench.results import DIRECT, Results

_SECURITY_AT_MOST = 1.2


@dataclass(frozen=True)
class Aim:
    """value: what was measured, or None when its part was not run."""

    text: str
    value: float | None
    limit: float
    at_least: bool
    shown: str
    why: str

    @property
    def reached(self) -> bool | None:
        if self.value is None:
            return None
        return self.value >= self.limit if self.at_least else self.value <= self.limit


def _aim(text: str, value: float | None, limit: float, form: str, why: str, *, least: bool) -> Aim:
    if value is None or math.isnan(value):
        return Aim(text, None, limit, least, "not measured", "")
    return Aim(text, value, limit, least, form.format(value), why)


def _busy(share: float) -> str:
    return "" if math.isnan(share) else f"; the machine's CPU was {share:.0%} busy"


def _transition(results: Results) -> Aim:
    found = results.commands.get(max(results.scale.clients))
    why = ""
    value = None
    if found:
        base = found[yardstick.NAME]
        value = min(found[name].rate for name in ("perform", "accept")) / base.rate
        cost = {name: found[name].cpu / base.cpu for name in COMMANDS}
        worst = found[min(("perform", "accept"), key=lambda name: found[name].rate)]
        why = (
            "CPU of Postgres: against one TPC-B transaction "
            + ", ".join(f"{name} costs {ratio:.1f}" for name, ratio in cost.items())
            + _busy(worst.busy)
        )
    return _aim(
        "A transition by direct commit, of TPC-B's rate (the slower of perform and accept)",
        value, 0.75, "{:.2f}", why, least=True,
    )  # fmt: skip


def _trades(results: Results) -> Aim:
    found = results.trades.get(DIRECT, {}).get(max(results.scale.clients))
    why = f"CPU: {found.cpu:.2f} ms of Postgres for a trade{_busy(found.busy)}" if found else ""
    return _aim(
        "Whole trades per second by direct commit",
        found.rate if found else None, 1000, "{:,.0f}", why, least=True,
    )  # fmt: skip


def _latency(results: Results) -> Aim:
    found = results.commands.get(max(results.scale.clients))
    worst = None
    why = ""
    if found:
        name = max(COMMANDS, key=lambda name: found[name].p99)
        worst, fewest = found[name], min(results.commands)
        why = (
            f"{name}; its p50 is {worst.p50:.1f} ms, and "
            f"{results.commands[fewest][name].p50:.1f} ms at {fewest} client(s)"
            f"{_busy(worst.busy)}"
        )
    return _aim(
        "p99 of one command by direct commit, ms",
        worst.p99 if worst else None, 25, "{:.1f}", why, least=False,
    )  # fmt: skip


def _sweep(results: Results) -> Aim:
    found = results.sweeps.get(DIRECT)
    why = ""
    if found:
        share = found.cpu * found.rate / 1000
        why = f"one worker: Postgres took {share:.0%} of one core, Python and waiting the rest"
    return _aim(
        "Time-outs per second in batches by direct commit",
        found.rate if found else None, 5000, "{:,.0f}", why, least=True,
    )  # fmt: skip


def _not_due(results: Results) -> Aim:
    found = results.ticks
    value = found.batch_with / found.batch_before if found else None
    rows = f"{found.not_due:,}" if found else "many"
    why = ""
    if found:
        why = (
            f"a tick that finds nothing took {found.idle_before:.2f} ms without them and "
            f"{found.idle_with:.2f} ms with them"
        )
    return _aim(
        f"A batch with {rows} rows that are not due, of its time without",
        value, 1.15, "{:.2f}", why, least=False,
    )  # fmt: skip


def _over(ratios: dict[str, float]) -> str:
    over = [f"{name} {ratio:.2f}" for name, ratio in ratios.items() if ratio > _SECURITY_AT_MOST]
    return f"over it: {', '.join(over)}" if over else "no query is over it"


def _security(results: Results) -> list[Aim]:
    queries = results.queries
    sql = {each.name: ratio(each.secured.sql.p50, each.open.sql.p50) for each in queries}
    http = {each.name: ratio(each.secured.http.p50, each.open.http.p50) for each in queries}
    return [
        _aim(
            f"A query with row level security {way}, of its time without (the worst)",
            max(ratios.values(), default=None), _SECURITY_AT_MOST, "{:.2f}", _over(ratios),
            least=False,
        )
        for way, ratios in (("over PostgREST", http), ("in Postgres alone", sql))
    ]  # fmt: skip


def _worst_page(text: str, found: Mapping[str, Measure]) -> Aim:
    worst = max(found, key=lambda asked: found[asked].p99, default="")
    why = f"{worst}; its p50 is {found[worst].p50:.1f} ms" if found else ""
    return _aim(
        f"p99 of a page of {text}, ms (the worst)",
        found[worst].p99 if found else None, 10, "{:.1f}", why, least=False,
    )  # fmt: skip


def _pages(results: Results) -> list[Aim]:
    scale = results.scale
    return [
        _worst_page(f"the book at {scale.orders:,} orders", results.pages),
        _worst_page(f"the marketplace at {scale.contracts:,} contracts", results.market_pages),
    ]


def _attempts(results: Results) -> Aim:
    found = results.attempts
    worst = max(found, key=lambda whose: found[whose].p99, default="")
    why = f"{worst}; its p50 is {found[worst].p50:.1f} ms" if found else ""
    return _aim(
        f"p99 of Auth's hook at a password, among {results.scale.attempts:,} attempts, ms",
        found[worst].p99 if found else None, 50, "{:.1f}", why, least=False,
    )  # fmt: skip


def _beside_strangers(results: Results) -> Aim:
    found = results.strangers
    return _aim(
        "p99 of a command beside strangers, to alone",
        ratio(found[strangers.BESIDE].p99, found[strangers.ALONE].p99) if found else None,
        2, "{:.2f}", "", least=False,
    )  # fmt: skip


def _relayed(results: Results) -> Aim:
    found = results.relay
    return _aim(
        "Events relayed per second",
        found.rate if found else None, 2000, "{:,.0f}",
        f"CPU: {found.cpu:.2f} ms of Postgres for an event" if found else "", least=True,
    )  # fmt: skip


def _memory(results: Results) -> Aim:
    sizes = {each.name: each.peak_mb or each.imported_mb for each in results.functions}
    worst = max(results.functions, key=lambda each: sizes[each.name], default=None)
    why = f"{worst.name}: {worst.imported_mb:.0f} MB of it for what it imports" if worst else ""
    return _aim(
        "Memory of a function, MB (the largest)",
        sizes[worst.name] if worst else None, 128, "{:.0f}", why, least=False,
    )  # fmt: skip


def _peer(results: Results) -> Aim:
    found = results.postings
    value, why = None, ""
    if postings.PEER in found:
        base = found[yardstick.NAME]
        ours, peer = found[postings.OURS], found[postings.PEER]
        value = ours.rate / peer.rate
        why = (
            f"CPU of Postgres against TPC-B: ours {ours.cpu / base.cpu:.1f}, pgledger "
            f"{peer.cpu / base.cpu:.1f}; ours also checks holds and sums, and chains hashes"
        )
    return _aim(
        "Our posting function, of pgledger's rate",
        value, 1.5, "{:.2f}", why,
        least=True,
    )  # fmt: skip


def evaluate(results: Results) -> list[Aim]:
    """Every aim, in the order of the report."""
    return [
        *(aim(results) for aim in (_transition, _trades, _latency, _sweep, _not_due)),
        *_security(results),
        *_pages(results),
        *(aim(results) for aim in (_attempts, _beside_strangers, _relayed, _memory, _peer)),
    ]
