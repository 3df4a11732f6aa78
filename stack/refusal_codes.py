"""Which codes an operation may refuse with: those its function names, and those of every SQL
function and trigger that it reaches. Read from the sources, so a code that only some states allow
counts as well."""

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from types import FunctionType, MappingProxyType, ModuleType
from typing import Any

from shared import api, body, caller, db_errors, idempotency, settings
from stack.stack import Stack

_CALL = re.compile(r"\b(private|service|public|ledger)\.(\w+)\s*\(")
_WRITE = re.compile(r"\b(?:insert\s+into|update|delete\s+from)\s+(?:only\s+)?(\w+\.\w+)", re.I)
_WORD = re.compile(r"'([a-z][a-z0-9_]+)'")
_OURS = ("functions.", "shared.")
# What every operation goes through.
_COMMON = (api, body, caller, db_errors, idempotency, settings)

_SOURCES = """
select n.nspname || '.' || p.proname,
    string_agg(coalesce(p.prosrc, '') || coalesce(pg_get_function_sqlbody(p.oid), ''), ' ')
from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace
where n.nspname in ('private', 'service', 'public', 'ledger') group by 1
"""
_TRIGGERS = """
select n.nspname || '.' || c.relname, array_agg(fn.nspname || '.' || f.proname)
from pg_trigger as t
join pg_class as c on c.oid = t.tgrelid join pg_namespace as n on n.oid = c.relnamespace
join pg_proc as f on f.oid = t.tgfoid join pg_namespace as fn on fn.oid = f.pronamespace
where not t.tgisinternal group by 1
"""
# A register whose rows name codes.
_REGISTER = "private.standing_rules"


class RefusalCodes:
    """Codes by operation. statuses: HTTP status of every code there is."""

    def __init__(self, stack: Stack, statuses: Mapping[str, int]) -> None:
        self.statuses = statuses
        self._told: dict[str, tuple[set[str], list[str]]] = {}
        with stack.connect() as connection:
            self._sources: dict[str, str] = dict(connection.execute(_SOURCES).fetchall())
            self._triggers: dict[str, list[str]] = dict(connection.execute(_TRIGGERS).fetchall())
            rules = connection.execute("select * from private.standing_rules").fetchall()
        self._registered = self._known(str(rules))
        self._common = {each for module in _COMMON for each in _strings(module)} & statuses.keys()

    def of(self, route: Callable[..., Any]) -> dict[int, list[str]]:
        """Codes by status of the operation that a route of a function serves."""
        words = {each for part in _reached(route) for each in _strings(part)}
        asked = [
            f"{schema}.{word}"
            for word in words
            for schema in ("service", "public")
            if f"{schema}.{word}" in self._sources
        ]
        found: dict[int, list[str]] = {}
        for code in sorted((words & self.statuses.keys()) | self._of_sql(asked) | self._common):
            found.setdefault(self.statuses[code], []).append(code)
        return dict(sorted(found.items()))

    def _of_sql(self, names: Iterable[str]) -> set[str]:
        waiting, seen, found = list(names), set[str](), set[str]()
        while waiting:
            name = waiting.pop()
            if name in seen or name not in self._sources:
                continue
            seen.add(name)
            codes, reached = self._read(name)
            found |= codes
            waiting += reached
        return found

    def _read(self, name: str) -> tuple[set[str], list[str]]:
        """Codes that a function of SQL names itself, and what it calls or sets off."""
        if name not in self._told:
            source = self._sources[name]
            codes = self._known(source) | (self._registered if _REGISTER in source else set())
            reached = [".".join(call) for call in _CALL.findall(source)]
            for table in _WRITE.findall(source):
                reached += self._triggers.get(table, [])
            self._told[name] = codes, reached
        return self._told[name]

    def _known(self, text: str) -> set[str]:
        return set(_WORD.findall(text)) & self.statuses.keys()


def _reached(start: Any) -> list[Any]:
    """The functions and classes of ours that a function uses, and theirs."""
    waiting, seen = [start], dict[int, Any]()
    while waiting:
        part = inspect.unwrap(waiting.pop())
        if id(part) in seen or not str(getattr(part, "__module__", "")).startswith(_OURS):
            continue
        seen[id(part)] = part
        waiting += _used(part)
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
    if isinstance(value, FunctionType | type):
        yield value
    elif isinstance(value, Mapping | MappingProxyType):
        for each in value.values():
            yield from _parts(each)


@cache
def _tree(part: Any) -> ast.AST:
    return ast.parse(textwrap.dedent(inspect.getsource(part)))


@cache
def _strings(part: Any) -> frozenset[str]:
    return frozenset(
        node.value
        for node in ast.walk(_tree(part))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
