"""The list of legal moves in the database is the one written down in tests/world/moves.py."""

from tests.world.moves import BEFORE_DEADLINE, MOVES, SETTLING, STEP_UP, WHILE_FROZEN
from tests.world.world import World


def test_the_list_of_moves_is_as_written_down(world: World) -> None:
    listed = {
        ((state, phase) if state else None, event, role, (to_state, to_phase))
        for state, phase, event, role, to_state, to_phase in world.rows(
            "select from_state, from_phase, event, actor, to_state, to_phase "
            "from private.state_edges where machine = 'escrow'"
        )
    }
    wanted = {
        (start, event, role, end)
        for start, event, roles, ends in MOVES
        for role in roles
        for end in ends
    }
    assert listed == wanted


def _events(world: World, condition: str) -> set[str]:
    query = (
        "select distinct event from private.state_edges where machine = 'escrow' "
        "and case %s when 'before_deadline' then before_deadline when 'step_up' then step_up "
        "when 'while_frozen' then while_frozen else settles is not null end"
    )
    return {row[0] for row in world.rows(query, condition)}


def test_flags_of_the_moves_are_as_written_down(world: World) -> None:
    assert _events(world, "before_deadline") == BEFORE_DEADLINE
    assert _events(world, "step_up") == STEP_UP | {"accept_split"}
    assert _events(world, "while_frozen") == WHILE_FROZEN
    assert _events(world, "settles") == SETTLING


def test_the_flags_of_a_move_do_not_depend_on_where_it_starts(world: World) -> None:
    assert (
        world.rows(
            "select event, actor from private.state_edges where machine = 'escrow' "
            "group by event, actor having count(distinct (step_up, before_deadline, while_frozen, "
            "settles)) > 1"
        )
        == []
    )
