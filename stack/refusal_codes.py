"""Which codes an operation may refuse with: those its function names, and those of every SQL
function and trigger that it reaches. Read from the sources, so a code that only some states allow
counts as well. Of what all moves of an escrow share, only what its own events and actors reach."""

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from types import FunctionType, ModuleType
from typing import Annotated, Any, get_args, get_origin

from shared import api, body, caller, db_errors, idempotency, settings
from shared.api import Api
from shared.db import Database
from stack.sql_branches import Possible, live
from stack.stack import Stack

_CALL = re.compile(r"\b(private|service|public|ledger)\.(\w+)\s*\(")
_WRITE = re.compile(
    r"\b(insert\s+into|update|delete\s+from)\s+(?:only\s+)?(\w+\.\w+)", re.IGNORECASE
)
# As pg_trigger.tgtype has them.
_KINDS = {"insert": 4, "delete": 8, "update": 16}
_WORD = re.compile(r"'([a-z][a-z0-9_]+)'")
_OURS = ("functions.", "shared.")
# What an operation goes through: every one, that of somebody signed in, one with a database.
_EVERY = (api, settings, body.check_body, body.read_json, db_errors.internal)
_SIGNED_IN = (caller, idempotency)
_WITH_DATABASE = (db_errors,)
# A command runs with the rights of the owner.
_OF_CLIENTS = "CURRENT_USER = 'authenticated'"
# What commits a decision of ours about an escrow: SQL of the machine asks it for its event.
_COMMITS = "service.escrow_commit"
_OF_ESCROWS = re.compile(r"\bescrow_transactions|\bescrow_decision")
_MACHINES = frozenset({"timer", "rail", "system"})
_EMITTED = re.compile(r"'event', '(\w+)'")

_SOURCES = """
select n.nspname || '.' || p.proname,
    string_agg(coalesce(p.prosrc, '') || coalesce(pg_get_function_sqlbody(p.oid), ''), ' '),
    string_agg(pg_get_function_arguments(p.oid), ' ')
from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace
where n.nspname in ('private', 'service', 'public', 'ledger') group by 1
"""
_TRIGGERS = """
select n.nspname || '.' || c.relname, fn.nspname || '.' || f.proname, t.tgtype::integer,
    coalesce(substring(pg_get_triggerdef(t.oid) from 'WHEN (.*) EXECUTE'), '')
from pg_trigger as t
join pg_class as c on c.oid = t.tgrelid join pg_namespace as n on n.oid = c.relnamespace
join pg_proc as f on f.oid = t.tgfoid join pg_namespace as fn on fn.oid = f.pronamespace
where not t.tgisinternal
"""
_EVENTS = "select event, actor from private.state_edges where machine = 'escrow'"
# A register whose rows name codes.
_REGISTER = "private.standing_rules"


class RefusalCodes:
    """Codes by operation. statuses: HTTP status of every code there is."""

    def __init__(self, stack: Stack, statuses: Mapping[str, int]) -> None:
        self.statuses = statuses
        self._told: dict[tuple[str, Possible | None], tuple[set[str], list[str]]] = {}
        self._triggers: dict[str, list[tuple[str, int, str]]] = {}
        with stack.connect() as connection:
            sources = connection.execute(_SOURCES).fetchall()
            for table, function, on, condition in connection.execute(_TRIGGERS).fetchall():
                self._triggers.setdefault(table, []).append((function, on, condition))
            rules = connection.execute("select * from private.standing_rules").fetchall()
            self._edges = connection.execute(_EVENTS).fetchall()
        self._sources: dict[str, str] = {name: source for name, source, _ in sources}
        self._of_escrows = {name for name, _, takes in sources if _OF_ESCROWS.search(takes)}
        self._of_escrows |= {name for name, *_ in self._triggers["private.escrow_transactions"]}
        self._registered = self._known(str(rules))

    def of(self, route: Callable[..., Any], app: Api) -> dict[int, list[str]]:
        """Codes by status of the operation that a route of an application serves."""
        parts = _reached(route)
        words = {each for part in parts for each in _strings(part)}
        asked = [
            f"{schema}.{word}"
            for word in words
            for schema in ("service", "public")
            if f"{schema}.{word}" in self._sources
        ]
        permitted = {each for part in parts for each in _permitted(part)}
        common: list[Any] = [*_EVERY, *(_SIGNED_IN if app.signed_in else ())]
        common += _WITH_DATABASE if Database in parts else ()
        common += [each for part in _EVERY for each in _reached(part)]
        known = words | {each for part in common for each in _strings(part)}
        found: dict[int, list[str]] = {}
        for code in sorted((known & self.statuses.keys()) | self._of_sql(asked, permitted)):
            found.setdefault(self.statuses[code], []).append(code)
        return dict(sorted(found.items()))

    def _of_sql(self, names: list[str], permitted: set[str]) -> set[str]:
        if _COMMITS not in names:
            return self._follow(names, None)[0]
        # The system may move other escrows then: their events count as soon as one is reached.
        events = frozenset(permitted)
        while True:
            actors = frozenset(a for e, a in self._edges if e in events and a not in _MACHINES)
            # A decision calls all of them so.
            codes, moved = self._follow(names, Possible(events, actors | {"user"}))
            if moved <= events:
                return codes
            events |= moved

    def _follow(self, names: Iterable[str], possible: Possible | None) -> tuple[set[str], set[str]]:
        """Codes of functions and of all that they reach, and events that these make themselves."""
        waiting, seen, found, moved = list(names), set[str](), set[str](), set[str]()
        while waiting:
            name = waiting.pop()
            if name in seen or name not in self._sources:
                continue
            seen.add(name)
            codes, reached = self._read(name, possible)
            found |= codes
            waiting += reached
            moved |= set(_EMITTED.findall(self._sources[name]))
        return found, moved

    def _read(self, name: str, possible: Possible | None) -> tuple[set[str], list[str]]:
        """Codes that a function of SQL names itself, and what it calls or sets off."""
        key = name, possible if name in self._of_escrows else None
        if key not in self._told:
            source = live(self._sources[name], key[1]) if key[1] else self._sources[name]
            codes = self._known(source) | (self._registered if _REGISTER in source else set())
            reached = [".".join(call) for call in _CALL.findall(source)]
            for verb, table in _WRITE.findall(source):
                kind = _KINDS[verb.split()[0].lower()]
                if "on conflict" in source.lower():
                    kind |= _KINDS["update"]
                reached += self._set_off(table, kind, possible)
            self._told[key] = codes, reached
        return self._told[key]

    def _set_off(self, table: str, kind: int, possible: Possible | None) -> Iterator[str]:
        of_escrows = possible if table == "private.escrow_transactions" else None
        for function, on, condition in self._triggers.get(table, ()):
            if not on & kind or _OF_CLIENTS in condition:
                continue
            if of_escrows is None or of_escrows.allows(_plain(condition)):
                yield function

    def _known(self, text: str) -> set[str]:
        return set(_WORD.findall(text)) & self.statuses.keys()


def _plain(condition: str) -> str:
    """A condition as it is written by hand: Postgres shows `in` as `= ANY (ARRAY[…])`."""
    text = condition.replace("::text", "")
    return re.sub(r"= ANY \(ARRAY\[(.*?)\]\)", r"in (\1)", text).replace("((", "(")


def _reached(start: Any) -> list[Any]:
    """The functions and classes of ours that a function uses, and theirs. Of a register by name
    those whose name is said on the way."""
    waiting, seen, registers = [start], dict[int, Any](), list[Mapping[Any, Any]]()
    while waiting:
        part = inspect.unwrap(waiting.pop())
        if isinstance(part, Mapping):
            registers.append(part)
        elif id(part) not in seen and str(getattr(part, "__module__", "")).startswith(_OURS):
            seen[id(part)] = part
            waiting += _used(part)
        if not waiting:
            said = {each for known in seen.values() for each in _strings(known)}
            for register in registers:
                # The route names what it wants; else whatever is named on the way counts.
                names = _strings(start) & register.keys() or said & register.keys()
                named = [register[name] for name in names]
                waiting += [
                    each
                    for value in named or register.values()
                    for each in _parts(value)
                    if isinstance(each, Mapping) or id(each) not in seen
                ]
            registers.clear()
    return list(seen.values())


@cache
def _used(part: Any) -> list[Any]:
    return list(_uses(part))


def _uses(part: Any) -> Iterator[Any]:
    module = inspect.getmodule(part)
    assert module
    for node in ast.walk(_tree(part)):
        if isinstance(node, ast.Name):
            yield from _parts(getattr(module, node.id, None))
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            owner = getattr(module, node.value.id, None)
            if isinstance(owner, ModuleType):
                yield from _parts(getattr(owner, node.attr, None))


def _parts(value: Any) -> Iterator[Any]:
    if isinstance(value, FunctionType | type | Mapping):
        yield value
    elif get_origin(value) is Annotated:
        # A parameter of a route, and the function that makes it.
        for each in get_args(value):
            yield from _parts(getattr(each, "dependency", each))


@cache
def _tree(part: Any) -> ast.AST:
    return ast.parse(textwrap.dedent(inspect.getsource(part)))


@cache
def _permitted(part: Any) -> frozenset[str]:
    """Events of an escrow that a rule asks for: context.permit("accept")."""
    return frozenset(
        str(node.args[0].value)
        for node in ast.walk(_tree(part))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "permit"
        and isinstance(node.args[0], ast.Constant)
    )


@cache
def _strings(part: Any) -> frozenset[str]:
    """Words that stand in a part, and in the constants of its module that it names."""
    module, found = inspect.getmodule(part), set[str]()
    for node in ast.walk(_tree(part)):
        if isinstance(node, ast.Constant):
            found |= _words(node.value)
        elif isinstance(node, ast.Name):
            found |= _words(getattr(module, node.id, None))
    return frozenset(found)


def _words(value: Any) -> set[str]:
    if isinstance(value, tuple | frozenset):
        return {each for each in value if isinstance(each, str)}
    return {value} if isinstance(value, str) else set()
