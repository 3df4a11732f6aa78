"""The folder that survives between runs of `make up`: its data, and what that was made with."""

import contextlib
import fcntl
import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from stack.dev_data import add_dev_data
from stack.keys import Keys
from stack.paths import SUPABASE
from stack.prepared import copy_prepared, fingerprint
from stack.stack import Stack


class CannotStart(RuntimeError):
    """Says in one line why `make up` does not start."""


def migration_hashes(source: Path = SUPABASE) -> dict[str, str]:
    """Each migration by the name of its file."""
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted((source / "migrations").glob("*.sql"))
    }


def misfit(applied: Mapping[str, str], now: Mapping[str, str]) -> str | None:
    """Why data that some migrations made does not go on with those of now; None: it does."""
    for name, digest in applied.items():
        if name not in now:
            return f"{name} is gone"
        if now[name] != digest:
            return f"{name} has changed"
    last = max(applied, default="")
    between = (name for name in now if name not in applied and name < last)
    return next((f"{name} is new and comes before {last}" for name in between), None)


class Home:
    """The folder that survives between runs: data, keys, what was applied."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.environment = folder / "env"
        self._secret = folder / "jwt-secret"
        self._signing_key = folder / "signing-key.pem"
        self._applied = folder / "applied.json"
        self._dev_data = folder / "dev-data"

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Keep a second `make up` off the same data. Raises CannotStart."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise CannotStart("`make up` is already running in this checkout.") from error
            yield

    def keys(self) -> Keys:
        """The same ones in every run: tokens of yesterday are good today."""
        new = Keys.make()
        for file, content in ((self._secret, new.secret), (self._signing_key, new.pem)):
            if not file.exists():
                file.touch(mode=0o600)
                file.write_text(content)
        return Keys(self._secret.read_text(), self._signing_key.read_text())

    def variables(self) -> dict[str, str]:
        """What the last run wrote for shells; nothing before the first."""
        if not self.environment.exists():
            return {}
        lines = self.environment.read_text().splitlines()
        pairs = (line.removeprefix("export ").partition("=") for line in lines)
        return {name: value for name, _, value in pairs}

    def prepare(self) -> None:
        """Make the data if there is none. Raises CannotStart if it no longer fits."""
        if not self._applied.exists():
            copy_prepared(self.data)
            self.remember()
        applied = json.loads(self._applied.read_text())["migrations"]
        if reason := misfit(applied, migration_hashes()):
            raise CannotStart(
                f"The data in {self.folder} was made with other migrations ({reason}). "
                "Until 1.0 they may change: `make reset` deletes it, `make up` makes it anew."
            )

    def add_dev_data(self, stack: Stack) -> None:
        """Something worth looking at, the first time. Raises DevDataFailed."""
        if not self._dev_data.exists():
            add_dev_data(stack)
            self._dev_data.touch()

    def up_to_date(self) -> bool:
        return bool(json.loads(self._applied.read_text())["fingerprint"] == fingerprint())

    def remember(self) -> None:
        content = {"fingerprint": fingerprint(), "migrations": migration_hashes()}
        self._applied.write_text(json.dumps(content, indent=2))
