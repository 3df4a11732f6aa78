"""make clock: moves the clock of a running `make up` on."""

import argparse
import sys
from datetime import timedelta
from pathlib import Path

import httpx

from stack.clock_door import PATH
from stack.home import Home
from stack.paths import STATE


def main() -> int:
    parser = argparse.ArgumentParser(prog="make clock", description=__doc__)
    parser.add_argument("--by", required=True)
    parser.add_argument("--folder", type=Path, default=STATE / "up")
    given = parser.parse_args()
    known = Home(given.folder.resolve()).variables()
    try:
        told = httpx.post(
            known["URL"] + PATH,
            json={"by": given.by},
            headers={"apikey": known["SECRET_KEY"]},
            timeout=30,
        )
    except (KeyError, httpx.ConnectError):
        print("clock: `make up` is not running", file=sys.stderr)
        return 1
    said = told.json()
    if told.status_code != 200:
        print(f"clock: {said['message']} (make clock BY=1h)", file=sys.stderr)
        return 1
    ahead = timedelta(seconds=said["ahead_seconds"])
    print(f"clock: {said['now']}, {ahead} ahead of real time; what fell due is done now")
    return 0


if __name__ == "__main__":
    sys.exit(main())
