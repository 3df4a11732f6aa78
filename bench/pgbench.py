"""Runs pgbench and reads what it measured."""

import math
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.load import Load, LoadFailed
from bench.measures import Measure

_DONE = re.compile(r"number of transactions actually processed: (\d+)")
_TPS = re.compile(r"tps = ([\d.]+) \(without initial connection time\)")


def program() -> str | None:
    """Path of pgbench: HOLDFAST_PGBENCH_BIN (empty: do without), then PATH; or None."""
    chosen = os.environ.get("HOLDFAST_PGBENCH_BIN")
    return shutil.which("pgbench") if chosen is None else chosen or None


def initialise(url: str, scale: int) -> None:
    """Make pgbench's own tables. Raises LoadFailed."""
    _call(["--initialize", "--quiet", f"--scale={scale}", url], {})


def _call(words: Sequence[str], options: Mapping[str, str]) -> str:
    command = [program() or "pgbench", *words]
    settings = " ".join(f"-c {name}={value}" for name, value in options.items())
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PGOPTIONS": settings},
    )
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if "rror" in line] or [done.stderr]
        raise LoadFailed(f"{' '.join(command)}: {' | '.join(said[:3])}")
    return done.stdout


def _latencies(folder: Path) -> list[float]:
    """Milliseconds of every transaction that pgbench logged."""
    return [
        int(line.split(" ", 3)[2]) / 1000
        for file in folder.iterdir()
        for line in file.read_text().splitlines()
    ]


def run(url: str, load: Load) -> Measure:
    """Run one load. Raises LoadFailed, also when a single transaction failed."""
    script = "--builtin=tpcb-like" if load.script is None else f"--file={load.script}"
    amount = f"--transactions={load.each}" if load.each else f"--time={math.ceil(load.seconds)}"
    with tempfile.TemporaryDirectory() as folder:
        output = _call(
            [
                script, amount, "--protocol=prepared", "--no-vacuum", f"--client={load.clients}",
                f"--jobs={min(load.clients, 2)}", "--log", f"--log-prefix={folder}/log",
                f"--define=clients={load.clients}",
                *(f"--define={name}={value}" for name, value in load.variables.items()),
                url,
            ],
            load.settings,
        )  # fmt: skip
        done, rate = _DONE.search(output), _TPS.search(output)
        if not done or not rate:
            raise LoadFailed(f"pgbench said: {output[-600:]}")
        count = int(done[1])
        if load.each and count != load.each * load.clients:
            raise LoadFailed(f"{count} of {load.each * load.clients} transactions were done")
        return Measure.of(count, float(rate[1]), _latencies(Path(folder)))
