"""Where an export lies in object storage."""

from shared import object_storage as storage
from shared.settings import bucket

BUCKET = "HOLDFAST_EXPORTS_BUCKET"
MEDIA_TYPE = "application/json"


def key_of(export_id: str, sha256: str) -> str:
    """Name of the object: another document is another object."""
    return f"exports/{export_id}/{sha256}.json"


def file_of(object_key: str, sha256: str = "", size_bytes: int = 0) -> storage.File:
    """The file of an export; sha256 and size_bytes are not needed to delete it."""
    return storage.File(bucket(BUCKET), object_key, sha256, MEDIA_TYPE, size_bytes)
