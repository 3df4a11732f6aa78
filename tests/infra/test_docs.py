"""The pages say what is so: examples run as printed, lists are those of the code."""

import os
import re
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from psycopg.rows import dict_row
from standardwebhooks import Webhook

from functions.webhooks.attempt_rules import SCHEDULE
from stack.dev_data import add_dev_data, prices
from stack.identity import API_ROLES
from stack.paths import ROOT
from stack.people import PEOPLE
from stack.stack import Stack
from stack.template import functions, load, read, resources
from tests.infra.docs import DOCS, PAGES, README, anchors, blocks, links, section, table, words
from tests.world.http.desk import Desk, Trade, open_trade
from tests.world.lone_operators import let_operators_act_alone

OPERATING = DOCS / "operating.md"
# Written by generators, which have tests of their own.
GENERATED = {"moves.md", "errors.md", "performance.md", "personal-columns.md"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stack, Path]]:
    """A stack with what `make up` has, and a folder with the file that it writes."""
    folder = tmp_path_factory.mktemp("checkout")
    with Stack.start(shared=True) as stack, prices(stack.clock.now) as source:
        stack.configure(**source.variables())
        stack.tick("PricesFunction")
        add_dev_data(stack)
        values = {"URL": stack.url, "ANON_KEY": stack.anon_key}
        values |= {person.name.upper(): stack.token(person.id, aal="aal2") for person in PEOPLE}
        (folder / ".stack" / "up").mkdir(parents=True)
        (folder / ".stack" / "up" / "env").write_text(
            "".join(f"export {name}={value}\n" for name, value in values.items())
        )
        yield stack, folder


@pytest.fixture(scope="module")
def trade(home: tuple[Stack, Path]) -> Iterator[Trade]:
    # The pages' own deposits keep within what one operator does alone; this one is beside them.
    let_operators_act_alone(home[0].cluster)
    with httpx.Client(base_url=home[0].url, timeout=30) as http:
        yield open_trade(Desk(home[0], http))


def _run(folder: Path, script: str) -> str:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder, env=os.environ | {"PATH": path}, capture_output=True, text=True,
        check=False, timeout=60,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_the_curl_example_runs_as_printed(home: tuple[Stack, Path]) -> None:
    (example,) = blocks(section(README, "Call it"), "bash")
    said = _run(home[1], example)
    assert '"state":"released"' in said
    assert said.splitlines()[-1] == example.splitlines()[-1].removeprefix("# ")


def test_the_python_example_runs_as_printed(home: tuple[Stack, Path]) -> None:
    (example,) = blocks(section(README, "Call it"), "python")
    said = _run(home[1], f"source .stack/up/env\npython - <<'END'\n{example}\nEND")
    assert said.strip() == example.splitlines()[-1].removeprefix("# ")


def test_the_way_of_a_trade_runs_as_printed(home: tuple[Stack, Path]) -> None:
    (example,) = blocks(section(DOCS / "traders.md", "A whole trade over HTTP"), "bash")
    said = _run(home[1], example)
    assert '"First Bank"' in said
    assert '"next_action":"perform"' in said
    assert '"state":"released"' in said
    assert '"to_state":"released"' in said.splitlines()[-1]


def test_the_receiver_runs_as_printed(tmp_path: Path) -> None:
    """The receiver of the guide takes what the official library signs, and nothing else."""
    (example,) = blocks(section(DOCS / "webhooks.md", "Receive webhooks"), "python")
    assert len([line for line in example.splitlines() if line]) == 10
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body, now = '{"type":"escrow.perform"}', datetime.now(UTC)
    signed = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign("msg_1", now, body),
    }
    receiver = subprocess.Popen(
        [sys.executable, "-c", example], cwd=tmp_path, stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, env=os.environ | {"SECRET": secret, "PORT": str(port)},
    )  # fmt: skip
    try:
        url = f"http://127.0.0.1:{port}/"
        http = httpx.Client(transport=httpx.HTTPTransport(retries=12), timeout=60)
        assert http.post(url, content=body, headers=signed).status_code == 204
        with pytest.raises(httpx.RemoteProtocolError):
            http.post(url, content="{}", headers=signed)
    finally:
        receiver.kill()
        receiver.wait()


def test_the_schedule_of_webhooks_is_as_printed() -> None:
    (waits,) = table(section(DOCS / "webhooks.md", "Retries"))
    units = {"s": 1, "min": 60, "h": 3600}
    printed = [int(cell.split()[0]) * units[cell.split()[1]] for cell in waits[2:]]
    assert (waits[1], [0, *printed]) == ("at once", list(SCHEDULE))


def test_an_operator_is_made_as_printed(home: tuple[Stack, Path]) -> None:
    (statement,) = blocks(section(README, "Deploy it"), "sql")
    user = home[0].create_user()
    with home[0].connect() as owner:
        owner.execute(statement.replace("<user id>", str(user)).encode())
        found = owner.execute("select private.is_staff(%s, 'operator')", [user]).fetchone()
    assert found == (True,)


def test_everything_live_is_frozen_and_goes_on(home: tuple[Stack, Path], trade: Trade) -> None:
    freeze, unfreeze = blocks(section(OPERATING, "Outages: freeze and give time back"), "sql")
    frozen = "select frozen_at is not null from private.escrow_transactions where id = %s"
    with home[0].connect() as owner:
        for statement, expected in ((freeze, True), (unfreeze, False)):
            told = owner.execute(statement.encode()).fetchall()
            assert told
            assert {refusal for _, refusal in told} == {None}
            assert owner.execute(frozen, [trade.id]).fetchone() == (expected,)
            assert owner.execute(statement.encode()).fetchall() == []


@pytest.mark.parametrize("heading", ["Verify by hand", "Stuck work"])
def test_statements_for_operators_run(home: tuple[Stack, Path], heading: str) -> None:
    (statements,) = blocks(section(OPERATING, heading), "sql")
    with home[0].connect() as owner:
        for statement in statements.split(";")[:-1]:
            assert owner.execute(statement.encode()).fetchall() == []


def _definers(stack: Stack) -> dict[str, set[str]]:
    """Definer functions, and the roles of the API and of Auth that may call each."""
    query = (
        "select n.nspname || '.' || p.proname, array(select r from unnest(%s::text[]) as r "
        "where has_function_privilege(r, p.oid, 'execute') and has_schema_privilege(r, n.oid, "
        "'usage')) from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace "
        "where p.prosecdef and n.nspname in ('public', 'private', 'ledger', 'service')"
    )
    with stack.connect() as owner:
        found = owner.execute(query, [[*API_ROLES, "supabase_auth_admin"]]).fetchall()
    return {name: set(roles) for name, roles in found}


def test_no_definer_function_is_named_twice() -> None:
    named = Counter(
        name
        for names, *_ in table(section(DOCS / "security.md", "Definer functions"))
        for name in re.findall(r"`([^`]+)`", names)
    )
    assert {name: count for name, count in named.items() if count > 1} == {}


def test_the_definer_functions_are_all_named(home: tuple[Stack, Path]) -> None:
    listed = {
        name: set(re.findall(r"\w+", callers))
        for names, callers, _ in table(section(DOCS / "security.md", "Definer functions"))
        for name in words(names)
    }
    assert listed == _definers(home[0])


def test_every_alarm_and_schedule_is_explained() -> None:
    document = load()
    known = set(resources(document, "AWS::CloudWatch::Alarm"))
    named = [
        name
        for alarms, *_ in table(section(OPERATING, "Alarms"))
        for name in re.findall(r"`(\w+)`", alarms)
    ]
    assert sorted(named) == sorted(known)
    scheduled = {name for name, function in functions(document).items() if function.schedules}
    assert {row[0].strip("`") for row in table(section(OPERATING, "Schedules"))} == scheduled


def test_every_stack_is_explained() -> None:
    folders = {
        file.relative_to(ROOT).as_posix(): {
            function.handler.split(".")[1] for function in functions(read(file)).values()
        }
        for file in (ROOT / "stacks").glob("*.yaml")
    }
    rows = table(section(OPERATING, "Stacks"))
    assert {name.strip("`"): words(code) for name, code, _ in rows} == folders


def test_the_logs_that_are_named_exist() -> None:
    named = set(re.findall(r"`/holdfast/<stack>/(\w[\w-]*)`", OPERATING.read_text()))
    groups = resources(load(), "AWS::Logs::LogGroup").values()
    assert named
    assert named <= {str(each["LogGroupName"]["Fn::Sub"][0]).rpartition("/")[2] for each in groups}


def test_every_problem_of_the_books_is_explained(home: tuple[Stack, Path]) -> None:
    explained = {
        name for names, _ in table(section(DOCS / "ledger.md", "Verify")) for name in words(names)
    }
    bodies = home[0].cluster.execute(
        "select prosrc from pg_proc where proname in ('verify', 'verify_holds', 'verify_events', "
        "'verify_disputes', 'verify_p2p', 'verify_reputation', 'verify_payouts', "
        "'verify_withdrawals', 'verify_suspense')"
    )
    found = {name for (body,) in bodies for name in re.findall(r"select '(\w+)', ", body)}
    assert explained == found


def _time(value: timedelta) -> str:
    hours = value // timedelta(hours=1)
    return f"{hours} h" if hours <= 72 else f"{hours // 24} d"


def _percent(bps: int) -> str:
    return f"{bps / 100:g} %"


def _printed(policy: dict[str, Any]) -> dict[str, str]:
    spans = ("statement", "acknowledge", "decide", "appeal")
    return {
        "payee silent": policy["payee_silent_event"].removeprefix("timeout_"),
        "payer silent": policy["payer_silent_event"].removeprefix("timeout_"),
        "accept": _time(policy["accept_within"]),
        "statements / acknowledge / decide / appeal": " / ".join(
            _time(policy[f"{span}_within"]) for span in spans
        ),
        "claim after the end": _time(policy["claim_within"]),
        "revisions": str(policy["max_revisions"]),
        "fee": _percent(policy["fee_bps"]),
        "appeal bond": _percent(policy["appeal_bond_bps"]),
        "nobody decides: payee gets": _percent(policy["undecided_payee_bps"]),
    }


def test_the_policies_are_as_printed(home: tuple[Stack, Path]) -> None:
    text = section(DOCS / "escrow.md", "Policies")
    heading = re.search(r"^\| \|(.+)\|$", text, re.MULTILINE)
    assert heading
    columns = [name.strip(" `") for name in heading[1].split("|")]
    printed = {label: dict(zip(columns, cells, strict=True)) for label, *cells in table(text)}
    with home[0].connect() as owner, owner.cursor(row_factory=dict_row) as cursor:
        policies = cursor.execute("select * from public.escrow_policies").fetchall()
    assert {policy["id"] for policy in policies} == set(columns)
    for policy in policies:
        for label, value in _printed(policy).items():
            assert printed[label][policy["id"]] == value, (policy["id"], label)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for path, fragment in links(page):
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), path
        assert not fragment or fragment in anchors(target), f"{path}#{fragment}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_and_tests_that_are_named_exist(page: Path) -> None:
    if page.name in GENERATED:
        return
    for name in words(page.read_text()):
        path, _, test = name.removeprefix("pytest ").partition("::")
        if re.fullmatch(r"\d{14}_\w+\.sql", path):
            path = f"supabase/migrations/{path}"
        if re.match(r"(tests|shared|functions|supabase|bench)/[\w./]+$", path):
            assert (ROOT / path).exists(), name
            assert not test or f"def {test}(" in (ROOT / path).read_text(), name


def test_each_invariant_has_its_place_and_its_test() -> None:
    rows = table(section(DOCS / "escrow.md", "Invariants"))
    assert [row[0] for row in rows] == [f"I{number}" for number in range(1, 13)]
    assert all("`tests/" in row[3] for row in rows)


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = [int(page.name[:4]) for page in sorted((DOCS / "decisions").glob("*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))
