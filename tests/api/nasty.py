"""Values that nobody means, by the kind of the field that gets them."""

from typing import Any

MISSING: Any = object()
"""Instead of a value: leave the field out."""

NUL = "a\x00b"
HALF_PAIR = "\ud800"
SQL = "'; drop table public.wallets; --"
LONG = "x" * 10_000
# More than an index entry holds, however well it is compressed.
NOISE = "".join(chr(0x4E00 + (n * 7919) % 20_000) for n in range(3_000))
TOO_LONG = (LONG, NOISE)

# No text of Postgres holds the first, no JSON the second.
ALWAYS: tuple[Any, ...] = (NUL, HALF_PAIR)
SHAPES: tuple[Any, ...] = ([], [1], {}, {"a": 1}, True)
WORDS: tuple[Any, ...] = ("", " ", SQL, *TOO_LONG)

_NUMBERS: tuple[Any, ...] = (
    "NaN", "Infinity", "-Infinity", "-1", "1e400", "1e-400", "9" * 500, 10**60, -(10**60),
    "1,5", "12.3.4", float("nan"), float("inf"),
)  # fmt: skip

BY_KIND: dict[str, tuple[Any, ...]] = {
    "uuid": (*SHAPES, *WORDS, 0, -1, "0" * 33, "00000000-0000-0000-0000-000000000000"),
    "amount": (*SHAPES, *WORDS, *_NUMBERS, 0, -1, "0.0000000000000000001", "1e-19", "1e30"),
    "number": (*SHAPES, *WORDS, *_NUMBERS, 1e308),
    "integer": (*SHAPES, *WORDS, *_NUMBERS, 0, -1, 1.5, 2**31, 2**63, 2**64),
    "time": (
        *SHAPES, *WORDS, 0, -1, 1e300, "infinity", "-infinity", "2026-13-45", "0000-00-00",
        "999999-01-01", "2026-02-30T25:61:61Z", "now at noon",
    ),
    "interval": (*SHAPES, *WORDS, "999999999999 years", "1 fortnight", 1e300),
    "object": (*WORDS, [], [1], True, 0, -1, 1.5),
    "word": (*SHAPES, *WORDS, 0, -1, 1e300),
    "text": TOO_LONG,
}  # fmt: skip


def values(kind: str) -> tuple[Any, ...]:
    """Nasty values of a kind, and those that are nasty anywhere."""
    return (MISSING, None, *ALWAYS, *BY_KIND[kind])


def shown(value: Any) -> str:
    """A value short enough for a message."""
    text = "(missing)" if value is MISSING else ascii(value)
    return text if len(text) <= 60 else f"{text[:40]}... ({len(text)})"


def changed(fields: dict[str, Any], name: str, value: Any) -> dict[str, Any]:
    """Fields with one replaced, or left out."""
    rest = {key: item for key, item in fields.items() if key != name}
    return rest if value is MISSING else {**rest, name: value}
