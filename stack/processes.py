"""Child processes that never outlive the process that started them."""

import atexit
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import IO, Any

# Postgres refuses to run as root; this account exists everywhere and owns nothing.
UNPRIVILEGED = 65534

# The kernel delivers the parent-death signal when the *thread* that forked ends,
# so one thread that lives as long as the process does all the forking.
_spawner = ThreadPoolExecutor(1, thread_name_prefix="stack-spawner")
_running: "set[Process]" = set()


@cache
def _keeps_file_access() -> bool:
    return (
        subprocess.run([*_setpriv_user(), "true"], capture_output=True, check=False).returncode == 0
    )


def _setpriv_user() -> list[str]:
    # dac_override lets the account reach a checkout below a folder closed to others;
    # access(2), with which Postgres looks at its own files, only honours it when the
    # kernel keeps its hands off the capabilities of a changed user.
    return [
        "setpriv", f"--reuid={UNPRIVILEGED}", f"--regid={UNPRIVILEGED}", "--clear-groups",
        "--securebits=+no_setuid_fixup",
        "--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override",
    ]  # fmt: skip


def unprivileged() -> tuple[list[str], dict[str, Any]]:
    """Words before a command and options of Popen that take root's identity from it.

    Both empty when this process is not root's.
    """
    if os.geteuid() != 0:
        return [], {}
    if sys.platform.startswith("linux") and shutil.which("setpriv") and _keeps_file_access():
        return _setpriv_user(), {}
    return [], {"user": UNPRIVILEGED, "group": UNPRIVILEGED, "extra_groups": []}


def _die_with_parent(death_signal: str) -> list[str]:
    if sys.platform.startswith("linux") and shutil.which("setpriv"):
        return ["setpriv", f"--pdeathsig={death_signal}"]
    return []


class Process:
    """A child in its own process group, stopped with its group and with its parent."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        log: Path | None = None,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        as_root: bool = True,
        inherit: Sequence[int] = (),
    ) -> None:
        prefix, identity = ([], {}) if as_root else unprivileged()
        death = _die_with_parent(stop_signal.name.removeprefix("SIG"))
        # One setpriv: a change of identity clears a parent-death signal set before it.
        words = [*prefix, *(death[1:] if prefix else death), *map(str, command)]
        self.name = Path(command[0]).name
        self._stop_signal = stop_signal
        with open(log, "ab") if log else contextlib.nullcontext() as sink:
            self._popen: subprocess.Popen[bytes] = _spawner.submit(
                _popen, words, env, cwd, sink, inherit, identity
            ).result()
        _running.add(self)

    @property
    def pid(self) -> int:
        return self._popen.pid

    def alive(self) -> bool:
        return self._popen.poll() is None

    def stop(self, timeout: float = 10) -> None:
        """Ask it to end, then insist."""
        if self.alive():
            self._popen.send_signal(self._stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._popen.wait(timeout)
        self.kill()

    def kill(self) -> None:
        """End it and all it started at once, as a crash would."""
        if self.alive():  # Once it has been waited for, its number may be another's.
            # Postgres puts each backend in a session of its own: hold the parent
            # still so that none is born between the count and the end.
            os.kill(self.pid, signal.SIGSTOP)
            children = _children(self.pid)
            for child in children:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
            self._popen.wait()
            # A backend that is still ending holds the memory that the next server asks for.
            while not all(map(_has_ended, children)):
                time.sleep(0.001)
        _running.discard(self)


def _has_ended(pid: int) -> bool:
    """Also when nobody has waited for it: it holds nothing any more."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    with contextlib.suppress(OSError):
        return _stat(Path(f"/proc/{pid}"))[0] in ("Z", "X")
    return False


def _stat(entry: Path) -> list[str]:
    """What Linux says of a process, after its parenthesised name: state, parent, …"""
    return (entry / "stat").read_text().rpartition(")")[2].split()


def _children(parent: int) -> list[int]:
    if not sys.platform.startswith("linux"):
        listed = subprocess.run(
            ["pgrep", "-P", str(parent)], capture_output=True, text=True, check=False
        )
        return [int(word) for word in listed.stdout.split()]
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if int(_stat(entry)[1]) == parent:
                    found.append(int(entry.name))
    return found


def _popen(
    words: Sequence[str],
    env: Mapping[str, str] | None,
    cwd: Path | None,
    sink: IO[bytes] | None,
    inherit: Sequence[int],
    identity: Mapping[str, Any],
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        words,
        env=dict(env) if env is not None else None,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=sink or subprocess.DEVNULL,
        stderr=sink or subprocess.DEVNULL,
        start_new_session=True,
        pass_fds=inherit,
        **identity,
    )


@atexit.register
def _stop_everything() -> None:
    for process in list(_running):
        process.kill()


def exit_on_sigterm() -> None:
    """Turn SIGTERM into SystemExit, so that context managers clean up. Main thread only."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def free_port() -> int:
    """A TCP port that was free a moment ago on 127.0.0.1."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


class PortTaken(RuntimeError):
    """The wanted port is in use; the message is one line for the user."""

    def __init__(self, port: int) -> None:
        super().__init__(f"Port {port} on 127.0.0.1 is taken: stop what uses it or choose another.")
