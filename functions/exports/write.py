"""An export as one JSON document, written row by row: no more than a page is held at a time."""

import hashlib
import json
from collections.abc import Iterator
from typing import IO, Any

from shared.db import Database

PAGE = 500
FORMAT = "holdfast.data-export.v1"


def write(db: Database, due: dict[str, Any], file: IO[bytes]) -> str:
    """Write what data_export_due named; the sha256 of the document, in hex.

    {format, person, made_at, parts: [{table, rows: [...]}]}. Numbers are texts. Raises Problem.
    """
    digest = hashlib.sha256()
    for piece in _document(db, due):
        content = piece.encode()
        digest.update(content)
        file.write(content)
    return digest.hexdigest()


def _document(db: Database, due: dict[str, Any]) -> Iterator[str]:
    head = {"format": FORMAT, "person": due["party_id"], "made_at": due["made_at"]}
    yield json.dumps(head)[:-1] + ', "parts": ['
    for part in range(1, due["parts"] + 1):
        yield from _part(db, due["export_id"], part)
    yield "\n]}\n"


def _part(db: Database, export_id: str, part: int) -> Iterator[str]:
    after, rows = None, 0
    while True:
        asked = {"export_id": export_id, "part": part, "after": after, "max_rows": PAGE}
        page = db.service_rpc("data_export_page", asked, repeatable=True)
        if after is None:
            comma = "," if part > 1 else ""
            yield f'{comma}\n{{"table": {json.dumps(page["table"])}, "rows": ['
        for line in page["lines"]:
            yield (",\n" if rows else "\n") + line
            rows += 1
        after = page["after"]
        if after is None:
            yield "]}"
            return
