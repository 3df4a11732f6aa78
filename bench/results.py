"""Everything that one run of the benchmark found."""

from dataclasses import dataclass, field

from bench.imports import Footprint
from bench.measures import Measure
from bench.rls import Compared
from bench.scale import Scale
from bench.sweep import Ticks

DIRECT, POSTGREST, FUNCTIONS = "direct commit", "PostgREST", "functions"


@dataclass
class Results:
    """commands: by clients, then name. trades: by way, then clients. sweeps: by way."""

    scale: Scale
    machine: dict[str, str]
    commands: dict[int, dict[str, Measure]] = field(default_factory=dict)
    trades: dict[str, dict[int, Measure]] = field(default_factory=dict)
    postings: dict[str, Measure] = field(default_factory=dict)
    sweeps: dict[str, Measure] = field(default_factory=dict)
    ticks: Ticks | None = None
    queries: list[Compared] = field(default_factory=list)
    functions: list[Footprint] = field(default_factory=list)
