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


UUID = "2f0c1b6a-9d53-4c7e-8a41-0d5b6f7a8c91"

NEAR_MISSES: tuple[Any, ...] = (
    # of flags
    "true", "false", "True", "yes", "no", "on", "off", "t", "f", "y", "n", "1", "0", 1, 0, 1.0,
    # of numbers
    "2", " 2", "2 ", "+2", "2.0", "0x2", "1e0", True, False, 1.5, 2.0, -0.0, 1e300, float("nan"),
    float("inf"), 2**31, 2**64, 10**60, -1,
    # of amounts
    "0.0", "0." + "0" * 18, "-0", "-0.0", "-1", "1e3", "1E-3", "NaN", "Infinity", "-Infinity",
    "1_000", "1,5", "01", ".5", "5.", "9" * 21, "0." + "1" * 19, "\u0661", "\uff11", "1\n", "0.1 ",
    # of times
    1_700_000_000, 1_700_000_000.5, "1700000000", "2026-01-01", "2026-01-01T00:00:00",
    "2026-01-01 00:00:00Z", "2026-01-01T00:00Z", "2026-01-01T00:00:00+0100", "20260101T000000Z",
    "2026-13-45T00:00:00Z", "2026-02-30T00:00:00Z", "2026-01-01T25:00:00Z", "2026-01-01T00:00:00z",
    "2026-W01-1T00:00:00Z", "2026-01-01T00:00:00Z\n", "2026-01-01T00:00:00+24:00", "infinity",
    "now", "today", "epoch", "-infinity", "P1D", "\u0662026-01-01T00:00:00Z",
    # of ids
    UUID.replace("-", ""), f"{{{UUID}}}", f"urn:uuid:{UUID}", f" {UUID}", f"{UUID}\n", UUID[:-1],
    UUID + "0", UUID.replace("-", "_"), "0" * 33,
    # of words
    "", " ", "x", "X", "*.", "**", "escrow.", ".escrow", "Escrow.*", "INTERNAL", "Internal",
    "Roblox", "internal ", "PHONE", "phone ", "uphold\n", "UPHOLD", "evidence\n", "acct_",
    SQL, LONG,
    # of lists and objects
    [], {}, [None], [[]], [{}], [1], [True], [LONG], [SQL], {"0": "x"}, {"a": 1},
    [UUID.upper() + "x"],
)  # fmt: skip
"""Of every kind what looks like it: by the document, a field takes few of them or none."""

RIGHT_ONES: tuple[Any, ...] = (
    True, False, 1, 2, 20, "0", "1", "12.50", "0.000000000000000001", "9" * 20, UUID, UUID.upper(),
    "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.123456789+05:30", "2026-01-01T00:00:00-00:00",
    "2026-01-01T00:00:00+16:00", "2026-01-01T23:59:59-23:59", "escrow.*", "*", "sepa", "internal",
    "stripe", "base", "b" * 64, "A text that is long enough for its field.", "1" * 18,
    "phone", "uphold", "dismiss", [UUID], ["*"], ["b" * 64], "evidence", "message", "roblox",
    "group", "signed", "unsigned", "A word.",
)  # fmt: skip
"""Each right in some field."""


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
