"""Whole trades over PostgREST and through the functions, with a process for each client."""

from bench.cpu import watching
from bench.http_connection import HttpFailed
from bench.http_trades import Job, Maker, Taker, work
from bench.load import LoadFailed
from bench.measures import Measure, median
from bench.progress import log
from bench.scale import Scale
from bench.together import run_together
from stack.stack import Stack

_PEOPLE = 200  # signed tokens for more would only slow the start of the clients


def _people(stack: Stack) -> tuple[list[Maker], list[Taker]]:
    with stack.connect() as connection:
        makers = connection.execute(
            "select user_id::text, order_id::text from bench.makers order by n limit %s", [_PEOPLE]
        ).fetchall()
        takers = connection.execute(
            "select user_id::text from bench.takers order by n limit %s", [_PEOPLE]
        ).fetchall()
    return (
        [Maker(user, order, stack.token(user, aal="aal2")) for user, order in makers],
        [Taker(user, stack.token(user)) for (user,) in takers],
    )


def one_run(stack: Stack, way: str, clients: int, seconds: float) -> Measure:
    """One run: trades per second, p50 and p99 of one command. Raises LoadFailed."""
    makers, takers = _people(stack)
    port = stack.postgrest.port if way == "postgrest" else stack.gateway.port
    jobs = [
        Job(way, "127.0.0.1", port, seconds, client, makers, takers, stack.service_key)
        for client in range(clients)
    ]
    with watching(stack.cluster) as with_cpu:
        try:
            outcomes = run_together(work, jobs)
        except HttpFailed as error:
            raise LoadFailed(str(error)) from error
        latencies = [
            each
            for outcome in outcomes
            for command in outcome.latencies.values()
            for each in command
        ]
        rate = sum(outcome.trades / outcome.seconds for outcome in outcomes)
        trades = sum(outcome.trades for outcome in outcomes)
        return with_cpu(Measure.of(trades, rate, latencies))


def rounds(stack: Stack, way: str, clients: int, scale: Scale) -> Measure:
    """Trades per second, p50 and p99 of one command: medians. Raises LoadFailed."""
    log(f"trades by {way}, {clients} clients")
    if scale.warm_up:
        one_run(stack, way, clients, scale.warm_up)
    return median([one_run(stack, way, clients, scale.seconds) for _ in range(scale.repeats)])
