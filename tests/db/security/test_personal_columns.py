"""Every column that could hold words or data of a person is looked at: no new one is forgotten."""

from pathlib import Path
from typing import LiteralString

from tests.world.catalog_tables import SCHEMAS
from tests.world.world import World

_NOT_PERSONAL = Path(__file__).with_name("not_personal_columns.txt")

# Ids, amounts, times and enumerations say nothing that somebody wrote.
_COLUMNS: LiteralString = """
select n.nspname || '.' || c.relname || '.' || a.attname
from pg_attribute as a
join pg_class as c on c.oid = a.attrelid
join pg_namespace as n on n.oid = c.relnamespace
join pg_type as t on t.oid = a.atttypid
left join pg_type as e on e.oid = t.typelem and t.typcategory = 'A'
where n.nspname = any (%s) and c.relkind in ('r', 'p') and not c.relispartition
    and a.attnum > 0 and not a.attisdropped and a.attname <> 'seals'
    and coalesce(e.typname, t.typname) = any (%s)
"""
_WORDS = ["text", "varchar", "bpchar", "name", "json", "jsonb", "xml", "inet", "cidr", "macaddr",
          "bytea", "tsvector", "hstore", "point"]  # fmt: skip


def _columns(world: World) -> set[str]:
    return {row[0] for row in world.rows(_COLUMNS, SCHEMAS, _WORDS)}


def _not_personal(columns: set[str]) -> set[str]:
    """What the file names: a column, a table with all its columns, or *.column in every table."""
    named: set[str] = set()
    for line in _NOT_PERSONAL.read_text().splitlines():
        if line.startswith("#") or not line:
            continue
        name, why = line.split(maxsplit=1)
        assert why, line
        found = {
            each
            for each in columns
            if name in (each, each.rpartition(".")[0], "*." + each.rpartition(".")[2])
        }
        assert found, f"{name} is no column, and no table with one"
        named |= found
    return named


def _personal(world: World) -> set[str]:
    return {
        row[0]
        for row in world.rows(
            "select table_name || '.' || column_name from private.personal_columns"
        )
    }


def test_every_column_with_words_is_looked_at(world: World) -> None:
    """A new one is a row of private.personal_columns, or a line of not_personal_columns.txt."""
    columns = _columns(world)
    personal, other = _personal(world), _not_personal(columns)
    assert sorted(columns - personal - other) == []


def test_the_list_names_columns_that_exist(world: World) -> None:
    names = {
        row[0]
        for row in world.rows(
            "select table_schema || '.' || table_name || '.' || column_name "
            "from information_schema.columns where table_schema = any (%s)",
            SCHEMAS,
        )
    }
    assert sorted(_personal(world) - names) == []


def test_what_the_list_says_is_what_the_tables_are(world: World) -> None:
    """History whose words go is sealed; a row that goes is no history; what changes is bounded."""
    triggers = {
        (row[0], row[1]): row[2]
        for row in world.rows(
            "select n.nspname || '.' || c.relname, t.tgname, pg_get_triggerdef(t.oid) "
            "from pg_trigger as t join pg_class as c on c.oid = t.tgrelid "
            "join pg_namespace as n on n.oid = c.relnamespace where not c.relispartition"
        )
    }
    for table, column, erasure in world.rows(
        "select table_name, column_name, erasure from private.personal_columns"
    ):
        append_only = triggers.get((table, "_000_append_only"))
        if erasure == "delete_words":
            assert "erasable" in (append_only or ""), table
            assert table == "private.escrow_events" or column in triggers[table, "_590_seal"], (
                column
            )
        elif erasure in ("blank", "delete_row"):
            assert append_only is None, table
        if erasure in ("blank", "delete_words"):
            assert (table, "_000_erased") in triggers, table
    bounded = {table for table, trigger in triggers if trigger == "_000_erased"}
    assert bounded == {
        row[0]
        for row in world.rows(
            "select table_name from private.personal_columns where erased is not null"
        )
    }


def test_the_audit_log_finds_whose_words_it_hashes(world: World) -> None:
    """It has one row at hand: an owner elsewhere would leave the hash without the salt."""
    assert (
        world.rows(
            "select distinct c.table_name from private.personal_columns as c "
            "join pg_trigger as t on t.tgrelid = c.table_name::regclass "
            "where t.tgname like '\\_900\\_audit%%' and c.whose is not null "
            "and c.whose !~ '^[a-z_]+$'"
        )
        == []
    )
