"""How a story is printed: one line per event, colours only for eyes."""

import os
import shutil
import sys
from collections.abc import Sequence
from typing import TextIO

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
WHAT, OUTCOME = 48, 28


class Console:
    """Writes to a stream; plain text unless a terminal reads it and NO_COLOR is unset."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        terminal = self._stream.isatty()
        self._colours = terminal and not os.environ.get("NO_COLOR")
        self._width = shutil.get_terminal_size().columns if terminal else None

    def paint(self, text: str, style: str) -> str:
        if not self._colours or not style:
            return text
        return f"\033[{_CODES[style]}m{text}\033[0m"

    def line(self, text: str = "", style: str = "") -> None:
        print(self.paint(text, style), file=self._stream, flush=True)

    def event(self, clock: str, who: str, what: str, outcome: str, request: str = "") -> None:
        """One line of a timeline; what the terminal is too narrow for is left out."""
        style = {"2": "green", "4": "yellow", "5": "red"}.get(outcome[:1], "cyan")
        plain = f"  {clock:>9}  {who:<9}{what:<{WHAT}}  {outcome:<{OUTCOME}}"
        fits = self._width is None or len(plain) + 2 + len(request) <= self._width
        painted = (
            f"  {self.paint(f'{clock:>9}', 'dim')}  {self.paint(f'{who:<9}', 'bold')}"
            f"{what:<{WHAT}}  {self.paint(f'{outcome:<{OUTCOME}}', style)}"
        )
        tail = f"  {self.paint(request, 'dim')}" if request and fits else ""
        print((painted + tail).rstrip(), file=self._stream, flush=True)

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Columns as wide as their widest cell; the first to the left, numbers to the right."""
        widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
        for number, row in enumerate([header, *rows]):
            first = f"{row[0]:<{widths[0]}}"
            rest = (f"{cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True))
            self.line(f"    {'   '.join([first, *rest])}", "" if number else "dim")
