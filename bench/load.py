"""What a run puts on the server."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

SCRIPTS = Path(__file__).with_name("sql")


class LoadFailed(RuntimeError):
    """A run did not do what it should; its figures would mean nothing."""


@dataclass(frozen=True)
class Load:
    """One script by so many clients, for seconds, or each client so many times.

    script: a file in pgbench's language, None for pgbench's own TPC-B-like one.
    settings: of the server, for these connections.
    """

    script: Path | None
    clients: int
    seconds: float = 5
    each: int = 0
    variables: Mapping[str, int] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
