"""The provider that screens addresses, behind a port."""

import hashlib
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from shared.http_client import Client, SourceFailed, parsed


@dataclass(frozen=True, slots=True)
class Finding:
    """What the provider says of an address.

    result: clear or hit. categories: what it warns of. risk_score: 0 to 100 in its own measure,
    None where it gives none. document_hash: sha256 of its answer as it came.
    """

    result: str
    categories: tuple[str, ...]
    risk_score: int | None
    document_hash: str


@dataclass(frozen=True, slots=True)
class Provider:
    """name: as screenings keep it. ask: about one address. Raises SourceFailed."""

    name: str
    ask: Callable[[str], Finding]


def chainalysis(origin: str, key: str | None = None) -> Provider:
    """The sanctions API of Chainalysis: whatever identifies an address is a hit."""
    headers = {"X-API-Key": key} if key else {}

    def ask(address: str) -> Finding:
        with closing(Client(origin)) as client:
            body = client.get_bytes(f"/api/v1/address/{address}", {}, headers) or b""
        named = _identifications(parsed(body))
        categories = tuple(sorted({_category(each) for each in named}))
        return Finding(
            "hit" if named else "clear", categories, None, hashlib.sha256(body).hexdigest()
        )

    return Provider("chainalysis", ask)


def _identifications(told: Any) -> list[Any]:
    found = told.get("identifications") if isinstance(told, dict) else None
    if not isinstance(found, list):
        raise SourceFailed("the answer has no identifications")
    return found


def _category(identification: Any) -> str:
    """What is not of the known shape is a warning too."""
    found = identification.get("category") if isinstance(identification, dict) else None
    return found[:80] if isinstance(found, str) and found else "unnamed"
