"""What each migration makes and what it names: a reader of qualified names in text.

Every function has an empty search path, so a name of ours is always written with its schema.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from stack.paths import SUPABASE

MIGRATIONS = sorted((SUPABASE / "migrations").glob("*.sql"))
REGISTER = "register"

# Decision 0045: the first two digits after the date. What a file names stands on its own floor, in
# a file before it, or on a lower one.
FLOORS = {
    "01": "platform",
    "02": "identity",
    "03": "registers",
    "04": "ledger",
    "05": "money in and out",
    "06": "limits",
    "07": "escrow",
    "08": "disputes and cases",
    "09": "events",
    "10": "rails",
    "20": "p2p",
    "30": "market",
    "31": "gateway",
    "40": "reads of clients",
    "80": "register",
    "90": "operations",
}
# Each is left to itself: they are named by the register, and by what clients read.
OF_PRODUCTS = ("10", "20", "30", "31")
OF_CLIENTS = "40"

_SCHEMAS = "public|private|service|ledger"
_MADE = re.compile(
    r"create (?:or replace )?(?:table|view|function|type|domain|sequence|aggregate|procedure) "
    rf"(?:if not exists )?((?:{_SCHEMAS})\.\w+)"
)
_NAME = re.compile(rf"(?<![\w.])(?:{_SCHEMAS})\.\w+")
_COMMENT = re.compile(r"comment on [^;]*? is\s+'(?:[^']|'')*';")


def subject(path: Path) -> str:
    """A migration as we speak of it: 20261121070720_escrow_read.sql is escrow_read."""
    return path.stem.split("_", 1)[1]


def number(path: Path) -> str:
    """Floor, subject and place of a file: 070720 of 20261121070720_escrow_read.sql."""
    return path.stem.split("_", 1)[0][-6:]


def on_floor(*floors: str) -> set[str]:
    """Subjects of the migrations on some floors."""
    return {subject(path) for path in MIGRATIONS if number(path)[:2] in floors}


def code(text: str) -> str:
    """SQL without what only people read."""
    return _COMMENT.sub("", re.sub(r"--[^\n]*", "", text))


def migrations(files: Iterable[Path] = MIGRATIONS) -> dict[str, str]:
    """The code of each migration by its subject, in the order in which they are applied."""
    return {subject(path): code(path.read_text()) for path in files}


def made(text: str) -> set[str]:
    """Tables, views, functions and types that some code makes."""
    return set(_MADE.findall(text))


def named(text: str) -> set[str]:
    """Everything of our schemas that some code names."""
    return set(_NAME.findall(text))


def references(texts: Mapping[str, str]) -> dict[tuple[str, str], set[str]]:
    """Names by (the file that says them, the file that makes them); never a file's own."""
    maker: dict[str, str] = {}
    for each, text in texts.items():
        # An embed is a function that is called as a table; who names both means the table.
        for name in made(text):
            maker.setdefault(name, each)
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for each, text in texts.items():
        for name in named(text) & maker.keys():
            if maker[name] != each:
                found[each, maker[name]].add(name)
    return dict(found)


def upward(texts: Mapping[str, str]) -> dict[tuple[str, str], set[str]]:
    """References to a file that is applied later, without those to the register."""
    place = {each: number for number, each in enumerate(texts)}
    return {
        (each, other): names
        for (each, other), names in references(texts).items()
        if place[other] > place[each] and other != REGISTER
    }
