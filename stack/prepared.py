"""A data directory with migrations, policies and seed, kept until one of them changes."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from deploy.policies import apply_policies
from stack.cluster import SUPERUSER, Cluster, own
from stack.migrations import push_migrations
from stack.paths import ROOT, STATE, SUPABASE

PLATFORM_SQL = (
    Path(__file__).with_name("platform.sql"),
    Path(__file__).with_name("platform_auth.sql"),
)
_KEPT = 3


class SeedFailed(RuntimeError):
    """The development data was refused."""


@contextlib.contextmanager
def file_lock(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def fingerprint(source: Path = SUPABASE) -> str:
    """Hash of everything that shapes the prepared data directory."""
    files = [
        *PLATFORM_SQL,
        ROOT / "package-lock.json",
        source / "config.toml",
        source / "seed.sql",
        *sorted((source / "migrations").glob("*.sql")),
        *sorted((source / "policies").glob("*.sql")),
    ]
    digest = hashlib.sha256(os.environ.get("HOLDFAST_POSTGRES_BIN", "").encode())
    for file in files:
        content = file.read_bytes() if file.exists() else b""
        digest.update(f"{file.name}\0{len(content)}\0".encode() + content)
    # Migrations make the partitions of this month and of those that follow.
    digest.update(f"{datetime.now(UTC):%Y-%m}".encode())
    return digest.hexdigest()[:20]


def apply_seed(url: str, *, source: Path = SUPABASE) -> None:
    """Load seed.sql in one transaction. Raises SeedFailed."""
    import psycopg

    seed = source / "seed.sql"
    if not seed.exists():
        return
    try:
        with psycopg.connect(url) as connection:
            connection.execute(seed.read_bytes())
    except psycopg.Error as error:
        raise SeedFailed(f"seed.sql: {error}") from error


def _build(data: Path, source: Path) -> None:
    cluster = Cluster(data)
    cluster.create()
    cluster.start()
    try:
        with cluster.connect(SUPERUSER) as connection:
            for file in PLATFORM_SQL:
                connection.execute(file.read_bytes())
        url = cluster.url("postgres")
        push_migrations(url, source=source)
        apply_policies(url, source=source)
        apply_seed(url, source=source)
        with cluster.connect(SUPERUSER) as connection:
            connection.execute("vacuum (analyze)")
    finally:
        cluster.stop()
    cluster.log.unlink(missing_ok=True)


def _forget_old(cache: Path) -> None:
    entries = sorted(
        (entry for entry in cache.iterdir() if entry.is_dir()),
        key=lambda entry: entry.stat().st_mtime,
        reverse=True,
    )
    for entry in entries[_KEPT:]:
        shutil.rmtree(entry, ignore_errors=True)


def prepared(source: Path = SUPABASE) -> Path:
    """The cached data directory, built first if anything changed.

    Raises MigrationFailed, PolicyFailed, SeedFailed.
    """
    cache = STATE / "cache"
    wanted = cache / fingerprint(source)
    with file_lock(cache / "lock"):
        if not wanted.exists():
            print("stack: preparing the database …", file=sys.stderr, flush=True)
            with tempfile.TemporaryDirectory(dir=cache, prefix="building-") as building:
                _build(Path(building) / "data", source)
                (Path(building) / "data").rename(wanted)
        os.utime(wanted)
        _forget_old(cache)
    return wanted


def copy_prepared(target: Path, source: Path = SUPABASE) -> None:
    """Put a copy of the prepared data directory at target."""
    with file_lock(STATE / "cache" / "lock.copy"):
        origin = prepared(source)
        shutil.copytree(origin, target)
    target.chmod(0o700)
    own(target)
