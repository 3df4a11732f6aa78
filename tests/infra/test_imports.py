"""Who may import whom: floors, pure rules, thin handlers."""

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest

from stack.paths import ROOT

WEB = sorted((ROOT / "web").rglob("*.py"))
SHARED = sorted((ROOT / "shared").rglob("*.py"))
FUNCTIONS = sorted((ROOT / "functions").rglob("*.py"))
DOMAINS = sorted(path for path in (ROOT / "functions").iterdir() if any(path.glob("*.py")))

# Products stand on the escrow; everybody stands on shared/. Nothing reaches up or sideways.
ENGINE = {
    "accounts",
    "escrow",
    "exports",
    "ledger",
    "mailer",
    "operations",
    "operators",
    "payouts",
    "prices",
    "reference",
    "screening",
    "verification",
    "webhooks",
}
PRODUCTS = {"assets", "documents", "gateway", "market", "p2p", "reputation"}
RAILS = {path.name for path in DOMAINS if path.name.startswith("rail_")}
BELOW = {path.name: {"escrow"} if path.name in PRODUCTS else set() for path in DOMAINS}

IN_LAYER = {
    "aws_lambda_powertools",
    "coincurve",
    "jwt",
    "httpx",
    "pydantic",
    "pydantic_core",
    "standardwebhooks",
}
# Heavy: for the one function that draws, which nobody waits for.
TO_DRAW = {"fontTools", "fpdf"}
# Heavy, too: for the functions that call Stripe, never for the one that it calls.
TO_CALL_STRIPE = {"requests", "stripe", "urllib3"}
CALLS_STRIPE = {"functions/rail_stripe/api.py", "functions/rail_stripe/outcome.py"}
# For the functions that answer with pages.
FOR_PAGES = {"jinja2", "markupsafe", "segno"}
# In Lambda's runtime; heavy, so only the modules that talk to AWS itself.
IN_RUNTIME = {"boto3", "botocore"}
SPEAKS_TO_AWS = {
    "functions/mailer/ses.py",
    "functions/rail_evm/signer.py",
    "shared/object_storage.py",
    "shared/queues.py",
}
# What a decision may know: values and rules. Not the time, not the world.
PURE_SHARED = {"shared.errors", "shared.generated", "shared.money", "shared.refusals"}
IMPURE_STANDARD = {
    "asyncio",
    "http",
    "io",
    "os",
    "pathlib",
    "random",
    "secrets",
    "shutil",
    "socket",
    "subprocess",
    "threading",
    "time",
    "urllib",
    "uuid",
}

# Who may import which of our rooms besides itself; nobody's product needs what tests it.
ROOMS = {
    "shared": set[str](),
    "web": {"shared"},
    "functions": {"shared", "web"},
    "deploy": set[str](),
    "stack": {"shared", "web", "functions", "deploy"},
    "demo": {"shared", "deploy", "stack"},
    "bench": {"shared", "functions", "stack"},
    "tests": {"shared", "web", "functions", "deploy", "stack", "demo", "bench"},
}


@cache
def _imports(path: Path) -> tuple[tuple[int, str], ...]:
    """Level (dots) and name of everything a module imports, wherever it stands in it."""
    return tuple(_imported(ast.parse(path.read_text())))


def _imported(module: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from ((0, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names = [node.module] if node.module else [alias.name for alias in node.names]
            yield from ((node.level, name) for name in names)


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_what_it_may(room: str) -> None:
    strangers = ROOMS.keys() - ROOMS[room] - {room}
    imported = {
        f"{_name(path)}: {name}"
        for path in sorted((ROOT / room).rglob("*.py"))
        for level, name in _imports(path)
        if not level and name.partition(".")[0] in strangers
    }
    assert imported == set()


def _named(*files: Path) -> set[str]:
    """Packages that files of requirements name."""
    lines = {line for file in files for line in file.read_text().splitlines()}
    return {re.split(r"[=\[ ]", each)[0].lower() for each in lines if not each.startswith("#")}


@pytest.mark.parametrize("room", ROOMS)
def test_what_a_room_imports_is_named(room: str) -> None:
    """Not only brought by another package, which may stop to need it."""
    packages = metadata.packages_distributions()
    imported = {
        packages[top][0].lower().replace("_", "-")
        for path in sorted((ROOT / room).rglob("*.py"))
        for level, name in _imports(path)
        if not level and (top := name.partition(".")[0]) in packages and top not in ROOMS
    }
    named = [ROOT / each / "requirements.in" for each in ("shared", "web")]
    layers = _named(*(ROOT / "layers").glob("*/requirements.in"), *named)

    assert imported - _named(ROOT / "requirements.in") == set()
    if room in ("shared", "web", "functions"):
        assert imported - layers <= IN_RUNTIME


@pytest.mark.parametrize("path", SHARED, ids=_name)
def test_shared_stands_alone(path: Path) -> None:
    for level, name in _imports(path):
        top = name.partition(".")[0]
        assert level == 0, "shared/ imports absolutely"
        runtime = IN_RUNTIME if _name(path) in SPEAKS_TO_AWS else {"botocore"}
        assert top in sys.stdlib_module_names | IN_LAYER | {"shared"} | runtime, name


@pytest.mark.parametrize("path", WEB, ids=_name)
def test_the_base_of_pages_stands_on_shared(path: Path) -> None:
    for level, name in _imports(path):
        top = name.partition(".")[0]
        assert level == 0, "web/ imports absolutely"
        assert top in sys.stdlib_module_names | IN_LAYER | FOR_PAGES | {"shared", "web"}, name


def test_only_pages_import_the_base_of_pages() -> None:
    """Their layer is with no other function."""
    users = {
        path
        for path in FUNCTIONS
        if any(not level and name.partition(".")[0] == "web" for level, name in _imports(path))
    }
    assert all(path.stem.endswith("pages") for path in users), sorted(map(_name, users))


def test_every_domain_has_a_floor() -> None:
    assert {path.name for path in DOMAINS} == ENGINE | PRODUCTS | RAILS


@pytest.mark.parametrize("path", FUNCTIONS, ids=_name)
def test_a_domain_imports_itself_its_floors_below_and_shared(path: Path) -> None:
    for level, name in _imports(path):
        top = name.partition(".")[0]
        if level > 1:
            assert level == 2, f"{name} is outside of functions/"
            assert top in BELOW[path.parent.name], f"{name} is above or beside"
        elif not level:
            assert top != "functions", "functions/Makefile follows relative imports only"
            runtime = IN_RUNTIME if _name(path) in SPEAKS_TO_AWS else set()
            runtime |= TO_DRAW if path.parent.name == "documents" else set()
            runtime |= TO_CALL_STRIPE if _name(path) in CALLS_STRIPE else set()
            assert top in sys.stdlib_module_names | IN_LAYER | {"shared", "web"} | runtime, name
            assert name != "shared.openapi", "not in the layer"


@pytest.mark.parametrize("folder", DOMAINS, ids=_name)
def test_a_domain_hides_nothing(folder: Path) -> None:
    hidden = sys.stdlib_module_names | IN_LAYER | {"shared", "boto3", "botocore"}

    assert folder.name not in hidden


def test_modules_live_in_domains() -> None:
    assert {path.name for path in (ROOT / "functions").glob("*.py")} <= {"__init__.py"}


def test_only_relays_load_boto3_for_a_queue() -> None:
    users = {
        _name(path)
        for path in (ROOT / "functions").glob("*/*.py")
        if (0, "shared.queues") in set(_imports(path))
    }
    assert users == {"functions/webhooks/relay.py", "functions/mailer/relay.py"}


def test_who_receives_from_stripe_does_not_load_its_library() -> None:
    reached = {_name(path) for path in _core(ROOT / "functions/rail_stripe/webhook.py")}

    assert "functions/rail_stripe/event.py" in reached
    assert not reached & CALLS_STRIPE


def _core(start: Path) -> set[Path]:
    """A module and all of functions/ that it reaches."""
    core: set[Path] = set()
    waiting = [start]
    while waiting:
        path = waiting.pop()
        if path in core or not path.exists():
            continue
        core.add(path)
        waiting += [
            path.parents[level - 1] / f"{name.replace('.', '/')}.py"
            for level, name in _imports(path)
            if level
        ]
    return core


RULES = [path for path in FUNCTIONS if path.stem == "decide" or path.stem.endswith("_rules")]
PURE = sorted({path for rules in RULES for path in _core(rules)})


def test_there_are_pure_cores() -> None:
    assert {path.parent.name for path in PURE} >= {"escrow", "prices", "webhooks"}


@pytest.mark.parametrize("path", PURE, ids=_name)
def test_a_rule_touches_nothing(path: Path) -> None:
    for level, name in _imports(path):
        if level:
            continue
        top = name.partition(".")[0]
        if top == "shared":
            assert any(name == pure or name.startswith(pure + ".") for pure in PURE_SHARED), name
        else:
            assert top in (sys.stdlib_module_names - IMPURE_STANDARD) | {"pydantic"}, name
    called = {
        ast.unparse(node.func)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
    }
    clocks = {name for name in called if name.split(".")[-1] in ("now", "utcnow", "today")}
    assert not clocks, "the time comes with the snapshot"


@pytest.mark.parametrize("path", FUNCTIONS, ids=_name)
def test_the_name_tells_the_layer(path: Path) -> None:
    tree = ast.parse(path.read_text())
    called = {ast.unparse(each.func) for each in ast.walk(tree) if isinstance(each, ast.Call)}

    if path.stem == "commands":
        assert not [each for each in tree.body if isinstance(each, ast.FunctionDef | ast.ClassDef)]
    elif "Routes" in called:
        assert path.stem == "webhook" or path.stem.endswith("_routes")
    assert ("Routes" in called) or not path.stem.endswith("_routes")
    assert ("PageRoutes" in called) == path.stem.endswith("_pages")


@pytest.mark.parametrize("path", SHARED + WEB + FUNCTIONS, ids=_name)
def test_files_stay_small(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= (400 if "generated" not in path.parts else 10_000)
