"""Fixtures: a stack of its own for each test file, a connection that rolls back, and codes that
are what the page of errors says."""

import functools
import gc
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from psycopg.rows import TupleRow

from stack.cluster import Cluster
from stack.paths import ROOT
from stack.people import PEOPLE, Person
from stack.processes import exit_on_sigterm
from stack.shared import cloned
from stack.stack import Stack
from tests.world.error_page import undocumented
from tests.world.lone_operators import let_operators_act_alone
from tests.world.openapi_answers import outside

# Nothing that is collected becomes garbage: who looks for some looks through all of it, many times.
gc.disable()

# Each client would read the certificates of the world anew.
pytest.MonkeyPatch().setattr(
    "httpx._transports.default.create_ssl_context", functools.cache(httpx.create_ssl_context)
)


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """The running stack of this test file, so that no file sees what another one left."""
    exit_on_sigterm()
    with Stack.start(shared=True) as running:
        let_operators_act_alone(running.cluster)
        yield running


@pytest.fixture(scope="module")
def database() -> Iterator[Cluster]:
    """A Postgres with migrations, policies and seed, whose clock may be moved; nothing else."""
    exit_on_sigterm()
    with cloned() as database:
        let_operators_act_alone(database)
        yield database


@pytest.fixture
def db(stack: Stack) -> Iterator[psycopg.Connection[TupleRow]]:
    """A connection as the owner, in a transaction that is rolled back."""
    with psycopg.connect(stack.db_url) as connection:
        yield connection
        connection.rollback()


@pytest.fixture(scope="session")
def people() -> dict[str, Person]:
    """The people of the development data, by name."""
    return {person.name: person for person in PEOPLE}


def kind_of(file: Path) -> str:
    """The folder of tests/ that a test stands in, whatever its domain."""
    return file.relative_to(ROOT / "tests").parts[0]


# Tests that are a client of the stack; others have made-up servers too.
_CLIENTS = ("api", "crashes", "exchange", "functions", "races", "rails_day", "demo")


@pytest.fixture(autouse=True)
def codes_are_documented(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a test is about: each refusal that it is answered stands in docs/errors.md, and in
    the OpenAPI document for the operation that gave it; each answer is inside of its schema."""
    if kind_of(request.path) not in _CLIENTS:
        return
    send = httpx.Client.send

    # By its own name: who streams hands it over by keyword.
    def checked(client: httpx.Client, request: httpx.Request, **options: Any) -> httpx.Response:
        answer = send(client, request, **options)
        problem = None if options.get("stream") else undocumented(answer) or outside(answer)
        assert problem is None, problem
        return answer

    monkeypatch.setattr(httpx.Client, "send", checked)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the functions logged beside the failure of a test that ran on the stack."""
    report = yield
    running = getattr(item, "funcargs", {}).get("stack")
    if report.failed and running is not None and running.lambdas.log.exists():
        tail = running.lambdas.log.read_text(errors="replace").splitlines()[-40:]
        report.sections.append(("Log of the functions", "\n".join(tail)))
    return report


# Where files are few and slow, or many and quick.
_SLOW = ("exchange", "rails_day", "infra", "crashes", "model", "demo", "functions", "races")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow files first, so that no process is left with one when the others are done."""

    def place(item: pytest.Item) -> int:
        kind = kind_of(item.path)
        return _SLOW.index(kind) if kind in _SLOW else len(_SLOW)

    items.sort(key=place)


# A test makes more objects than a program of one job, and few that need to be looked for.
_YOUNG = 20_000


def pytest_collection_finish() -> None:
    """Thousands of tests and all that is imported stay: nobody looks for garbage in them again."""
    gc.freeze()
    gc.set_threshold(_YOUNG, 20, 20)
    gc.enable()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How long each part of the suite took; processes that ran at the same time count each."""
    seconds: dict[str, float] = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                folder = report.nodeid.partition("::")[0].rpartition("/")[0]
                seconds[folder] = seconds.get(folder, 0) + report.duration
    if len(seconds) > 1:
        terminalreporter.section("seconds by part")
        for folder in sorted(seconds, key=lambda each: -seconds[each]):
            terminalreporter.write_line(f"{seconds[folder]:7.1f}  {folder}")
