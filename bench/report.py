"""docs/performance.md and what the terminal shows, both from the same tables."""

from bench.results import Results
from bench.table import Table
from bench.tables import tables

_INTRODUCTION = """\
# Performance

Written by `make bench`; do not edit. Everything was measured in one run on one server with
the commit settings of production, each figure the median of {repeats} run(s) of {seconds:g} s;
sweeps run once.
Ratios mean more than figures: they compare neighbours in one run.
"""


def _widths(table: Table) -> list[int]:
    return [max(map(len, column)) for column in zip(table.head, *table.rows, strict=True)]


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    aligned = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
    return "  ".join(aligned).rstrip()


def as_text(results: Results) -> str:
    """Tables for a terminal."""
    lines = [f"{name}: {value}" for name, value in results.machine.items()]
    for table in tables(results):
        widths = _widths(table)
        lines += ["", table.title, _line(table.head, widths)]
        lines += [_line(row, widths) for row in table.rows]
    return "\n".join(lines)


def _markdown(table: Table) -> str:
    rule = ("---", *("---:" for _ in table.head[1:]))
    rows = ["| " + " | ".join(cells) + " |" for cells in (table.head, rule, *table.rows)]
    return "\n".join([f"## {table.title}", "", table.note, "", *rows])


def as_markdown(results: Results) -> str:
    """The whole of docs/performance.md."""
    scale = results.scale
    machine = "\n".join(f"- {name}: {value}" for name, value in results.machine.items())
    introduction = _INTRODUCTION.format(repeats=scale.repeats, seconds=scale.seconds)
    return "\n\n".join([introduction + "\n" + machine, *map(_markdown, tables(results))]) + "\n"
