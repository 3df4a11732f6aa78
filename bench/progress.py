"""One line to the terminal for each thing that is begun."""

import sys
import time

_started = time.monotonic()


def log(line: str) -> None:
    minutes, seconds = divmod(int(time.monotonic() - _started), 60)
    print(f"bench {minutes:2d}:{seconds:02d}  {line}", file=sys.stderr, flush=True)
