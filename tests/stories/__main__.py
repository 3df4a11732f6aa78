import sys
import time

from tests.stack.cluster import ClusterFailed
from tests.stack.migrations import MigrationFailed
from tests.stack.paths import MissingPart
from tests.stack.policies import PolicyFailed
from tests.stack.postgrest import PostgrestFailed
from tests.stack.prepared import SeedFailed
from tests.stack.processes import exit_on_sigterm
from tests.stack.stack import Stack
from tests.stories.catalogue import STORIES
from tests.stories.paper import Paper
from tests.stories.runner import tell_all, verify


def run(paper: Paper) -> int:
    """Exit code: 1 when a story or the books are not as they should be."""
    begun = time.monotonic()
    paper.line("demo: starting Postgres, PostgREST and the functions …", "dim")
    with Stack.start() as stack:
        started = time.monotonic()
        failed = tell_all(stack, STORIES, paper)
        problems = verify(stack, paper)
        told = time.monotonic()
    paper.line(
        f"demo: {len(STORIES) - len(failed)} of {len(STORIES)} stories in {told - started:.1f} s"
        f" (start {started - begun:.1f} s)",
        "red" if failed else "green",
    )
    if failed:
        paper.line(f"demo: failed: {', '.join(failed)}", "red")
    return 1 if failed or problems else 0


def main() -> int:
    exit_on_sigterm()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        return run(Paper())
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
