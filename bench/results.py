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
    """commands, takes: by clients, then name. trades: by way, then clients. sweeps: by way.

    pages, market_pages: by what was asked. milestones: by command. strangers: of commands, alone
    and beside them. relay: of events. deliveries: of a first wave and a second, by what the dead
    do. inbox: by clients. chain: by what the poller found. attempts: to sign in, by whose account.
    first_reads: from password to first row, by way.
    """

    scale: Scale
    machine: dict[str, str]
    commands: dict[int, dict[str, Measure]] = field(default_factory=dict)
    trades: dict[str, dict[int, Measure]] = field(default_factory=dict)
    postings: dict[str, Measure] = field(default_factory=dict)
    sweeps: dict[str, Measure] = field(default_factory=dict)
    ticks: Ticks | None = None
    queries: list[Compared] = field(default_factory=list)
    takes: dict[int, dict[str, Measure]] = field(default_factory=dict)
    pages: dict[str, Measure] = field(default_factory=dict)
    market_pages: dict[str, Measure] = field(default_factory=dict)
    milestones: dict[str, Measure] = field(default_factory=dict)
    strangers: dict[str, Measure] = field(default_factory=dict)
    relay: Measure | None = None
    inbox: dict[int, Measure] = field(default_factory=dict)
    taken_up: Measure | None = None
    funded: Measure | None = None
    chain: dict[str, Measure] = field(default_factory=dict)
    deliveries: dict[str, list[Measure]] = field(default_factory=dict)
    attempts: dict[str, Measure] = field(default_factory=dict)
    first_reads: dict[str, Measure] = field(default_factory=dict)
    functions: list[Footprint] = field(default_factory=list)
