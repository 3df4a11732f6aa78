"""Real nodes of Bitcoin and Litecoin for the tests, from Debian's packages, in a folder of their
own: `python -m stack.coin_nodes` fetches them. Nothing of the system is changed.

bitcoind is in newer suites than the system's, so its libraries come with it and its own loader
starts it.
"""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from stack.paths import ROOT, MissingPart
from stack.prepared import file_lock

FOLDER = ROOT / ".stamps" / "coin-nodes"
# Set where a node that is missing is a failure; elsewhere its tests are passed over, and say so.
REQUIRED = "HOLDFAST_REQUIRE_COIN_NODES"
_KEYS = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_APT_FOLDERS = (
    "etc/apt/apt.conf.d", "etc/apt/preferences.d", "etc/apt/sources.list.d",
    "var/lib/apt/lists/partial", "var/cache/apt/archives/partial", "var/lib/dpkg",
)  # fmt: skip


class FetchFailed(RuntimeError):
    """A node could not be fetched; the message says why."""


def coin_node(name: str) -> Path:
    """The program bitcoind or litecoind. Raises MissingPart."""
    program = FOLDER / name
    if not program.exists():
        raise MissingPart(f"No {name}: run `python -m stack.coin_nodes`.")
    return program


def fetch() -> dict[str, str]:
    """Fetch what is missing; the version of each node. Raises FetchFailed."""
    own = _own_suite()
    # The mirror keeps the newest version of a suite only: nothing is pinned, suites are tried.
    wanted: Mapping[str, tuple[str, Sequence[str], str]] = {
        "bitcoind": ("bitcoin-knots", ("forky", "sid"), "usr/bin/bitcoind"),
        "litecoind": ("litecoind", (own,), "usr/lib/litecoin/litecoind"),
    }
    versions = {}
    with file_lock(FOLDER.with_name("coin-nodes.lock")):
        for name, (package, suites, inside) in wanted.items():
            if not (FOLDER / name).exists():
                _fetch(name, package, suites, inside)
            versions[name] = _version(FOLDER / name)
    return versions


def _fetch(name: str, package: str, suites: Sequence[str], inside: str) -> None:
    failures = []
    for suite in suites:
        root = FOLDER / f"{name}-{suite}"
        shutil.rmtree(root, ignore_errors=True)
        try:
            _unpack(root, package, suite)
            program = _starter(root, inside)
            _version(program)
        except (OSError, FetchFailed, subprocess.SubprocessError) as error:
            failures.append(f"{suite}: {error}")
            continue
        # The last step: what has the name works.
        program.rename(FOLDER / name)
        return
    raise FetchFailed(f"{package}: {'; '.join(failures)}")


def _unpack(root: Path, package: str, suite: str) -> None:
    """Download a package with all that it needs into a root of apt's own, and unpack it."""
    apt = root / "apt"
    for folder in _APT_FOLDERS:
        (apt / folder).mkdir(parents=True)
    status = apt / "var/lib/dpkg/status"
    status.touch()
    (apt / "etc/apt/sources.list.d/node.sources").write_text(
        f"Types: deb\nURIs: {_mirror()}\nSuites: {suite}\nComponents: main\nSigned-By: {_KEYS}\n"
    )
    options = ["-qq", "-o", f"Dir={apt}", "-o", f"Dir::State::status={status}",
               "-o", "APT::Sandbox::User=root", "-o", "Acquire::Languages=none",
               "-o", "Acquire::Retries=2"]  # fmt: skip
    _run("apt-get", *options, "update")
    _run("apt-get", *options, "--yes", "--no-install-recommends", "--download-only", "install",
         package)  # fmt: skip
    for archive in sorted((apt / "var/cache/apt/archives").glob("*.deb")):
        _run("dpkg", "-x", str(archive), str(root / "root"))
    shutil.rmtree(apt)


def _starter(root: Path, inside: str) -> Path:
    """A script that starts the program with its own loader and libraries, never the system's."""
    files = root / "root"
    loader = next(iter(sorted(files.glob("usr/lib/*/ld-linux-*.so.*"))
                       or sorted(files.glob("lib/*/ld-linux-*.so.*"))), None)  # fmt: skip
    if loader is None or not (files / inside).exists():
        raise FetchFailed("the packages do not hold what they should")
    triplet = loader.parent.name
    libraries = f"{files}/usr/lib/{triplet}:{files}/lib/{triplet}"
    script = root / "start"
    script.write_text(
        f'#!/bin/sh\nexec {loader} --library-path {libraries} {files / inside} "$@"\n'
    )
    script.chmod(0o755)
    return script


def _version(program: Path) -> str:
    return _run(str(program), "--version").splitlines()[0]


def _mirror() -> str:
    """The mirror that apt uses for the system's own suite."""
    # Says it also where no list of packages was fetched yet.
    end = f"/dists/{_own_suite()}/InRelease"
    for line in _run("apt-get", "update", "--print-uris").splitlines():
        address = line.split()[0].strip("'") if line.strip() else ""
        if address.endswith(end):
            return address.removesuffix(end) + "/"
    raise FetchFailed("apt has no source of the system's own suite")


def _own_suite() -> str:
    try:
        return platform.freedesktop_os_release()["VERSION_CODENAME"]
    except (OSError, KeyError):
        raise FetchFailed("this is no Debian") from None


def _run(*command: str) -> str:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=600,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        )  # fmt: skip
    except FileNotFoundError:
        raise FetchFailed(f"there is no {command[0]}") from None
    if done.returncode:
        words = done.stderr.strip().splitlines() or ["no words"]
        raise FetchFailed(f"{Path(command[0]).name}: {words[-1]}")
    return done.stdout


def main() -> int:
    """Fetch them, say which versions they are; 1 where they must be there and are not."""
    try:
        for name, version in fetch().items():
            print(f"setup: {name}: {version}")
    except FetchFailed as error:
        required = os.environ.get(REQUIRED) == "1"
        what = "setup failed" if required else "NOT SET UP, its tests will be SKIPPED"
        print(f"{what}: a node of Bitcoin or Litecoin: {error}", file=sys.stderr)
        return int(required)
    (FOLDER / "done").touch()
    return 0


if __name__ == "__main__":
    sys.exit(main())
