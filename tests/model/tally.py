"""Counts of a model run."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Tally:
    """What became of the commands: done by event or command, refused by code, replayed."""

    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    replayed: int = 0

    @property
    def commands(self) -> int:
        return self.done.total() + self.refused.total() + self.replayed

    def add(self, other: "Tally") -> None:
        self.done += other.done
        self.refused += other.refused
        self.replayed += other.replayed
