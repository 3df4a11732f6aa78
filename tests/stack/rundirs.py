"""Folders of running stacks; what a killed run left behind is swept by the next."""

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.stack.paths import STATE


def _sweep(runs: Path) -> None:
    for lock in runs.glob("*.lock"):
        with contextlib.suppress(OSError), lock.open("r+") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
            lock.unlink(missing_ok=True)


@contextlib.contextmanager
def run_directory() -> Iterator[Path]:
    """A folder for one stack, deleted at the end of the block."""
    runs = STATE / "run"
    runs.mkdir(parents=True, exist_ok=True)
    with (runs / "sweep").open("w") as guard:
        # Held over creation too: a sweep must not see the lock file before it is locked.
        fcntl.flock(guard, fcntl.LOCK_EX)
        _sweep(runs)
        folder = Path(tempfile.mkdtemp(dir=runs))
        folder.chmod(0o755)
        handle = os.open(folder.with_suffix(".lock"), os.O_CREAT | os.O_RDWR, 0o644)
        fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        folder.with_suffix(".lock").unlink(missing_ok=True)
        os.close(handle)
