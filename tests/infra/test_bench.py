"""make bench, small: every part runs on a real stack and reaches the report."""

import math
import os
from pathlib import Path

import psycopg
import pytest

from bench import (
    book,
    commands,
    contracts,
    delivery,
    pgbench,
    poller,
    report,
    strangers,
    whole,
    yardstick,
)
from bench.load import SCRIPTS, Load, LoadFailed
from bench.queries import QUERIES
from bench.results import DIRECT, FUNCTIONS, POSTGREST, Results
from bench.scale import FULL, QUICK
from bench.server import bare_server, measure, url_of
from stack import template


@pytest.fixture(scope="module")
def results() -> Results:
    return whole.run(QUICK)


@pytest.mark.timeout(600)
def test_every_part_is_measured(results: Results) -> None:
    clients = set(QUICK.clients)
    assert set(results.commands) == clients
    for found in results.commands.values():
        assert set(found) == {yardstick.NAME, *commands.COMMANDS}
    assert set(results.trades) == {DIRECT, POSTGREST, FUNCTIONS}
    assert all(set(by_clients) == clients for by_clients in results.trades.values())
    assert set(results.sweeps) == {DIRECT, FUNCTIONS}
    assert results.ticks is not None
    assert set(results.takes) == clients
    assert set(results.pages) == {*book.QUESTIONS, book.LATE}
    assert set(results.market_pages) == {*contracts.BY_ANYBODY, *contracts.BY_A_BUYER}
    assert set(results.milestones) == set(contracts.COMMANDS)
    assert set(results.strangers) == {strangers.ALONE, *strangers.PAUSES}
    assert results.relay is not None
    assert set(results.inbox) == clients
    assert results.taken_up is not None
    assert results.funded is not None
    assert set(results.chain) == {poller.CREDITED, poller.NOTHING}
    assert set(results.deliveries) == set(QUICK.dead) <= set(FULL.dead) == set(delivery.MANNERS)
    assert all(len(waves) == 2 for waves in results.deliveries.values())
    assert [each.name for each in results.queries] == [query.name for query in QUERIES]
    wanted = list(template.functions(template.load()))[: QUICK.functions]
    assert [each.name for each in results.functions] == wanted
    assert FULL.functions is None


@pytest.mark.timeout(600)
def test_figures_are_of_something_done(results: Results) -> None:
    measures = [
        *(each for found in results.commands.values() for each in found.values()),
        *(each for found in results.trades.values() for each in found.values()),
        *results.sweeps.values(),
        *(each for found in results.takes.values() for each in found.values()),
        *results.pages.values(),
        *results.market_pages.values(),
        *results.milestones.values(),
        *filter(None, [results.relay, results.taken_up]),
        *results.inbox.values(),
        results.chain[poller.CREDITED],
    ]
    assert all(each.count > 0 and each.rate > 0 for each in measures)
    assert results.funded
    assert results.funded.count == QUICK.payments
    assert results.chain[poller.CREDITED].count == QUICK.transfers
    living = QUICK.endpoints - QUICK.endpoints // 10
    for waves in results.deliveries.values():
        assert [wave.count for wave in waves] == [living] * 2
    # Taking less time than the wire would mean that the scripts found nothing to do.
    assert all(found["accept"].p50 > 0.1 for found in results.commands.values())
    if Path("/proc/self/stat").exists():
        assert all(each.cpu > 0 and 0 < each.busy <= 1 for each in measures)
        peaks = {each.name: each.peak_mb for each in results.functions}
        assert (peaks["EscrowCommandsFunction"] or 0) > 10


@pytest.mark.timeout(600)
def test_report_has_every_table(results: Results) -> None:
    text = report.as_markdown(results)
    for title in (
        "Aims", "One command by direct commit", "Whole trades", "Commands beside strangers",
        "One transfer",
        "A sweep of due escrows", "A tick beside rows", "Row level security", "Functions",
        "Takes of one order", "A page of the book", "Events relayed", "Messages to",
        "A page of the marketplace", "Milestones at",
        "Events of Stripe", "From a webhook", "Transfers to",
    ):  # fmt: skip
        assert f"\n## {title}" in text
    assert "nan" not in text
    if not os.environ.get("HOLDFAST_PGLEDGER_SQL"):
        assert text.count("not measured") == 1  # the peer, which nobody has to have


@pytest.mark.parametrize("program", [pgbench.program() or "", ""], ids=["pgbench", "psycopg"])
def test_a_failed_transaction_fails_the_run(
    program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOLDFAST_PGBENCH_BIN", program)
    script = tmp_path / "broken.sql"
    script.write_text("select 1 / 0;\n")
    with bare_server() as cluster, pytest.raises(LoadFailed, match="division by zero"):
        measure(cluster, Load(script, 1, each=1))


def test_scripts_run_the_same_with_and_without_pgbench(monkeypatch: pytest.MonkeyPatch) -> None:
    if not pgbench.program():
        pytest.skip("no pgbench here")
    load = Load(SCRIPTS / "tpcb.sql", 2, each=5, variables={"scale": 1})
    counts = []
    for program in (pgbench.program() or "", ""):
        monkeypatch.setenv("HOLDFAST_PGBENCH_BIN", program)
        with bare_server() as cluster:
            yardstick.prepare(cluster, scale=1)
            measured = measure(cluster, load, database=yardstick.DATABASE)
            url = url_of(cluster, database=yardstick.DATABASE)
            with psycopg.connect(url) as connection:
                history = connection.execute("select count(*) from pgbench_history").fetchone()
        counts.append((measured.count, history))
        assert not math.isnan(measured.p99)
    assert counts == [(10, (10,)), (10, (10,))]
