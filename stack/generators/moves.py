"""docs/moves.md: the table of moves and a diagram, from private.state_edges."""

from collections.abc import Iterable
from typing import NamedTuple

from stack.stack import Stack

OUTPUT = "docs/moves.md"

_HEAD = """# Moves

Written by `make gen` from `private.state_edges`, the one list of legal moves. A trigger refuses
every other change, whoever makes it.

**Step-up**: needs a second factor (`aal2`). **In time**: refused once the deadline and its grace
are over. **Frozen**: also open while the escrow is frozen. **Money**: who decides how the held
amount is divided; the fee is taken from the payee's part only.
"""

_MACHINES = {
    "escrow": "Escrow",
    "p2p_order": "Order",
    "case": "Case",
    "factor_reset": "Reset of a second factor",
    "webhook_endpoint": "Webhook endpoint",
    "webhook_delivery": "Webhook delivery",
    "erasure": "Erasure",
    "data_export": "Data export",
}

_MONEY = {
    None: "",
    "release": "all to the payee",
    "refund": "all to the payer",
    "offer": "as the accepted offer says",
    "decision": "as the decision says",
    "default": "as the policy says",
}


class _Row(NamedTuple):
    machine: str
    number: int
    from_state: str
    event: str
    actor: str
    to_state: str
    settles: str | None
    step_up: bool
    before_deadline: bool
    while_frozen: bool
    note: str


_QUERY = """
select
    machine, number, coalesce(concat_ws(' · ', from_state, nullif(from_phase, '')), ''), event,
    actor, concat_ws(' · ', to_state, nullif(to_phase, '')), settles, step_up, before_deadline,
    while_frozen, note
from private.state_edges
"""


def generate(stack: Stack) -> str:
    """The page."""
    with stack.connect() as connection:
        rows = sorted(
            (_Row(*row) for row in connection.execute(_QUERY).fetchall()),
            key=lambda row: (row.number, *(str(value) for value in row)),
        )
    parts = [_HEAD]
    for machine, title in _machines(rows):
        own = [row for row in rows if row.machine == machine]
        parts += [f"\n## {title}\n", _diagram(own), _table(own)]
    return "\n".join(parts)


def _machines(rows: Iterable[_Row]) -> list[tuple[str, str]]:
    found = {row.machine for row in rows}
    known = [(machine, title) for machine, title in _MACHINES.items() if machine in found]
    return known + [(machine, machine) for machine in sorted(found - set(_MACHINES))]


def _diagram(rows: Iterable[_Row]) -> str:
    """States without their phases: an overview. Moves that change nothing are left out."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        between = (_state(row.from_state), _state(row.to_state))
        events = arrows.setdefault(between, [])
        if between[0] != between[1] and row.event not in events:
            events.append(row.event)
    lines = [
        f"    {start} --> {end}: {', '.join(events)}"
        for (start, end), events in sorted(arrows.items())
        if events
    ]
    starts = {start for start, _ in arrows}
    ends = sorted({end for _, end in arrows} - starts)
    lines += [f"    {end} --> [*]" for end in ends]
    return "```mermaid\nstateDiagram-v2\n" + "\n".join(lines) + "\n```\n"


def _state(text: str) -> str:
    return text.partition(" ")[0] or "[*]"


def _table(rows: list[_Row]) -> str:
    """One line for each way an event works: its origins, actors and ends side by side."""
    ways: dict[tuple[object, ...], list[_Row]] = {}
    for row in rows:
        ways.setdefault((row.from_state, *_kind(row)), []).append(row)
    lines: dict[tuple[object, ...], tuple[_Row, list[str]]] = {}
    for way in ways.values():
        ends = list(dict.fromkeys("(same)" if _stays(row) else row.to_state for row in way))
        actors = ", ".join(sorted({row.actor for row in way}))
        key = (*_kind(way[0]), actors, ", ".join(ends))
        lines.setdefault(key, (way[0], []))[1].append(way[0].from_state)
    return "\n".join(
        [
            "| # | From | Event | Actor | To | Money | Step-up | In time | Frozen | Note |",
            "|---|---|---|---|---|---|---|---|---|---|",
            *(
                _line(row, origins, str(key[-2]), str(key[-1]))
                for key, (row, origins) in lines.items()
            ),
            "",
        ]
    )


def _kind(row: _Row) -> tuple[object, ...]:
    overlay = (row.step_up, row.before_deadline, row.while_frozen)
    # Of two sides one may need a second factor: then each has its own line.
    return row.number, row.event, row.settles, row.note, *overlay


def _stays(row: _Row) -> bool:
    return row.from_state == row.to_state


def _line(row: _Row, origins: list[str], actors: str, ends: str) -> str:
    cells = (
        str(row.number),
        ", ".join(dict.fromkeys(origin or "(new)" for origin in origins)),
        f"`{row.event}`",
        actors,
        ends,
        _MONEY[row.settles],
        "yes" if row.step_up else "",
        "yes" if row.before_deadline else "",
        "yes" if row.while_frozen else "",
        row.note,
    )
    return f"| {' | '.join(cells)} |"
