"""The stack itself: isolation, clean ends, crashes, clear refusals."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psycopg
import pytest

from deploy.policies import PolicyFailed, apply_policies
from stack.cluster import Cluster
from stack.paths import ROOT
from stack.prepared import copy_prepared
from stack.processes import PortTaken
from stack.rundirs import run_directory
from stack.stack import Stack

# Starts a stack, says where it is and which processes it has, and waits to be ended.
_PROGRAM = """
import json, pathlib, signal, sys, time
from stack import processes
from stack.stack import Stack
# A program started in the background inherits that Ctrl-C is ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
processes.exit_on_sigterm()
with Stack.start() as stack:
    stack.tick("LedgerRollupFunction")
    pids = [process.pid for process in processes._running]
    forks = [fork for pid in pids for fork in processes._children(pid)]
    print(json.dumps([str(stack.lambdas.log.parent), [*pids, *forks]]), flush=True)
    time.sleep(600)
"""


def _gone(pids: list[int]) -> bool:
    for pid in pids:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if state != "Z":
            return False
    return True


def _becomes_true(check: object, seconds: float = 60) -> bool:
    assert callable(check)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if check():
            return True
        time.sleep(0.05)
    return False


def test_two_stacks_run_side_by_side_and_share_nothing(stack: Stack) -> None:
    with Stack.start() as second:
        assert second.url != stack.url
        user = second.create_user()
        there = second.cluster.execute("select count(*) from auth.users")
        with stack.connect() as first:
            assert first.execute("select 1 from auth.users where id = %s", [user]).fetchall() == []
        assert there != [(0,)]
        token = second.token(user)
        refused = httpx.get(f"{stack.rest_url}/", headers={"authorization": f"Bearer {token}"})
        assert refused.status_code == 401


def test_a_taken_port_is_said_in_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with (
            pytest.raises(PortTaken, match=f"^Port {port} on 127.0.0.1 is taken"),
            Stack.start(port=port),
        ):
            pass

        said = subprocess.run(
            [sys.executable, "-m", "stack.up", "--port", str(port)],
            cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
    assert said.returncode == 1
    assert said.stderr.count("\n") == 1
    assert f"Port {port}" in said.stderr


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_nothing_is_left_running(ending: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _PROGRAM], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as program:
        assert program.stdout
        try:
            folder, pids = json.loads(program.stdout.readline())
            assert Path(folder).is_dir()
            # Postgres, PostgREST, moto, what forks environments, and one of them.
            assert len(pids) >= 5
            assert not _gone(pids)
            program.send_signal(ending)
            program.wait(20)
        finally:
            program.kill()

    assert _becomes_true(lambda: _gone(pids))
    if ending is signal.SIGKILL:
        with run_directory():
            pass  # the next start sweeps what a killed one left
    # Other processes of the test run come and go: only its own folder is looked at.
    assert _becomes_true(lambda: not Path(folder).exists())


def test_committed_rows_survive_a_crash_of_postgres() -> None:
    with Stack.start(durable=True) as stack:
        # Ending a process loses nothing that the system has yet to write to the disk:
        # only the setting itself shows that a power cut would not either.
        assert stack.cluster.execute("select current_setting('fsync')") == [("on",)]
        kept = stack.create_user()
        with psycopg.connect(stack.db_url) as unfinished:
            unfinished.execute("create table lost_with_the_crash (id int)")
            stack.cluster.kill()
            with pytest.raises(psycopg.OperationalError):
                unfinished.execute("select 1")

        stack.cluster.restart()

        rows = stack.cluster.execute(
            "select to_regclass('lost_with_the_crash'), array(select id from auth.users)"
        )
        assert rows[0][0] is None
        assert kept in rows[0][1]
        answered = f"{stack.rest_url}/"
        assert _becomes_true(lambda: httpx.get(answered).status_code == 200, 20)


def test_postgrest_comes_back_on_its_port_after_a_crash() -> None:
    with Stack.start() as stack:
        port = stack.postgrest.port
        assert httpx.get(f"{stack.rest_url}/").status_code == 200
        stack.postgrest.kill()
        assert httpx.get(f"{stack.rest_url}/").status_code == 503
        stack.postgrest.start()
        assert stack.postgrest.port == port
        assert httpx.get(f"{stack.rest_url}/").status_code == 200


def test_the_clock_moves_and_comes_back(stack: Stack) -> None:
    stack.clock.reset()
    start = stack.clock.now()
    stack.clock.advance(hours=1)
    ahead = stack.clock.now()
    stack.clock.reset()
    assert 3600 <= (ahead - start).total_seconds() < 3660
    assert (stack.clock.now() - start).total_seconds() < 60


def test_policies_are_applied_all_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "00_first.sql").write_text("create table half_done (id int);")
    (tmp_path / "policies" / "10_second.sql").write_text("select no_such_function();")
    with run_directory() as folder:
        copy_prepared(folder / "data")
        cluster = Cluster(folder / "data")
        cluster.start()
        try:
            with pytest.raises(PolicyFailed, match=r"10_second\.sql"):
                apply_policies(cluster.url("postgres"), source=tmp_path)
            assert cluster.execute("select to_regclass('half_done')") == [(None,)]
        finally:
            cluster.kill()


def test_migrations_run_as_an_owner_without_superuser_rights(stack: Stack) -> None:
    rows = stack.cluster.execute(
        "select rolsuper, rolbypassrls from pg_roles where rolname = current_user"
    )
    assert rows == [(False, True)]


def test_a_server_of_postgres_never_runs_as_root(stack: Stack) -> None:
    with stack.connect("supabase_admin") as admin:
        row = admin.execute("select pg_read_file('postmaster.pid')").fetchone()
    assert row
    pid = int(str(row[0]).splitlines()[0])
    assert os.stat(f"/proc/{pid}").st_uid != 0
