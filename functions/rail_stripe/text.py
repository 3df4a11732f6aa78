"""JSON as text, the same for the same value."""

import json
from typing import Any


def json_text(value: Any) -> str:
    """Canonical: keys in order, no spaces. Raises TypeError."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
