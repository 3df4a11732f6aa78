"""draw: a contract as PDF. The same contract gives the same bytes: no clock, no chance."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fpdf import FPDF, XPos, YPos

from .script import CJK, SANS, needs_cjk, readable
from .words import rules

ATTACHED = "contract.json"
_LINE = 5.5
_WIDTHS = (8, 112, 20, 50)


def draw(document: str, document_hash: str, signatures: Sequence[dict[str, Any]]) -> bytes:
    """A PDF of a contract's document, with who signed it and when.

    document: the canonical JSON that is signed; it is attached byte by byte. signatures:
    {role, signed_by, signed_at (UTC, as text)}, in the order they are shown.
    """
    told = json.loads(document)
    page = _Page(datetime.fromisoformat(told["made_at"]), cjk=needs_cjk(readable(document)))
    page.heading(f"Contract: {told['listing']['title']}", 16)
    page.say(f"{told['contract_id']}, made {told['made_at']}")
    page.heading("Parties")
    for role in ("buyer", "seller"):
        page.say(f"{role.capitalize()}: {told[role]['name']} ({told[role]['id']})")
    page.heading("What is sold")
    page.say(told["listing"]["description"])
    for image in told["listing"]["images"]:
        page.say(f"Picture, sha256 {image}")
    for each in told["listing"]["snapshots"]:
        asset = f"{each['provider']} {each['kind']} {each['asset_id']}"
        page.say(f"{asset}, as of snapshot {each['id']}, sha256 {each['sha256']}")
    page.heading("Milestones")
    page.table(
        ("", "Milestone", "Days", f"Amount in {told['currency']}"),
        *(
            (str(number), each["title"], str(each["days"]), each["amount"])
            for number, each in enumerate(told["milestones"], 1)
        ),
        ("", "Total", "", told["total"]),
    )
    for number, each in enumerate(told["milestones"], 1):
        page.say(f"{number}. {each['description']}")
    if told["conditions"]:
        page.heading("Conditions")
        page.say(told["conditions"])
    page.heading(f"Rules ({told['policy']['id']}, rail {told['rail']})")
    for rule in rules(told["policy"]):
        page.say(rule)
    page.heading("Signatures")
    page.say(
        f"What is signed is not this document but the attached file {ATTACHED}: the contract as "
        f"canonical JSON, whose sha256 is {document_hash}. Where the two differ, the file counts."
    )
    for each in signatures:
        name = told[each["role"]]["name"]
        page.say(f"{name} ({each['role']}) signed on {each['signed_at']}, user {each['signed_by']}")
    if not signatures:
        page.say("Nobody had signed when this document was made.")
    return page.bytes_with(document.encode())


class _Page:
    def __init__(self, made_at: datetime, *, cjk: bool) -> None:
        self._made_at = made_at
        self._pdf = FPDF()
        self._pdf.set_creation_date(made_at)
        self._pdf.set_title("Holdfast contract")
        self._pdf.set_auto_page_break(True, 18)
        self._pdf.add_font("sans", fname=SANS)
        if cjk:
            self._pdf.add_font("cjk", fname=CJK)
            self._pdf.set_fallback_fonts(["cjk"])
        self._pdf.add_page()

    def heading(self, text: str, size: int = 12) -> None:
        self._pdf.ln(_LINE / 2)
        self._write(text, size, size / 1.8)

    def say(self, text: str) -> None:
        if text:
            self._write(text, 9.5, _LINE)

    def table(self, *rows: tuple[str, str, str, str]) -> None:
        self._pdf.set_font("sans", size=9.5)
        align = ("LEFT", "LEFT", "RIGHT", "RIGHT")
        with self._pdf.table(
            col_widths=_WIDTHS, text_align=align, line_height=_LINE, first_row_as_headings=False
        ) as table:
            for row in rows:
                table.row([readable(each) for each in row])

    def bytes_with(self, attached: bytes) -> bytes:
        self._pdf.embed_file(
            bytes=attached,
            basename=ATTACHED,
            desc="The contract as canonical JSON: what is signed",
            mime_type="application/json",
            creation_date=self._made_at,
            modification_date=self._made_at,
        )
        return bytes(self._pdf.output())

    def _write(self, text: str, size: float, height: float) -> None:
        self._pdf.set_font("sans", size=size)
        self._pdf.multi_cell(
            0, height, readable(text), align="LEFT", new_x=XPos.LMARGIN, new_y=YPos.NEXT
        )
