"""Where a document lies in object storage."""

from collections.abc import Mapping
from typing import Any

from shared import object_storage as storage
from shared.settings import bucket

BUCKET = "HOLDFAST_EVIDENCE_BUCKET"


def key_of(contract_id: str, sha256: str) -> str:
    """Name of the object: another document is another object."""
    return f"contracts/{contract_id}/{sha256}.pdf"


def file_of(row: Mapping[str, Any]) -> storage.File:
    """The file of a row of contract_documents."""
    return storage.File(
        bucket(BUCKET),
        row["object_key"],
        row["sha256"],
        "application/pdf",
        row["size_bytes"],
    )
