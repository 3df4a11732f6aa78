"""Bodies that the document refuses, made from the document."""

from random import Random
from typing import Any

from tests.world.bad_input import nasty
from tests.world.bad_input.openapi_routes import Route

# No text of Postgres holds these, which no schema can say.
UNKEPT = nasty.ALWAYS
_STRANGERS = ("actor_id", "role", "event", "__proto__", "", nasty.SQL, nasty.NUL)


def tried(route: Route, right: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Bodies with one field changed to whatever there is, and what is odd about each: fields at
    the top, and those of the objects of a list in it."""
    pool = (nasty.MISSING, None, *nasty.NEAR_MISSES, *nasty.SHAPES, *nasty.RIGHT_ONES)
    found = [
        (f"{name}={nasty.shown(value)}", nasty.changed(right, name, value))
        for name in route.fields
        for value in pool
    ]
    for name, schema in route.fields.items():
        if schema["type"] != "array" or not isinstance((right.get(name) or [0])[0], dict):
            continue
        found += [
            (
                f"{name}.0.{inner}={nasty.shown(value)}",
                {**right, name: [nasty.changed(right[name][0], inner, value)]},
            )
            for inner in right[name][0]
            for value in pool
        ]
    return [*found, *((f"unknown {name!a}", {**right, name: "x"}) for name in _STRANGERS)]


def bad_bodies(route: Route, right: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Some of those that the document refuses, and what is bad about each: that the models
    refuse all of them is shown without HTTP (tests/unit/shared/test_bodies.py)."""
    refused = [each for each in tried(route, right) if not route.judge.is_valid(each[1])]
    some = min(len(refused), 15 * (len(route.fields) + 1))
    refused = Random(route.path).sample(refused, some)
    texts = [name for name, schema in route.fields.items() if schema["type"] == "string"]
    unkept = [
        (f"{name}={nasty.shown(value)}", {**right, name: value})
        for name in texts
        for value in UNKEPT
    ]
    return refused + unkept
