"""Time-outs in batches: read what is due, decide in Python, commit."""

import json
import statistics
import time
from dataclasses import dataclass
from typing import Any

import psycopg

from bench import due
from bench.cpu import watching
from bench.load import LoadFailed
from bench.measures import Measure
from bench.progress import log
from bench.scale import Scale
from functions.escrow.snapshot import parse_snapshot
from functions.escrow.timer_rules import decide_timer
from stack.cluster import Cluster
from stack.stack import Stack

BATCH = 500
HANDLER = "functions.escrow.expire.handler"


@dataclass(frozen=True)
class Ticks:
    """Milliseconds of a batch (and of one that finds nothing), before and with many not due."""

    not_due: int
    batch_before: float
    batch_with: float
    idle_before: float
    idle_with: float


def _tick(connection: psycopg.Connection[Any], size: int) -> int:
    """One batch; how many escrows moved. Raises LoadFailed when one was refused."""
    found = connection.execute("select service.escrow_due(%s)", [size]).fetchone()
    snapshots = found[0] if found else []
    if not snapshots:
        return 0
    decisions = json.dumps([decide_timer(parse_snapshot(each)).to_json() for each in snapshots])
    answer = connection.execute("select service.escrow_commit_many(%s)", [decisions]).fetchone()
    refusals = [each for each in (answer[0] if answer else []) if each["refusal"]]
    if refusals:
        raise LoadFailed(f"{len(refusals)} time-outs were refused: {refusals[0]}")
    return len(snapshots)


def direct(cluster: Cluster, count: int, people: int) -> Measure:
    """A sweep of `count` escrows by one worker with direct commit; p50, p99 of a batch.

    Once: hundreds of batches are many runs in one.
    """
    wanted = due.add_due(cluster, count, people)
    log(f"sweep of {wanted:,} by direct commit")
    with watching(cluster) as with_cpu, cluster.connect() as connection:
        batches: list[float] = []
        done, began = 0, time.perf_counter()
        while moved := _timed(connection, BATCH, batches):
            done += moved
        seconds = time.perf_counter() - began
    if done != wanted:
        raise LoadFailed(f"{done} of {wanted} due escrows were swept")
    return with_cpu(Measure.of(done, done / seconds, batches))


def _timed(connection: psycopg.Connection[Any], size: int, batches: list[float]) -> int:
    started = time.perf_counter()
    moved = _tick(connection, size)
    if moved:
        batches.append((time.perf_counter() - started) * 1000)
    return moved


def by_function(stack: Stack, count: int, people: int) -> Measure:
    """The same by the scheduled function, over PostgREST, once. Raises LoadFailed."""
    name = next(each.name for each in stack.lambdas.functions.values() if each.handler == HANDLER)
    wanted = due.add_due(stack.cluster, count, people)
    log(f"sweep of {wanted:,} by {name}")
    with watching(stack.cluster) as with_cpu:
        began = time.perf_counter()
        while (left := due.due_now(stack.cluster)) and time.perf_counter() - began < wanted / 50:
            stack.tick(name)
        seconds = time.perf_counter() - began
    if left:
        raise LoadFailed(f"{left} of {wanted} due escrows were left")
    return with_cpu(Measure(wanted, wanted / seconds))


def _batches(cluster: Cluster, scale: Scale) -> tuple[float, float]:
    """Median ms of a whole batch, and of a tick that finds nothing."""
    due.add_due(cluster, scale.ticks * scale.batch, scale.people)
    times: list[float] = []
    with cluster.connect() as connection:
        while _timed(connection, scale.batch, times):
            pass
        idle = []
        for _ in range(50):
            started = time.perf_counter()
            _tick(connection, scale.batch)
            idle.append((time.perf_counter() - started) * 1000)
    return statistics.median(times[: scale.ticks]), statistics.median(idle)


def ticks(cluster: Cluster, scale: Scale) -> Ticks:
    """The same ticks before and after so many rows are there that are not due."""
    batch_before, idle_before = _batches(cluster, scale)
    due.add_not_due(cluster, scale.not_due, scale.people)
    batch_with, idle_with = _batches(cluster, scale)
    return Ticks(scale.not_due, batch_before, batch_with, idle_before, idle_with)
