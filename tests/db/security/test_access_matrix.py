"""The access matrix is the one that was looked at and checked in."""

import difflib
from pathlib import Path

import pytest

from tests.world.access_matrix import matrix, matrix_of, relations
from tests.world.all_tables import fill_all_tables
from tests.world.world import Connection, World

_WRITTEN = Path(__file__).with_name("access_matrix.txt")


def test_the_matrix_is_as_checked_in(db: Connection) -> None:
    now, written = matrix(db), _WRITTEN.read_text()
    changes = difflib.unified_diff(written.splitlines(), now.splitlines(), "checked in", "now")
    assert now == written, "look at it, then run `make gen`:\n" + "\n".join(changes)


def test_every_table_has_its_rows_in_the_matrix(world: World) -> None:
    written = _WRITTEN.read_text()
    columns = written[written.index("\nCOLUMNS\n") :]
    for relation in relations(world):
        assert columns.count(f"\n  {relation}") >= 2, relation


def test_a_new_table_or_grant_changes_the_matrix(world: World) -> None:
    couples = fill_all_tables(world), fill_all_tables(world)
    before = matrix_of(world, *couples)
    assert matrix_of(world, *couples) == before
    for change in (
        "create table public.forgotten (id int)",
        "grant select (created_by) on private.ledger_transfers to authenticated",
        "grant execute on function ledger.rollup() to service_role",
        "create policy leak on public.ledger_holds for select to authenticated using (true)",
    ):
        with world.connection.transaction(force_rollback=True):
            world.connection.execute(change.encode())
            assert matrix_of(world, *couples) != before, change


def test_a_new_right_to_write_asks_for_a_probe(db: Connection) -> None:
    db.execute("grant delete on public.p2p_trades to authenticated")
    with pytest.raises(KeyError):
        matrix(db)
