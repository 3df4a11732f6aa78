"""shared/generated/edges.py: the legal moves, mirrored from private.state_edges."""

from stack.stack import Stack

OUTPUT = "shared/generated/edges.py"

_HEAD = '''"""Legal moves of every state machine: private.state_edges. Written by make gen."""

from typing import NamedTuple


class Edge(NamedTuple):
    """From state and phase, by event and actor, to state and phase; see docs/moves.md."""

    machine: str
    from_state: str | None
    from_phase: str
    event: str
    actor: str
    to_state: str
    to_phase: str
    settles: str | None
    step_up: bool
    before_deadline: bool
    while_frozen: bool
    number: int


EDGES: tuple[Edge, ...] = (
'''

_QUERY = """
select machine, from_state, from_phase, event, actor, to_state, to_phase, settles,
    step_up, before_deadline, while_frozen, number
from private.state_edges
order by machine collate "C", number, from_state collate "C" nulls first, from_phase collate "C",
    event collate "C", actor collate "C", to_state collate "C"
"""


def generate(stack: Stack) -> str:
    """The content of the module."""
    with stack.connect() as connection:
        rows = connection.execute(_QUERY).fetchall()
    return _HEAD + "".join(f"    Edge{row!r},\n" for row in rows) + ")\n"
