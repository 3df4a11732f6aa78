"""CPU time of a server and of the machine, where the system tells it (Linux)."""

import contextlib
import math
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from bench.measures import Measure
from stack.cluster import Cluster


def _fields(pid: str) -> tuple[int, list[int]]:
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(words[1]), [int(word) for word in words[11:15]]


def server_seconds(cluster: Cluster) -> float:
    """CPU the server has used so far, with the backends that ended."""
    postmaster = (cluster.data / "postmaster.pid").read_text().split()[0]
    ticks = sum(_fields(postmaster)[1])
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                parent, times = _fields(entry.name)
                ticks += sum(times[:2]) if parent == int(postmaster) else 0
    return ticks / os.sysconf("SC_CLK_TCK")


def _machine_ticks() -> tuple[int, int]:
    words = Path("/proc/stat").read_text().splitlines()[0].split()[1:9]
    ticks = [int(word) for word in words]
    return sum(ticks) - ticks[3] - ticks[4], sum(ticks)


@contextlib.contextmanager
def watching(cluster: Cluster) -> Iterator[Callable[[Measure], Measure]]:
    """Gives a function that adds to a measure what CPU was used since the block began."""
    if not Path("/proc/self/stat").exists():
        yield lambda measure: measure
        return
    server, (busy, whole) = server_seconds(cluster), _machine_ticks()

    def add(measure: Measure) -> Measure:
        busy_now, whole_now = _machine_ticks()
        # A backend counts with the postmaster only once it is gone.
        time.sleep(0.1)
        used = server_seconds(cluster) - server
        share = (busy_now - busy) / (whole_now - whole) if whole_now > whole else math.nan
        return replace(measure, cpu=used * 1000 / max(measure.count, 1), busy=share)

    yield add
