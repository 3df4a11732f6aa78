"""`make up` keeps its data, and refuses data that the migrations of now did not make."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from stack.home import Home, migration_hashes, misfit
from stack.paths import ROOT, SUPABASE
from stack.prepared import fingerprint

NOW = {"10_a.sql": "1", "20_b.sql": "2", "30_c.sql": "3"}


@pytest.mark.parametrize(
    ("applied", "reason"),
    [
        (NOW, None),
        ({}, None),
        ({"10_a.sql": "1", "20_b.sql": "2"}, None),
        (NOW | {"20_b.sql": "other"}, "20_b.sql has changed"),
        (NOW | {"40_d.sql": "4"}, "40_d.sql is gone"),
        ({"10_a.sql": "1", "15_b.sql": "2", "30_c.sql": "3"}, "15_b.sql is gone"),
        ({"10_a.sql": "1", "30_c.sql": "3"}, "20_b.sql is new and comes before 30_c.sql"),
    ],
)
def test_data_fits_when_migrations_are_only_added_at_the_end(
    applied: dict[str, str], reason: str | None
) -> None:
    assert misfit(applied, NOW) == reason


def test_what_is_remembered_fits_afterwards(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.remember()
    home.prepare()
    assert home.up_to_date()
    assert not home.data.exists(), "nothing was made anew"


@pytest.mark.parametrize("renumbered", [True, False])
def test_older_data_is_refused_in_one_line_that_says_how_to_reset(
    tmp_path: Path, renumbered: bool
) -> None:
    applied = migration_hashes(SUPABASE)
    first = min(applied)
    digest = applied.pop(first) if renumbered else "other"
    applied["2025_renumbered.sql" if renumbered else first] = digest
    kept = json.dumps({"fingerprint": fingerprint(), "migrations": applied})
    (tmp_path / "applied.json").write_text(kept)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "rows").write_text("somebody's")

    said = subprocess.run(
        [sys.executable, "-m", "stack.up", "--port", str(_free_port()), "--folder", tmp_path],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

    assert said.returncode == 1
    assert said.stdout == ""
    assert said.stderr.count("\n") == 1
    assert said.stderr.startswith(f"up: The data in {tmp_path} was made with other migrations (")
    assert "`make reset`" in said.stderr
    assert (tmp_path / "applied.json").read_text() == kept
    assert (tmp_path / "data" / "rows").read_text() == "somebody's"


def _free_port() -> int:
    """A port that is free together with the next one, as `make up` wants them."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port
