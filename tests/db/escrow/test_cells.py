"""Every cell of state x event x actor, in time and late: allowed and done, or refused."""

from collections.abc import Iterable
from itertools import product
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from tests.world.cell_rules import expected, situation
from tests.world.escrow import Escrow
from tests.world.moves import BY_CELL, EVENTS, PLACES, TERMINAL, Place
from tests.world.scenes import SCENES, Builder
from tests.world.world import World, plain

ROLES = (
    "payer", "payee", "arbiter", "other_arbiter", "operator", "stranger", "timer", "rail", "system",
)  # fmt: skip

# Tries each decision on its own: one that succeeds is checked as a commit would
# check it, and undone; one that is refused without an error is left as it is, so
# that anything it changed is seen afterwards.
_PROBE = """
create function pg_temp.probe(decisions jsonb)
returns table (refusal text, answer jsonb, broken text)
language plpgsql as $$
declare
    decision jsonb;
    result jsonb;
begin
    for decision in select * from jsonb_array_elements(decisions) loop
        refusal := null;
        answer := null;
        broken := null;
        begin
            result := service.escrow_commit_many(jsonb_build_array(decision)) -> 0;
            refusal := result ->> 'refusal';
            if refusal is null then
                answer := result -> 'answer';
                set constraints all immediate;
                select string_agg(v.problem || ' ' || v.subject, ', ') into broken
                from ledger.verify() as v;
                raise sqlstate 'OK000';
            end if;
        exception
            when sqlstate 'OK000' then null;
            when others then refusal := sqlerrm;
        end;
        return next;
    end loop;
end
$$
"""


def _commands(
    escrow: Escrow, cells: Iterable[tuple[str, str]]
) -> list[tuple[str, str, dict[str, Any]]]:
    made = []
    with escrow.reading():
        for n, (event, role) in enumerate(cells):
            decision = escrow.decision(event, role)
            decision |= {"idempotency_key": f"cell-{n}", "request_hash": "hash"}
            made.append((event, role, plain(decision)))
    return made


def _depends_on_time(place: Place, event: str, role: str) -> bool:
    """Whether there is a move for the role at all: the rest is refused at any hour."""
    roles, _ = BY_CELL.get((place, event), (frozenset[str](), ()))
    return ("second_arbiter" if role == "other_arbiter" else role) in roles


def _try_all(escrow: Escrow, *, late: bool) -> int:
    """Compare every cell of the escrow with the rules; how many were allowed."""
    world = escrow.world
    now = situation(escrow)
    cells = list(product(EVENTS, ROLES))
    if late:
        cells = [cell for cell in cells if _depends_on_time(now.place, *cell)]
        if now.place[0] not in TERMINAL:
            escrow.expire()
    at = world.now()
    commands = _commands(escrow, cells)
    before = escrow.facts()
    results = world.rows(
        "select * from pg_temp.probe(%s)", Jsonb([command for _, _, command in commands])
    )
    assert escrow.facts() == before, "a refused command changed something"

    wrong, allowed = [], 0
    for (event, role, _), (refusal, answer, broken) in zip(commands, results, strict=True):
        wanted = expected(now, event, role, at, late)
        if refusal != wanted or broken:
            wrong.append(f"{event} by {role}: {refusal or 'done'}, not {wanted} {broken or ''}")
        elif answer:
            allowed += 1
            assert (answer["state"], answer["phase"]) in BY_CELL[now.place, event][1]
    assert not wrong, "\n".join(wrong)
    return allowed


@pytest.mark.parametrize(
    ("policy", "build"),
    [pytest.param(policy, build, id=f"{name}-{policy}") for name, policy, build in SCENES],
)
def test_every_event_by_every_actor(world: World, policy: str, build: Builder) -> None:
    world.run(_PROBE)
    escrow = build(world, policy)
    allowed = _try_all(escrow, late=False) + _try_all(escrow, late=True)
    assert (allowed == 0) is (escrow.place[0] in TERMINAL)


def test_there_is_a_scene_for_every_place() -> None:
    """Scenes are named for their place; test_guard.py checks that they get there."""
    assert {phase or state for state, phase in PLACES} <= {name for name, _, _ in SCENES}
