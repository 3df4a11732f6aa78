"""Time and memory that each function needs to start, and the most that it used at work."""

import contextlib
import json
import statistics
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bench.progress import log
from bench.scale import Scale
from stack.lambdas import Lambdas
from stack.paths import ROOT
from stack.template import Function

_PROBE = """
import importlib, json, pathlib, resource, sys, time
sys.path[:0] = sys.argv[2:4]
started = time.perf_counter()
importlib.import_module(sys.argv[1])
taken = time.perf_counter() - started
status = pathlib.Path("/proc/self/status")
if status.exists():  # ru_maxrss would count what the process was before it became Python
    kilobytes = int(status.read_text().partition("VmHWM:")[2].split()[0])
else:
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"ms": taken * 1000, "mb": kilobytes / 1024}))
"""


@dataclass(frozen=True)
class Footprint:
    """import_ms of a fresh process; MB resident after it, and at most at work if it worked."""

    name: str
    import_ms: float
    imported_mb: float
    peak_mb: float | None


def _probe(function: Function) -> tuple[float, float]:
    module = function.handler.rpartition(".")[0].replace("/", ".")
    done = subprocess.run(
        [sys.executable, "-P", "-c", _PROBE, module, str(function.code), str(ROOT)],
        env={"PATH": "/usr/bin:/bin", "POWERTOOLS_TRACE_DISABLED": "true"},
        cwd=function.code,
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(done.stdout.splitlines()[-1])
    return told["ms"], told["mb"]


def _peak(pids: Iterable[int]) -> float | None:
    """Most memory that one of these processes has used, MB; None off Linux and for none."""
    peaks = []
    for pid in pids:
        with contextlib.suppress(OSError, StopIteration):
            status = Path(f"/proc/{pid}/status").read_text().splitlines()
            line = next(each for each in status if each.startswith("VmHWM:"))
            peaks.append(int(line.split()[1]) / 1024)
    return max(peaks, default=None)


def footprints(lambdas: Lambdas, scale: Scale) -> list[Footprint]:
    """One for each function that is wanted; medians. Call it while the functions are warm."""
    found = []
    for function in list(lambdas.functions.values())[: scale.functions]:
        log(f"import of {function.name}")
        _probe(function)  # writes the bytecode that Lambda finds in the package
        times, sizes = zip(*(_probe(function) for _ in range(scale.repeats)), strict=True)
        found.append(
            Footprint(
                function.name,
                statistics.median(times),
                statistics.median(sizes),
                _peak(lambdas.pids(function.name)),
            )
        )
    return found
