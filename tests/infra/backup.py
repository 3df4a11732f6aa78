"""Physical backup: an archived log, a base copy of a running server, recovery to a moment."""

import contextlib
import shutil
from datetime import datetime
from pathlib import Path

from stack.cluster import SUPERUSER, Cluster, own

# What a base copy leaves out: files of the running server and what recovery makes anew.
_EMPTY = ("pg_wal", "pg_replslot", "pg_dynshmem", "pg_notify", "pg_serial", "pg_snapshots")
_LEFT_OUT = ("postmaster.pid", "postmaster.opts", "pg_internal.init")


def archive_to(data: Path, archive: Path) -> None:
    """Let the server that will start on data keep every finished segment of its log."""
    archive.mkdir()
    own(archive)
    _configure(data, archive_mode="on", archive_command=f'cp "%p" "{archive}/%f"')


def base_copy(cluster: Cluster, target: Path) -> None:
    """Copy the data directory of a running server; its log up to here is archived then."""
    with cluster.connect(SUPERUSER) as admin:
        admin.execute("select pg_backup_start('drill', true)")
        shutil.copytree(cluster.data, target, ignore=_ignored, copy_function=_copy_if_there)
        label = admin.execute("select labelfile from pg_backup_stop()").fetchone()
    assert label
    (target / "backup_label").write_text(label[0])


def recover(data: Path, archive: Path, moment: datetime) -> None:
    """Let the server that will start on a base copy replay the log up to a moment."""
    _configure(
        data,
        archive_mode="off",
        restore_command=f'cp "{archive}/%f" "%p"',
        recovery_target_time=moment.isoformat(),
        recovery_target_action="promote",
    )
    (data / "recovery.signal").touch()
    own(data)


def _configure(data: Path, **settings: str) -> None:
    with (data / "postgresql.auto.conf").open("a") as file:
        file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())


def _ignored(folder: str, names: list[str]) -> list[str]:
    if Path(folder).name in _EMPTY:
        return names
    return [name for name in names if name in _LEFT_OUT or name.startswith("pgsql_tmp")]


def _copy_if_there(source: str, target: str) -> None:
    # Tables come and go while the server runs; the log knows of both.
    with contextlib.suppress(FileNotFoundError):
        shutil.copy2(source, target)
