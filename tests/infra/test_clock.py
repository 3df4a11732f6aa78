"""`make clock`, and the front page of the local stack. Nothing of either is deployed."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from queue import SimpleQueue
from types import SimpleNamespace
from typing import Any, ClassVar, cast

import httpx
import pytest

from stack import template
from stack.clock_door import MOST, length
from stack.home import Home
from stack.paths import ROOT, SUPABASE
from stack.people import PEOPLE
from stack.schedules import Schedules
from stack.stack import Stack
from stack.template import Schedule
from stack.user import add
from tests.world.http.desk import Desk, open_trade
from tests.world.lone_operators import let_operators_act_alone


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """A stack whose schedules run by themselves, as in `make up`."""
    with Stack.start(shared=True, schedules=True) as running:
        let_operators_act_alone(running.cluster)
        yield running


@pytest.fixture(scope="module")
def desk(stack: Stack) -> Iterator[Desk]:
    with httpx.Client(base_url=stack.url, timeout=30) as http:
        yield Desk(stack, http)


def move(stack: Stack, by: object, key: str | None = None) -> httpx.Response:
    headers = {"apikey": stack.api_keys.secret if key is None else key}
    return httpx.post(f"{stack.url}/clock", json={"by": by}, headers=headers, timeout=30)


def status_of(stack: Stack, trade: object) -> str:
    with stack.connect() as connection:
        row = connection.execute("select status from public.p2p_trades where id = %s", [trade])
        (status,) = row.fetchone() or ("gone",)
    return str(status)


def make_clock(folder: Path, by: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "stack.move_clock", "--by", by, "--folder", folder],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_a_clock_that_is_moved_ends_what_fell_due_and_leaves_everybody_signed_in(
    stack: Stack, desk: Desk, tmp_path: Path
) -> None:
    Home(tmp_path).environment.write_text(
        f"export URL={stack.url}\nexport SECRET_KEY={stack.api_keys.secret}\n"
    )
    trade = open_trade(desk)
    token = add(stack.url, stack.anon_key, stack.service_key, "carol")["CAROL"]
    before = stack.clock.now()

    said = make_clock(tmp_path, "5h")

    assert (said.returncode, said.stderr) == (0, "")
    assert "5:00:00 ahead of real time" in said.stdout
    assert timedelta(hours=5) <= stack.clock.now() - before < timedelta(hours=5, minutes=5)
    # The sweep of every minute fell due, and comes by itself.
    until = time.monotonic() + 60
    while status_of(stack, trade.id) == "pending_payment" and time.monotonic() < until:
        time.sleep(0.1)
    assert status_of(stack, trade.id) == "cancelled"
    with stack.connect() as connection:
        assert connection.execute("select count(*) from public.outages").fetchone() == (0,)
    signed_in = {"apikey": stack.anon_key, "authorization": f"Bearer {token}"}
    read = httpx.get(f"{stack.rest_url}/profiles?select=id", headers=signed_in)
    assert (read.status_code, len(read.json())) == (200, 1)
    done = httpx.post(
        f"{stack.url}/sessions/revoke-others", json={},
        headers={**signed_in, "idempotency-key": "after"}, timeout=60,
    )  # fmt: skip
    assert done.status_code == 200, done.text


class Noting:
    """Functions that only note when they were fired."""

    functions: ClassVar = {
        "HourlyFunction": SimpleNamespace(
            name="HourlyFunction", schedules=(Schedule("hourly", "rate(1 hour)", None),)
        )
    }

    def __init__(self) -> None:
        self.fired = SimpleQueue[str]()

    def invoke(self, name: str, _: object) -> None:
        self.fired.put(name)


def test_a_schedule_that_is_jumped_over_fires_once_and_at_once() -> None:
    lambdas = Noting()
    schedules = Schedules(cast("Any", lambdas))
    schedules.start()
    try:
        schedules.move(timedelta(minutes=30))
        schedules.move(timedelta(hours=7))
        assert lambdas.fired.get(timeout=60) == "HourlyFunction"
        schedules.move(timedelta(minutes=30))
    finally:
        schedules.stop()
    assert lambdas.fired.empty()


def test_it_is_said_in_one_line_when_nothing_runs_and_when_by_is_no_length(
    stack: Stack, tmp_path: Path
) -> None:
    nobody = make_clock(tmp_path, "1h")
    Home(tmp_path).environment.write_text(
        f"export URL={stack.url}\nexport SECRET_KEY={stack.api_keys.secret}\n"
    )
    wrong = make_clock(tmp_path, "soon")

    assert (nobody.returncode, nobody.stderr) == (1, "clock: `make up` is not running\n")
    assert wrong.returncode == 1
    assert wrong.stderr.startswith("clock: BY is a length like 1h")
    assert wrong.stderr.count("\n") == 1


@pytest.mark.parametrize("by", ["", "0h", "-1h", "1", "h", "1h2d", "31d", "99999999s", 5, None, {}])
def test_the_clock_goes_forward_by_lengths_only(stack: Stack, by: object) -> None:
    before = stack.clock.ahead()

    assert move(stack, by).status_code == 422
    assert stack.clock.ahead() == before


def test_lengths_are_read() -> None:
    assert length("1h") == timedelta(hours=1)
    assert length("2d12h30m5s") == timedelta(days=2, hours=12, minutes=30, seconds=5)
    assert length("720h") == MOST


def test_only_the_secret_key_moves_it(stack: Stack) -> None:
    before = stack.clock.ahead()

    for key in ("", "sb_secret_x", stack.api_keys.publishable, stack.token(PEOPLE[0].id)):
        assert move(stack, "1h", key).status_code == 401
    assert httpx.get(f"{stack.url}/clock").status_code == 405
    assert httpx.post(f"{stack.url}/clock", content=b"\xff").status_code == 401
    bad = {"apikey": stack.api_keys.secret}
    assert httpx.post(f"{stack.url}/clock", content=b"\xff", headers=bad).status_code == 422
    assert stack.clock.ahead() == before


def test_the_front_page_says_where_things_are_and_who_signs_in(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stack.front_page.version", lambda: "<script>1</script>")
    stack.mailbox()
    page = httpx.get(f"{stack.url}/")

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"] == "default-src 'none'"
    assert not re.search(r"<script|<link|<img|src=|https?://", page.text)
    assert "&lt;script&gt;" in page.text
    for person in PEOPLE:
        assert person.email in page.text
        assert person.password in page.text
    assert "make clock BY=1h" in page.text
    assert f"{stack.clock.now():%Y-%m-%d}" in page.text
    links = re.findall(r'href="([^"]+)"', page.text)
    assert len(links) >= 6
    for link in links:
        answer = httpx.get(stack.url + link, headers={"apikey": stack.anon_key})
        assert answer.status_code == 200, link


def test_nothing_that_is_deployed_has_a_clock_that_moves() -> None:
    routes = [
        path for function in template.functions(template.load()).values()
        for _, path in function.routes
    ]  # fmt: skip
    assert not {"/", "/clock", "$default"} & {*routes}
    text = (SUPABASE / "migrations/20261121010100_platform.sql").read_text()
    (own,) = re.findall(r"create (function private\.clock\(\).*?\$\$;)", text, re.S)
    assert own.count("clock_timestamp()") == 1

    def deploy(url: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "deploy.policies", url], cwd=ROOT, env=os.environ,
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip

    with Stack.start(shared=True) as local:
        refused = deploy(local.db_url)
        with local.connect() as connection:
            connection.execute("drop schema stack cascade")
            connection.execute(f"create or replace {own}".encode())
        taken = deploy(local.db_url)
        moved = move(local, "1h")
        page = httpx.get(f"{local.url}/").text

    assert refused.returncode == 1
    assert refused.stderr == "policies: this database has the movable clock of the local stack\n"
    assert (taken.returncode, taken.stderr) == (0, "")
    assert moved.status_code == 404
    assert "make clock" not in page
