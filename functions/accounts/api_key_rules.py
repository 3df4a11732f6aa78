"""API keys: what they look like, and what is kept of them."""

import hashlib
import re
import zlib
from dataclasses import dataclass
from typing import Self

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
KIND = "hf_live_"
PREFIX_LENGTH = 10
_SECRET_LENGTH = 43
_SUM_LENGTH = 6
_FORM = re.compile(
    rf"{KIND}([0-9A-Za-z]{{{PREFIX_LENGTH}}})_([0-9A-Za-z]{{{_SECRET_LENGTH + _SUM_LENGTH}}})"
)


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """The part of a key that nobody keeps: 256 bits of chance, and a checksum by which whoever
    finds one in a text knows it for a key."""

    text: str

    @classmethod
    def make(cls, chance: bytes) -> Self:
        """chance: 32 bytes of it."""
        drawn = _base62(int.from_bytes(chance), _SECRET_LENGTH)
        return cls(drawn + _sum_of(drawn))

    @property
    def hash(self) -> str:
        """What is kept of it: SHA-256 in hex."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def last4(self) -> str:
        """By which its owner tells it from others."""
        return self.text[-4:]

    def key(self, prefix: str) -> str:
        """The whole key, as it is shown once."""
        return f"{KIND}{prefix}_{self.text}"


def read_key(key: str) -> tuple[str, Secret] | None:
    """Prefix and secret of a key; None for what cannot be one."""
    match = _FORM.fullmatch(key)
    if not match or _sum_of(match[2][:_SECRET_LENGTH]) != match[2][_SECRET_LENGTH:]:
        return None
    return match[1], Secret(match[2])


def _sum_of(drawn: str) -> str:
    return _base62(zlib.crc32(drawn.encode()), _SUM_LENGTH)


def _base62(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, len(ALPHABET))
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))
