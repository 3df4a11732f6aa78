"""make advisors: the Supabase advisors against a fresh database; any warning fails.

A finding that is wrong about us is accepted by name and reason below; an accepted
finding that no longer appears fails too, so that the list never outlives its cause.
"""

import json
import sys
from typing import Any

from stack.migrations import run_cli
from stack.paths import ROOT
from stack.processes import exit_on_sigterm
from stack.stack import Stack

# (advisor, object): reason.
ACCEPTED = {
    ("function_search_path_mutable", "ledger.chain"): (
        "an aggregate cannot have settings; the functions it calls pin theirs"
    ),
}


class AdvisorsFailed(RuntimeError):
    """The advisors did not run."""


def findings(url: str) -> dict[tuple[str, str], dict[str, Any]]:
    """Warnings and errors about a database, by advisor and object. Raises AdvisorsFailed."""
    ran = run_cli(
        "db", "advisors", f"--remote={url}?sslmode=disable", "--level", "warn",
        "--output-format", "json", workdir=ROOT,
    )  # fmt: skip
    try:
        found = json.loads(ran.stdout)["results"]
    except (ValueError, KeyError) as error:
        raise AdvisorsFailed((ran.stdout + ran.stderr).strip()) from error
    return {(issue["name"], _object(issue["metadata"])): issue for issue in found}


def _object(metadata: dict[str, Any]) -> str:
    return f"{metadata.get('schema')}.{metadata.get('name')}"


def main() -> int:
    exit_on_sigterm()
    with Stack.start(clock=False) as stack:
        found = findings(stack.db_url)
    unexpected = {key: issue for key, issue in found.items() if key not in ACCEPTED}
    for (advisor, name), issue in unexpected.items():
        print(f"advisors: {issue['level']} {advisor} {name}: {issue['detail']}", file=sys.stderr)
        print(f"          {issue['remediation']}", file=sys.stderr)
    outlived = [key for key in ACCEPTED if key not in found]
    for advisor, name in outlived:
        print(f"advisors: {advisor} {name} is accepted but gone: delete it", file=sys.stderr)
    if unexpected or outlived:
        return 1
    print(f"advisors: no warnings ({len(ACCEPTED)} accepted by name)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
