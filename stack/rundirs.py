"""Folders of running stacks; what a killed run left behind is swept by the next."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from stack.paths import ROOT, STATE

# A file system in memory: a database is two thousand small files, which a disk makes slowly.
_MEMORY = Path("/dev/shm")  # noqa: S108
# Below this much room nothing is kept in memory: containers have little there.
_ROOM = 4 << 30


def runs(*, on_disk: bool = False) -> Path:
    """Where the folders are: in memory when it has room, in .stack when not or when asked to."""
    folder = STATE / "run"
    with contextlib.suppress(OSError):
        if not on_disk and shutil.disk_usage(_MEMORY).free >= _ROOM:
            checkout = hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]
            folder = _MEMORY / f"holdfast-{os.geteuid()}-{checkout}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _sweep(place: Path) -> None:
    for lock in place.glob("*.lock"):
        with contextlib.suppress(OSError), lock.open("r+") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
            lock.unlink(missing_ok=True)


@contextlib.contextmanager
def run_directory(*, on_disk: bool = False) -> Iterator[Path]:
    """A folder for one stack, deleted at the end of the block. on_disk: never in memory."""
    place = runs(on_disk=on_disk)
    with (place / "sweep").open("w") as guard:
        # Held over creation too: a sweep must not see the lock file before it is locked.
        fcntl.flock(guard, fcntl.LOCK_EX)
        _sweep(place)
        folder = Path(tempfile.mkdtemp(dir=place))
        folder.chmod(0o755)
        handle = os.open(folder.with_suffix(".lock"), os.O_CREAT | os.O_RDWR, 0o644)
        fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        folder.with_suffix(".lock").unlink(missing_ok=True)
        os.close(handle)
