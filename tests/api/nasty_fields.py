"""Values that the schema of a field refuses, made from the schema."""

from typing import Any

from tests.api import nasty
from tests.api.openapi_routes import Route, Schema

_NOT_TEXT = (*nasty.SHAPES, 0, -1, 1.5, float("nan"), float("inf"))
_NOT_AMOUNTS = (
    "", " ", "-1", "+1", "1e3", "NaN", "Infinity", "-Infinity", "0x10", "1_000", "01", ".5", "5.",
    "1,5", "9" * 21, "0." + "1" * 19, "9" * 500, "\u0661", nasty.SQL,
)  # fmt: skip
_NOT_UUIDS = ("", "x", "0" * 33, nasty.SQL, "urn:uuid:x", nasty.LONG)
_NOT_INTEGERS: tuple[Any, ...] = (
    "",
    "x",
    [],
    {},
    1.5,
    float("nan"),
    float("inf"),
    2**31,
    2**64,
    10**60,
    -1,
    0,
)


def _texts(schema: Schema) -> tuple[Any, ...]:
    if schema.get("format") == "uuid":
        return _NOT_UUIDS
    if schema.get("format") == "date-time":
        return ("", "x", nasty.SQL, "2026-13-45T00:00:00Z", "infinity", "2026-01-01")
    if schema.get("pattern", "").startswith("^(0|[1-9]"):
        return _NOT_AMOUNTS
    if {"pattern", "enum", "const"} & set(schema):
        return ("", "x", nasty.SQL, nasty.LONG)
    if schema.get("format") == "date-time":
        return ("", "x", "2026-01-01", "2026-01-01T00:00:00", "99", nasty.SQL, nasty.LONG)
    empty = ("",) if schema.get("minLength") else ()
    return (*empty, "x" * (schema["maxLength"] + 1))


def bad_values(schema: Schema, *, required: bool) -> tuple[Any, ...]:
    """What a field of this schema must not take."""
    nothing = (nasty.MISSING,) if required else ()
    null = () if schema.get("nullable") else (None,)
    kinds: dict[str, tuple[Any, ...]] = {
        "boolean": ("", "x", [], {}, 7, nasty.SQL),
        "array": ("", "x", {}, 7, True, [], [None], [[]], [{}], [7], [nasty.SQL], [nasty.LONG]),
    }
    low, high = schema.get("minimum", 1), schema.get("maximum", 0)
    kinds["integer"] = tuple(
        each for each in _NOT_INTEGERS if type(each) is not int or not low <= each <= high
    )
    kind = kinds.get(schema["type"]) or (*_NOT_TEXT, *_texts(schema))
    return (*nothing, *null, *nasty.ALWAYS, *kind)


def bad_bodies(route: Route, right: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Bodies with one bad field each, and what is bad about it."""
    bad = [
        (f"{name}={nasty.shown(value)}", nasty.changed(right, name, value))
        for name, schema in route.fields.items()
        for value in bad_values(schema, required=name in route.required)
    ]
    strangers = ("actor_id", "role", "event", "__proto__", "", nasty.SQL, nasty.NUL)
    return [*bad, *((f"unknown {name!a}", {**right, name: "x"}) for name in strangers)]
