"""A table of text."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """note: what the columns mean and what to mind."""

    title: str
    note: str
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


def number(value: float | None, form: str = ",.0f") -> str:
    return "-" if value is None or math.isnan(value) else format(value, form)
