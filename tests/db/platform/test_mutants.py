"""The list of mutants fits the product as it is; `make mutants` runs it."""

from stack.cluster import Cluster
from stack.paths import ROOT
from tests.mutation.mutants import MUTANTS


def test_every_mutant_can_be_made(database: Cluster) -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
    with database.connect() as owner:
        for mutant in MUTANTS:
            if mutant.in_python:
                compile(mutant.source(), mutant.place, "exec")
                continue
            with owner.transaction(force_rollback=True):
                owner.execute(mutant.statement(owner).encode())


def test_the_tests_of_every_mutant_are_there() -> None:
    for mutant in MUTANTS:
        for node in mutant.nodes():
            file, *test = node.split("::")
            text = (ROOT / file).read_text()
            assert all(f"def {name}(" in text for name in test), node
