"""Figures of a run, and the median of several."""

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields


def percentile(values: Sequence[float], part: float) -> float:
    """The smallest value that at least `part` (0 to 1) of the sorted values do not exceed."""
    if not values:
        return math.nan
    return values[max(0, math.ceil(part * len(values)) - 1)]


def ratio(milliseconds: float, others: float) -> float:
    """How many times longer. Clients time in whole microseconds: none reads as one."""
    return max(milliseconds, 0.001) / max(others, 0.001)


@dataclass(frozen=True)
class Measure:
    """count done, rate per second, p50 and p99 in ms.

    cpu: of the server, ms for each. busy: part of the machine's CPU in use, by clients too.
    """

    count: int
    rate: float
    p50: float = math.nan
    p99: float = math.nan
    cpu: float = math.nan
    busy: float = math.nan

    @classmethod
    def of(cls, count: int, rate: float, latencies: Iterable[float]) -> "Measure":
        ordered = sorted(latencies)
        return cls(count, rate, percentile(ordered, 0.5), percentile(ordered, 0.99))


def median(measures: Sequence[Measure]) -> Measure:
    """The median of each figure by itself."""
    middle = {
        each.name: statistics.median(getattr(measure, each.name) for measure in measures)
        for each in fields(Measure)
    }
    return Measure(**middle)


def medians(rounds: Sequence[dict[str, Measure]]) -> dict[str, Measure]:
    """The median of each figure of each name over the rounds."""
    return {name: median([each[name] for each in rounds]) for name in rounds[0]}
