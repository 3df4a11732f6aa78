"""What is defined is used: a guard that nothing calls guards nothing. An import, a re-export, a
comment or a grant is no use."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from stack.paths import ROOT
from stack.template import functions, load

PRODUCT = sorted(
    path for room in ("shared", "web", "functions") for path in (ROOT / room).rglob("*.py")
)
SQL = sorted((ROOT / "supabase").rglob("*.sql"))
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)

Name = tuple[str, str]


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


class Module:
    """A module: what it defines, what it imports from where, and what each part of it names."""

    def __init__(self, name: str, source: str) -> None:
        self.name = name
        tree = ast.parse(source)
        self.imports: dict[str, Name] = dict(self._imported(tree))
        self.definitions: dict[str, ast.AST] = {}
        self.rest: list[ast.AST] = []
        self.registered: set[Name] = set()
        for node in tree.body:
            names = _defined(node)
            self.definitions |= dict.fromkeys(names, node)
            if not names:
                self.rest.append(node)
        # Whoever decorates it, such as the routes of a function, calls it.
        for name, definition in self.definitions.items():
            if any(_registers(each, self) for each in getattr(definition, "decorator_list", ())):
                self.registered.add((self.name, name))

    def _imported(self, tree: ast.AST) -> Iterator[tuple[str, Name]]:
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                package = self.name.rsplit(".", node.level)[0]
                home = f"{package}.{node.module or ''}".rstrip(".") if node.level else node.module
                for alias in node.names:
                    yield alias.asname or alias.name, (home or "", alias.name)

    def named(self, node: ast.AST) -> Iterator[Name]:
        """What a part of the module names: (module, name) as far as that is known, and
        ("", attribute) of what is looked up in something."""
        for each in ast.walk(node):
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load):
                yield self.imports.get(each.id, (self.name, each.id))
            elif isinstance(each, ast.Attribute):
                yield "", each.attr
                if isinstance(each.value, ast.Name) and each.value.id in self.imports:
                    home, name = self.imports[each.value.id]
                    yield f"{home}.{name}", each.attr


def _defined(node: ast.AST) -> list[str]:
    if isinstance(node, _DEFINITIONS):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    if isinstance(node, ast.Assign | ast.AnnAssign):
        # __all__ names itself only, and uses nothing that it names.
        return [each.id for each in targets if isinstance(each, ast.Name)]
    return []


def _registers(decorator: ast.AST, module: Module) -> bool:
    while isinstance(decorator, ast.Call | ast.Attribute):
        decorator = decorator.func if isinstance(decorator, ast.Call) else decorator.value
    return isinstance(decorator, ast.Name) and decorator.id in module.definitions


def unused(sources: dict[str, str], entries: set[Name]) -> set[Name]:
    """Public definitions, by module and name, that nothing reaches from the entries and from what
    runs when a module is loaded; methods as Class.method."""
    modules = {name: Module(name, source) for name, source in sources.items()}
    reached: set[Name] = set()
    waiting = set(entries)
    for module in modules.values():
        waiting |= module.registered
        for node in module.rest:
            if not isinstance(node, ast.Import | ast.ImportFrom):
                waiting |= set(module.named(node))
    while waiting:
        module_name, name = found = waiting.pop()
        if found in reached:
            continue
        reached.add(found)
        home = modules.get(module_name)
        if home and name in home.definitions:
            waiting |= set(home.named(home.definitions[name])) - reached
        elif home and name in home.imports:
            waiting.add(home.imports[name])
    return {
        (module.name, name)
        for module in modules.values()
        for name in _public(module)
        if not (
            ("", name.rpartition(".")[2]) in reached
            if "." in name
            else (module.name, name) in reached
        )
    }


def _public(module: Module) -> Iterator[str]:
    for name, node in module.definitions.items():
        if name.startswith("_"):
            continue
        yield name
        if isinstance(node, ast.ClassDef):
            yield from (
                f"{name}.{each.name}"
                for each in node.body
                if isinstance(each, ast.FunctionDef)
                and not each.name.startswith("_")
                and not each.decorator_list
            )


@cache
def _entries() -> set[Name]:
    handlers = [each.handler for each in functions(load()).values()]
    # Beside the handlers: what writes docs/openapi.json.
    return {*(_split(each) for each in handlers), ("shared.openapi", "openapi")}


def _split(dotted: str) -> Name:
    home, _, name = dotted.rpartition(".")
    return home, name


def test_every_definition_of_the_product_is_used() -> None:
    sources = {_module(path): path.read_text() for path in PRODUCT if "generated" not in path.parts}
    assert unused(sources, _entries()) == set()


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        ("def check(): ...", {("rules", "check")}),
        ("LIMIT = 5", {("rules", "LIMIT")}),
        ("class Guard: ...", {("rules", "Guard")}),
        ("def check(): return check()", {("rules", "check")}),
        ("def check(): return other()\ndef other(): return check()",
         {("rules", "check"), ("rules", "other")}),
        ("__all__ = ['check']\ndef check(): ...", {("rules", "check")}),
        ("class Used:\n    def asked(self): ...\n    def never(self): ...",
         {("rules", "Used.never")}),
        ("def used(): return check()\ndef check(): ...", set()),
        ("def used(limit=LIMIT): ...\nLIMIT = 5", set()),
        ("routes = Routes()\n@routes.get('/x')\ndef show(): ...", set()),
    ],
)  # fmt: skip
def test_what_nobody_uses_is_found(rules: str, found: set[Name]) -> None:
    main = (
        "from rules import check, used, Used, other\nimport rules\n"
        "def handler(): used(); Used().asked()\n"
    )
    assert (
        unused({"rules": rules, "main": main}, {("main", "handler")}) - {("main", "handler")}
        == found
    )


_TOKEN = re.compile(r"--[^\n]*|'(?:[^']|'')*'|(\$\w*\$).*?\1|;", re.DOTALL)
_FUNCTION = re.compile(
    r"create (?:or replace )?(?:function|view) ((?:private|ledger|service)\.\w+)"
)
_NO_USE = re.compile(r"(comment on|grant|revoke|alter function|drop) ")


def _statements(text: str) -> Iterator[str]:
    start = 0
    for token in _TOKEN.finditer(text):
        if token[0] == ";":
            yield re.sub(r"--[^\n]*", "", text[start : token.end()]).strip()
            start = token.end()


def unused_in_sql(sql: str, python: str) -> set[str]:
    """Functions and views of the closed schemas that no other statement names, nor, of commands,
    a text in Python."""
    defined: set[str] = set()
    named: set[str] = set()
    for statement in _statements(sql):
        made = _FUNCTION.match(statement)
        own = {made[1]} if made else set()
        defined |= own
        if not _NO_USE.match(statement):
            named |= set(re.findall(r"\b(?:private|ledger|service)\.\w+", statement)) - own
    told = {f"service.{each}" for each in re.findall(r"[\"'](\w+)[\"']", python)}
    return defined - named - told


def test_every_function_in_sql_is_called() -> None:
    sql = "\n".join(path.read_text() for path in SQL)
    python = "\n".join(path.read_text() for path in PRODUCT)
    config = (ROOT / "supabase/config.toml").read_text()
    hooks = {".".join(name) for name in re.findall(r"postgres/(private)/(\w+)", config)}
    assert unused_in_sql(sql, python) == hooks


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("create function private.a() returns void as $$ select 1; $$;", {"private.a"}),
        ("create function private.a() returns void as $$ select private.a(); $$;", {"private.a"}),
        ("create function private.a() returns void as $$ $$; grant execute on function "
         "private.a() to anon; comment on function private.a() is 'private.a';", {"private.a"}),
        ("create function private.a() returns void as $$ $$; -- private.a();\n", {"private.a"}),
        ("create function service.a() returns void as $$ $$;", {"service.a"}),
        ("create function service.b() returns void as $$ $$;", set()),
        ("create function private.a() returns void as $$ $$; create trigger t before update on x "
         "for each row execute function private.a();", set()),
        ("create view private.a as select 1; create policy p on x using (private.a);", set()),
    ],
)  # fmt: skip
def test_what_nobody_calls_is_found(sql: str, found: set[str]) -> None:
    assert unused_in_sql(sql, "db.service_rpc('b', {})") == found
