"""Schema changes through the Supabase CLI, exactly as a deployment makes them."""

import os
import subprocess
from pathlib import Path

from stack.paths import STATE, SUPABASE, supabase_cli


class MigrationFailed(RuntimeError):
    """A migration was refused; the message is what the CLI said."""


def run_cli(*arguments: str, workdir: Path) -> subprocess.CompletedProcess[str]:
    """Run the Supabase CLI without its telemetry, update checks and home folder."""
    home = STATE / "cli"
    home.mkdir(parents=True, exist_ok=True)
    quiet = {
        "SUPABASE_HOME": str(home),
        "SUPABASE_TELEMETRY_DISABLED": "1",
        "SUPABASE_NO_UPDATE_NOTIFIER": "1",
        "SUPABASE_NO_KEYRING": "1",
        "DO_NOT_TRACK": "1",
        "NO_COLOR": "1",
    }
    return subprocess.run(
        [supabase_cli(), *arguments, "--workdir", workdir, "--agent", "no"],
        env=os.environ | quiet,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def push_migrations(url: str, *, source: Path = SUPABASE) -> None:
    """Apply every migration that the database does not have yet. Raises MigrationFailed."""
    pushed = run_cli(
        "db",
        "push",
        f"--remote={url}?sslmode=disable",
        "--skip-vault",
        "--yes",
        workdir=source.parent,
    )
    if pushed.returncode:
        raise MigrationFailed((pushed.stdout + pushed.stderr).strip())
