"""The list of mutants fits the functions as they are; `make mutants` runs it."""

from tests.db.world import World
from tests.mutation.mutants import MUTANTS


def test_every_mutant_can_be_made(world: World) -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
    for mutant in MUTANTS:
        with world.connection.transaction(force_rollback=True):
            world.connection.execute(mutant.statement(world.connection).encode())
