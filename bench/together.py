"""Runs one job in each of several processes, all from the same moment on."""

import multiprocessing
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

_Job = TypeVar("_Job")
_Result = TypeVar("_Result")

_READY_WITHIN = 60  # seconds
_line: list[threading.Barrier] = []


def run_together(work: Callable[[_Job], _Result], jobs: Sequence[_Job]) -> list[_Result]:
    """Results in the order of the jobs; what a job raises is raised here.

    work and jobs must pickle.
    """
    context = multiprocessing.get_context("spawn")
    line = context.Barrier(len(jobs))
    with ProcessPoolExecutor(len(jobs), context, _hold, (line,)) as pool:
        return list(pool.map(_start, [work] * len(jobs), jobs))


def _hold(line: threading.Barrier) -> None:
    _line.append(line)


def _start(work: Callable[[_Job], _Result], job: _Job) -> _Result:
    _line[0].wait(_READY_WITHIN)
    return work(job)
