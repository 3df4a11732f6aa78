"""Stands in for pgbench where there is none. Slower itself, so only ratios mean something."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import psycopg

from bench.load import SCRIPTS, Load, LoadFailed
from bench.measures import Measure
from bench.pgbench_script import Query, SetVariable, parse
from bench.together import run_together

TPCB = SCRIPTS / "tpcb.sql"


@dataclass(frozen=True)
class _Job:
    url: str
    script: str
    seconds: float
    each: int
    client: int
    variables: dict[str, int | str]
    settings: dict[str, str]


@dataclass(frozen=True)
class _Outcome:
    seconds: float
    latencies: list[float]


def run(url: str, load: Load) -> Measure:
    """Run one load with a process for each client. Raises LoadFailed."""
    jobs = [
        _Job(
            url,
            (load.script or TPCB).read_text(),
            load.seconds,
            load.each,
            client,
            {"clients": load.clients, "client_id": client, "scale": 10, **load.variables},
            dict(load.settings),
        )
        for client in range(load.clients)
    ]
    try:
        outcomes = run_together(_work, jobs)
    except psycopg.Error as error:
        raise LoadFailed(str(error)) from error
    latencies = [each for outcome in outcomes for each in outcome.latencies]
    rate = sum(len(outcome.latencies) / outcome.seconds for outcome in outcomes)
    return Measure.of(len(latencies), rate, latencies)


def _turns(job: _Job, began: float) -> Iterator[None]:
    done = 0
    while done < job.each if job.each else time.perf_counter() - began < job.seconds:
        yield
        done += 1


def _work(job: _Job) -> _Outcome:
    random, variables, latencies = Random(job.client), dict(job.variables), []  # noqa: S311
    options = " ".join(f"-c {name}={value}" for name, value in job.settings.items())
    steps = parse(job.script)
    with psycopg.connect(job.url, autocommit=True, options=options) as connection:
        connection.prepare_threshold = 0
        began = time.perf_counter()
        for _ in _turns(job, began):
            started = time.perf_counter()
            for step in steps:
                _do(connection, step, variables, random)
            latencies.append((time.perf_counter() - started) * 1000)
        return _Outcome(time.perf_counter() - began, latencies)


def _do(
    connection: psycopg.Connection[tuple[object, ...]],
    step: SetVariable | Query,
    variables: dict[str, int | str],
    random: Random,
) -> None:
    if isinstance(step, SetVariable):
        variables[step.name] = step.value(variables, random)
        return
    cursor = connection.execute(step.text.encode(), variables)
    if step.stores:
        row = cursor.fetchone()
        if row is None or cursor.description is None:
            raise LoadFailed(f"no row from {step.text[:200]}")
        variables.update(
            {column.name: str(value) for column, value in zip(cursor.description, row, strict=True)}
        )
