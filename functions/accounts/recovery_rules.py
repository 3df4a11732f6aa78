"""Recovery codes: what they look like, and what is kept of them."""

import hashlib
from collections.abc import Callable

# Crockford's letters and digits: none is taken for another.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
COUNT = 10
_GROUPS = 5
_LETTERS = 5
_TAKEN_FOR = str.maketrans({"O": "0", "I": "1", "L": "1", "-": "", " ": ""})


def make_codes(choose: Callable[[str], str]) -> list[str]:
    """Ten codes of 125 bits; choose: draws one letter of a text, each as likely."""
    return [
        "-".join("".join(choose(ALPHABET) for _ in range(_LETTERS)) for _ in range(_GROUPS))
        for _ in range(COUNT)
    ]


def code_hash(code: str) -> str:
    """SHA-256 (hex) of a code, however it was typed."""
    return hashlib.sha256(code.upper().translate(_TAKEN_FOR).encode()).hexdigest()
