"""`python -m tests.soak`: the long proofs. Exit status 1 when anything was wrong."""

import argparse
import os
import sys
import time
import traceback

from stack.processes import exit_on_sigterm
from tests.soak import market, model, rails, storm


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--commands", type=int, default=100_000, help="compared with the model")
    parser.add_argument("--storm", type=int, default=10_000, help="conflicting commands; 0: none")
    parser.add_argument("--trades", type=int, default=3_000, help="of a market day; 0: none")
    parser.add_argument("--days", type=int, default=100, help="on outside rails; 0: none")
    parser.add_argument("--processes", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--seed", type=int, default=int(time.time()), help="of the first story")
    return parser.parse_args()


def _model(options: argparse.Namespace) -> bool:
    began = time.monotonic()
    tally, differences = model.run(options.commands, options.processes, options.seed)
    seconds = time.monotonic() - began
    print(
        f"soak: model: {tally.commands:,} commands in {seconds:,.0f} s"
        f" ({tally.commands / seconds:,.0f}/s): {tally.done.total():,} done,"
        f" {tally.refused.total():,} refused, {tally.replayed:,} replayed;"
        f" {len(differences)} differences; books verified after every story"
    )
    for difference in differences:
        print(difference, file=sys.stderr)
    return not differences


def _storm(options: argparse.Namespace) -> bool:
    if not options.storm:
        return True
    try:
        told = storm.run(options.storm, options.seed)
    except Exception:
        print(f"soak: storm: wrong\n{traceback.format_exc()}", file=sys.stderr)
        return False
    print(
        f"soak: storm: {told.commands:,} conflicting commands in {told.seconds:,.0f} s"
        f" ({told.commands / max(told.seconds, 0.001):,.0f}/s): {told.done:,} done,"
        f" {told.refused.total():,} refused, {told.replayed:,} replayed; books verified"
    )
    return True


def _market(options: argparse.Namespace) -> bool:
    if not options.trades:
        return True
    began = time.monotonic()
    try:
        day = market.run(options.trades, options.seed)
    except Exception:
        print(f"soak: market: wrong\n{traceback.format_exc()}", file=sys.stderr)
        return False
    answers = day.tally.answers
    done = sum(number for (_, said), number in answers.items() if said.endswith(" done"))
    print(
        f"soak: market: {day.trades:,} trades, {answers.total():,} commands over HTTP"
        f" in {time.monotonic() - began:,.0f} s: {done:,} done, {answers.total() - done:,} refused;"
        f" all ended after {day.silent_days} days of silence; books and counts verified"
    )
    return True


def _rails(options: argparse.Namespace) -> bool:
    if not options.days:
        return True
    began = time.monotonic()
    if difference := rails.run(options.days, options.seed):
        print(f"soak: rails: wrong\n{difference}", file=sys.stderr)
        return False
    seconds = time.monotonic() - began
    print(
        f"soak: rails: {options.days:,} days of cards and USDC in {seconds:,.0f} s,"
        " with faults at every call: all money found again, no payment made twice"
    )
    return True


def main() -> int:
    exit_on_sigterm()
    options = _arguments()
    print(f"soak: seed {options.seed}")
    right = [_model(options), _storm(options), _market(options), _rails(options)]
    return 0 if all(right) else 1


if __name__ == "__main__":
    sys.exit(main())
