"""Pages of a PDF: headings, paragraphs, a table of milestones, one attachment."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from fpdf import FPDF

from .fonts import file_of, readable
from .lines import Line, Run, lines

_LINE = 5.5
_SIZE = 9.5
_PADDING = 1
# Width of each column, and whether its text stands at the right.
_COLUMNS = ((8, False), (112, False), (20, True), (50, True))


class Page:
    """A document that is written from top to bottom."""

    def __init__(self, made_at: datetime) -> None:
        self._made_at = made_at
        self._pdf = FPDF()
        self._pdf.set_creation_date(made_at)
        self._pdf.set_title("Holdfast contract")
        self._pdf.set_auto_page_break(True, 18)
        self._pdf.c_margin = 0
        self._pdf.add_page()
        self._fonts: set[str] = set()
        self._width = cache(self._measured)

    def heading(self, text: str, size: int = 12) -> None:
        self._pdf.ln(_LINE / 2)
        self._write(text, size, size / 1.8)

    def say(self, text: str) -> None:
        if text:
            self._write(text, _SIZE, _LINE)

    def table(self, *rows: tuple[str, str, str, str]) -> None:
        for row in rows:
            self._row(
                [
                    self._lines(text, _SIZE, width - 2 * _PADDING)
                    for text, (width, _) in zip(row, _COLUMNS, strict=True)
                ]
            )

    def bytes_with(self, name: str, attached: bytes) -> bytes:
        self._pdf.embed_file(
            bytes=attached,
            basename=name,
            desc="The contract as canonical JSON: what is signed",
            mime_type="application/json",
            creation_date=self._made_at,
            modification_date=self._made_at,
        )
        return bytes(self._pdf.output())

    def _write(self, text: str, size: float, height: float) -> None:
        for line in self._lines(text, size, self._pdf.epw):
            if self._pdf.will_page_break(height):
                self._pdf.add_page()
            at_right = not line.rightward
            self._draw(line, size, self._pdf.l_margin, self._pdf.epw, height, at_right)
            self._pdf.ln(height)

    def _row(self, cells: Sequence[Sequence[Line]]) -> None:
        height = _LINE * max(map(len, cells))
        if self._pdf.will_page_break(height):
            self._pdf.add_page()
        left, top = self._pdf.l_margin, self._pdf.y
        for cell, (width, at_right) in zip(cells, _COLUMNS, strict=True):
            self._pdf.rect(left, top, width, height)
            for number, line in enumerate(cell):
                self._pdf.y = top + number * _LINE
                place = left + _PADDING, width - 2 * _PADDING
                self._draw(line, _SIZE, *place, _LINE, at_right or not line.rightward)
            left += width
        self._pdf.set_xy(self._pdf.l_margin, top + height)

    def _lines(self, text: str, size: float, width: float) -> list[Line]:
        return list(lines(readable(text), width, lambda run: self._width(run, size)))

    def _draw(
        self, line: Line, size: float, left: float, width: float, height: float, at_right: bool
    ) -> None:
        widths = [self._width(run, size) for run in line.runs]
        self._pdf.x = left + (width - sum(widths) if at_right else 0)
        for run, wide in zip(line.runs, widths, strict=True):
            self._set(run, size)
            self._pdf.cell(wide, height, run.text)

    def _measured(self, run: Run, size: float) -> float:
        self._set(run, size)
        return self._pdf.get_string_width(run.text)

    def _set(self, run: Run, size: float) -> None:
        if run.font not in self._fonts:
            self._pdf.add_font(run.font, fname=file_of(run.font))
            self._fonts.add(run.font)
        self._pdf.set_font(run.font, size=size)
        self._pdf.set_text_shaping(True, direction="rtl" if run.level % 2 else "ltr")
