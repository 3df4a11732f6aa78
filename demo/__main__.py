import sys
import time

from demo.catalogue import STORIES
from demo.console import Console
from demo.runner import tell_all, verify
from deploy.policies import PolicyFailed
from stack.cluster import ClusterFailed
from stack.migrations import MigrationFailed
from stack.paths import MissingPart
from stack.postgrest import PostgrestFailed
from stack.prepared import SeedFailed
from stack.processes import exit_on_sigterm
from stack.stack import Stack


def run(console: Console) -> int:
    """Exit code: 1 when a story or the books are not as they should be."""
    begun = time.monotonic()
    console.line("demo: starting Postgres, PostgREST and the functions …", "dim")
    with Stack.start() as stack:
        started = time.monotonic()
        failed = tell_all(stack, STORIES, console)
        problems = verify(stack, console)
        told = time.monotonic()
    console.line(
        f"demo: {len(STORIES) - len(failed)} of {len(STORIES)} stories in {told - started:.1f} s"
        f" (start {started - begun:.1f} s)",
        "red" if failed else "green",
    )
    if failed:
        console.line(f"demo: failed: {', '.join(failed)}", "red")
    return 1 if failed or problems else 0


def main() -> int:
    exit_on_sigterm()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        return run(Console())
    except KeyboardInterrupt:
        print("\ndemo: stopped", file=sys.stderr)
        return 130
    except (
        ClusterFailed, MigrationFailed, MissingPart, PolicyFailed, PostgrestFailed, SeedFailed,
    ) as error:  # fmt: skip
        print(f"demo: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
