"""One line on the terminal that says how far a long run is."""

import sys
import time


class Progress:
    """Rewrites its line on a terminal; elsewhere it writes a line now and then."""

    def __init__(self, name: str, goal: int, unit: str) -> None:
        self._name, self._goal, self._unit = name, goal, unit
        self._began = self._shown = time.monotonic()
        self._every = 0.2 if sys.stderr.isatty() else 15.0
        self._line = ""

    def show(self, done: int, note: str = "") -> None:
        """done: of the goal, in the unit."""
        now = time.monotonic()
        rate = done / max(now - self._began, 0.001)
        self._line = f"soak: {self._name}: {done:,} of {self._goal:,} {self._unit}, {rate:,.0f}/s"
        self._line += f", {note}" if note else ""
        if now - self._shown >= self._every:
            self._shown = now
            self._write()

    def _write(self) -> None:
        start, end = ("\r", "\x1b[K") if sys.stderr.isatty() else ("", "\n")
        print(f"{start}{self._line}", end=end, file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leave the last state standing."""
        if self._line:
            self._write()
            if sys.stderr.isatty():
                print(file=sys.stderr)
