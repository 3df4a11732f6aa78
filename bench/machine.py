"""What the figures were measured on."""

import os
import platform
import subprocess
from pathlib import Path

from bench import pgbench
from stack.cluster import Cluster
from stack.paths import postgrest_bin

_SETTINGS = ("fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_wal_size")


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _version(program: str | Path) -> str:
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    return told.stdout.strip().split("\n")[0]


def client() -> str:
    """Which program puts the load on Postgres."""
    if found := pgbench.program():
        return f"{_version(found)}, prepared statements, on the same machine"
    return "psycopg in Python processes, for both sides: pgbench was not found. Read only ratios"


def describe(cluster: Cluster) -> dict[str, str]:
    with cluster.connect() as connection:
        values = [
            connection.execute("select current_setting(%s)", [name]).fetchone()
            for name in ("server_version", *_SETTINGS)
        ]
    version, *settings = [str(row[0]) if row else "" for row in values]
    return {
        "Processor": f"{_processor()}, {os.cpu_count()} cores",
        "System": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "Postgres": version.split()[0],
        "Settings": ", ".join(map(" = ".join, zip(_SETTINGS, settings, strict=True))),
        "PostgREST": _version(postgrest_bin()),
        "Client": client(),
    }
