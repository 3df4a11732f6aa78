"""Generated files say what the database and the functions say now."""

from pathlib import Path

import pytest

from stack import generate, template
from stack.openapi_document import apps, pages
from stack.paths import ROOT
from stack.routes import Routes
from stack.stack import Stack

# As `make gen` names them.
_PACKAGES = ["tests.generators"]


@pytest.fixture(scope="module")
def made() -> dict[Path, str]:
    """What each file should say, of a stack of its own: what others did in theirs would be in
    the access matrix."""
    with Stack.start(shared=True) as fresh:
        return dict(generate.contents(fresh, _PACKAGES))


def test_nothing_is_stale(made: dict[Path, str]) -> None:
    assert generate.stale(made) == [], "run `make gen`"


def test_a_changed_or_missing_file_is_stale(made: dict[Path, str], tmp_path: Path) -> None:
    elsewhere = {tmp_path / path.relative_to(ROOT): content for path, content in made.items()}
    assert generate.stale(elsewhere) == [*elsewhere]
    for path, content in elsewhere.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    assert generate.stale(elsewhere) == []
    edges = tmp_path / "shared/generated/edges.py"
    edges.write_text(edges.read_text().replace("'payer'", "'payee'", 1))
    assert generate.stale(elsewhere) == [edges]


def test_the_template_routes_what_the_functions_serve() -> None:
    known = template.functions(template.load())
    functions = [known[name] for name in known.keys() - pages()]
    routes = Routes((each.name, *route) for each in functions for route in each.routes)
    served = {
        (route.method, route.openapi_path)
        for app in apps()
        for route in app._static_routes + app._dynamic_routes
    }
    found = [routes.match(*each) for each in served]
    assert None not in found
    assert {each.route for each in found if each} == {
        route for each in functions for route in each.routes
    }
