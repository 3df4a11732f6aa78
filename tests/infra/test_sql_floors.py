"""Migrations refer downward: to files that are applied before them, and to the register."""

import re
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from stack.paths import ROOT, SUPABASE
from tests.infra.sql_references import (
    FLOORS,
    MIGRATIONS,
    OF_CLIENTS,
    OF_PRODUCTS,
    REGISTER,
    code,
    made,
    migrations,
    number,
    on_floor,
    references,
    subject,
    upward,
)

POLICIES = sorted((SUPABASE / "policies").glob("*.sql"))
# Not of one migration: all is taken away first, and the last one looks what stands open.
FRAME = {"000000_reset", "999900_assert"}
_OPENED = re.compile(r"create policy \w+\s+on\s+(public\.\w+)")
_TABLES = re.compile(
    r"grant\s[^;]*?\bon\s+(?!function|schema)(public\.\w+(?:,\s*public\.\w+)*)\s+to"
)
_COMMANDS = re.compile(r"\bservice\.\w+(?=\()")


def _place(path: Path) -> str:
    return f"{number(path)}_{subject(path)}"


def test_no_file_refers_to_a_later_one_but_the_register() -> None:
    found = {pair: sorted(names) for pair, names in upward(migrations()).items()}
    assert found == {}, "move what is named into a lower file, or ask the register"


def test_a_number_is_a_floor_a_subject_and_a_place_in_it() -> None:
    for path in MIGRATIONS:
        assert re.fullmatch(r"\d{8}(\d\d)\d{4}", path.stem.split("_", 1)[0]), path.name
        assert number(path)[:2] in FLOORS, path.name
    numbers = [number(path) for path in MIGRATIONS]
    assert all(one < other for one, other in pairwise(numbers)), "two files have one number"
    subjects = [subject(path) for path in MIGRATIONS]
    assert len(set(subjects)) == len(subjects)
    assert {each[:2] for each in numbers} == FLOORS.keys()


def test_the_page_about_floors_names_each() -> None:
    page = (ROOT / "docs/decisions/0045-a-number-is-a-floor-and-a-subject.md").read_text()
    rows = re.findall(r"^\| (\d\d) \| ([^|]+?) \|", page, re.MULTILINE)
    assert dict(rows) == FLOORS


def test_the_register_is_above_all_that_it_names() -> None:
    below = on_floor(*(each for each in FLOORS if each < "80"))
    assert {other for each, other in references(migrations()) if each == REGISTER} <= below


def test_rails_and_products_know_nothing_of_each_other() -> None:
    pairs = references(migrations()).keys()
    for one, other in combinations(OF_PRODUCTS, 2):
        first, second = on_floor(one), on_floor(other)
        crossing = {
            (a, b) for a, b in pairs if (a in first and b in second) or (a in second and b in first)
        }
        assert crossing == set()


def test_nothing_below_asks_what_is_made_for_clients() -> None:
    clients = on_floor(OF_CLIENTS)
    assert {
        (each, other)
        for each, other in references(migrations())
        if other in clients and each not in clients
    } == set()


@pytest.mark.parametrize("policy", POLICIES, ids=lambda path: path.stem)
def test_policies_open_the_migration_of_their_number_and_subject(policy: Path) -> None:
    if policy.stem in FRAME:
        return
    (migration,) = (path for path in MIGRATIONS if _place(path) == policy.stem)
    text = code(policy.read_text())
    opened = {*_OPENED.findall(text), *_COMMANDS.findall(text)}
    for names in _TABLES.findall(text):
        opened.update(re.findall(r"public\.\w+", names))
    assert opened <= made(code(migration.read_text())) - {"service.command"}


def test_all_is_taken_away_first_and_looked_at_last() -> None:
    assert POLICIES[0].stem == "000000_reset"
    assert POLICIES[-1].stem == "999900_assert"


def _texts(**code: str) -> dict[str, str]:
    return {"below": "create table public.below (id int);", **code}


@pytest.mark.parametrize(
    "code",
    [
        "create function private.f() returns int as $$ select id from public.above $$;",
        "select private.make_embed('public.above');",
        "create trigger t after insert on public.below execute function public.above();",
        "alter table public.below add other int references public.above (id);",
    ],
)
def test_a_name_of_a_later_file_is_found_wherever_it_stands(code: str) -> None:
    texts = _texts(middle=code, above="create table public.above (id int);")
    assert upward(texts) == {("middle", "above"): {"public.above"}}


def test_downward_and_to_the_register_is_not_upward() -> None:
    texts = _texts(
        middle="select private.asked() from public.below;",
        **{REGISTER: "create function private.asked() returns int as $$ select 1 $$;"},
    )
    assert upward(texts) == {}
    assert references(texts) == {
        ("middle", "below"): {"public.below"},
        ("middle", REGISTER): {"private.asked"},
    }


def test_a_name_belongs_to_the_file_that_makes_it_first() -> None:
    """An embed is a function with the name of the table that it gives rows of."""
    embed = "create function public.below(public.other) returns setof public.below as $$ $$;"
    assert upward(_texts(middle="select 1 from public.below;", embeds=embed)) == {}


def test_what_only_people_read_is_no_reference(tmp_path: Path) -> None:
    first, second = tmp_path / "1_lower.sql", tmp_path / "2_upper.sql"
    first.write_text(
        "-- As public.upper has it.\ncreate table public.lower (id int);\n"
        "comment on table public.lower is 'Rows beside public.upper; it''s so.';\n"
    )
    second.write_text("create table public.upper (id int);\n")
    assert references(migrations([first, second])) == {}
