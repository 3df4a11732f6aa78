"""Measures Holdfast beside a yardstick and writes docs/performance.md."""

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

from bench import commands, machine, report, whole, world, yardstick
from bench.load import LoadFailed
from bench.results import Results
from bench.scale import FULL, QUICK
from bench.server import bare_server
from stack.paths import ROOT
from stack.processes import exit_on_sigterm

_REPORT = ROOT / "docs" / "performance.md"


def _whole(options: argparse.Namespace) -> int:
    quick = options.quick or bool(os.environ.get("BENCH_QUICK"))
    scale = QUICK if quick else replace(FULL, repeats=options.repeats or FULL.repeats)
    results = whole.run(scale, options.only)
    print(report.as_text(results))
    # A part of a run, or a quick one, says nothing that is worth keeping.
    output = options.output or (None if quick or set(options.only) != set(whole.PARTS) else _REPORT)
    if output:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(report.as_markdown(results))
        print(f"\nwritten: {output.name}")
    return 0


def _transition(options: argparse.Namespace) -> int:
    with bare_server() as cluster:
        scale = replace(
            FULL, seconds=options.seconds, repeats=options.repeats, clients=options.clients
        )
        results = Results(scale, machine.describe(cluster))
        yardstick.prepare(cluster, scale.branches)
        world.prepare(cluster, scale.people)
        for clients in scale.clients:
            results.commands[clients] = commands.rounds(cluster, clients, scale, trades=False)
        problems = world.problems(cluster)
    print(report.as_text(results))
    if problems:
        raise LoadFailed(f"ledger.verify found: {'; '.join(problems)}")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a little of everything")
    parser.add_argument("--only", nargs="+", choices=whole.PARTS, default=list(whole.PARTS))
    parser.add_argument("--repeats", type=int, help="runs of which the median is taken")
    parser.add_argument("--output", type=Path, help="where to write the report")
    parser.set_defaults(run=_whole)
    parts = parser.add_subparsers()
    transition = parts.add_parser("transition", help="single commands beside TPC-B, nothing else")
    transition.add_argument("--seconds", type=float, default=5)
    transition.add_argument("--clients", type=int, nargs="+", default=[16])
    transition.add_argument("--repeats", type=int, default=1)
    transition.set_defaults(run=_transition)
    return parser.parse_args()


def main() -> int:
    options = _arguments()
    exit_on_sigterm()
    try:
        return int(options.run(options))
    except LoadFailed as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
