"""Whether bytes are a picture, and of which type and size. Pure: no I/O. Nothing is decoded: only
fixed places of JPEG, PNG and WebP files are read."""

from dataclasses import dataclass
from typing import Literal

MOST_PIXELS_A_SIDE = 8_192
MOST_PIXELS = 40_000_000

# Start of a frame: 0xC4, 0xC8 and 0xCC are other things.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
# Markers without a length: restarts, and one that stands alone.
_BARE = frozenset(range(0xD0, 0xD8)) | {0x01}


@dataclass(frozen=True, slots=True)
class Seen:
    """media_type: what the bytes are. width, height: in pixels."""

    media_type: str
    width: int
    height: int

    @property
    def fits(self) -> bool:
        """Whether whoever shows it can bear it."""
        sides = (self.width, self.height)
        return min(sides) >= 1 and max(sides) <= MOST_PIXELS_A_SIDE and (
            self.width * self.height <= MOST_PIXELS
        )  # fmt: skip


def identify(content: bytes) -> Seen | None:
    """The picture that these bytes are; None when they are none of a known type."""
    for reader in (_png, _jpeg, _webp):
        if seen := reader(content):
            return seen
    return None


def _number(content: bytes, at: int, size: int, order: Literal["big", "little"] = "big") -> int:
    return int.from_bytes(content[at : at + size], order)


def _png(content: bytes) -> Seen | None:
    if len(content) < 33 or content[:16] != b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR":
        return None
    return Seen("image/png", _number(content, 16, 4), _number(content, 20, 4))


def _jpeg(content: bytes) -> Seen | None:
    if content[:3] != b"\xff\xd8\xff":
        return None
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF or marker in _BARE:
            at += 1 if marker == 0xFF else 2
        elif marker in _FRAMES and at + 9 <= len(content):
            return Seen("image/jpeg", _number(content, at + 7, 2), _number(content, at + 5, 2))
        else:
            at += 2 + max(_number(content, at + 2, 2), 2)
    return None


def _webp(content: bytes) -> Seen | None:
    if len(content) < 30 or content[:4] != b"RIFF" or content[8:12] != b"WEBP":
        return None
    if _number(content, 4, 4, "little") + 8 > len(content) + 1:
        return None
    kind = content[12:16]
    if kind == b"VP8 " and content[23:26] == b"\x9d\x01\x2a":
        sides = (_number(content, each, 2, "little") & 0x3FFF for each in (26, 28))
        return Seen("image/webp", *sides)
    if kind == b"VP8L" and content[20] == 0x2F:
        bits = _number(content, 21, 4, "little")
        return Seen("image/webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if kind == b"VP8X":
        wide, high = (_number(content, each, 3, "little") + 1 for each in (24, 27))
        return Seen("image/webp", wide, high)
    return None
