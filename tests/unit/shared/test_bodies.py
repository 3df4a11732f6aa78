"""Every body of every command: the model and the document refuse the same, and nothing is
converted on the way."""

import json
import typing
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from shared.body import Body
from shared.identifier import Id
from stack.openapi_document import apps
from tests.world.bad_input import nasty
from tests.world.bad_input.nasty_fields import tried
from tests.world.bad_input.openapi_routes import ROUTES, UNKEYED

MODELS: dict[str, type[BaseModel]] = {}
IDS: dict[str, list[Any]] = {}
for app in apps():
    for route in app._static_routes + app._dynamic_routes:
        hints = typing.get_type_hints(route.func, include_extras=True)
        IDS[route.openapi_path] = [
            kind for name, kind in hints.items() if f"<{name}>" in str(route.path)
        ]
        if "body" in hints:
            MODELS[route.openapi_path] = hints["body"]


def test_every_command_has_a_body_of_the_one_base() -> None:
    assert set(MODELS) - UNKEYED == set(ROUTES)
    assert {"/sign-in", "/sign-in/verify"} <= set(MODELS)
    assert all(issubclass(model, Body) for model in MODELS.values())
    assert all(model.model_config["strict"] for model in MODELS.values())
    assert all(model.model_config["extra"] == "forbid" for model in MODELS.values())


def test_every_id_in_an_address_is_one_of_ours() -> None:
    wrong = {path for path, kinds in IDS.items() if any(kind != Id for kind in kinds)}
    # Nobody else's id either: it is signed, or nobody guesses it.
    assert wrong == {
        "/invoices/{token}/methods/{currency}", "/invoices/{token}/refunds/{refund_id}/claim",
        "/unsubscribe/{token}",
    }  # fmt: skip
    assert sum(len(kinds) for kinds in IDS.values()) > 40
    assert all(len(kinds) == path.count("{") for path, kinds in IDS.items())


def _accepts(model: type[BaseModel], body: Any) -> bool:
    try:
        model.model_validate(json.loads(json.dumps(body)))
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("path", ROUTES)
def test_the_document_says_what_is_refused(path: str) -> None:
    route, model = ROUTES[path], MODELS[path]
    right = route.right_body()
    assert route.judge.is_valid(right)
    assert _accepts(model, right)
    bodies: list[tuple[str, Any]] = [*tried(route, right), ("nothing", {})]
    bodies += [(f"as a whole {nasty.shown(each)}", each) for each in (None, 1, "x", True)]
    bodies += [(f"both of {one}, {other}", {**right, one: value}) for one, other, value in (
        ("event_ids", "all_failed", [nasty.UUID]), ("since", "all_failed", "2026-01-01T00:00:00Z"),
        ("expected_version", "body", 1),
    ) if one in route.fields]  # fmt: skip
    differ = [
        what
        for what, body in bodies
        if route.judge.is_valid(body) != _accepts(model, body) and not _has_no_words(model, body)
    ]
    assert not differ


def _has_no_words(model: type[BaseModel], body: Any) -> bool:
    """Whether a body is refused for its text alone, which no schema can say."""
    try:
        model.model_validate(body)
    except ValidationError as error:
        return {each["type"] for each in error.errors()} == {"text"}
    return False


@pytest.mark.parametrize("path", ROUTES)
def test_everything_is_bounded(path: str) -> None:
    def unbounded(name: str, schema: dict[str, Any]) -> list[str]:
        if {"enum", "const", "format"} & set(schema):
            return []
        return {
            "string": [] if {"maxLength", "pattern"} & set(schema) else [name],
            "integer": [] if {"minimum", "maximum"} <= set(schema) else [name],
            "array": [] if "maxItems" in schema else [name],
            "boolean": [],
            "object": [] if "maxProperties" in schema else [name],
        }[schema["type"]]

    assert not [each for name, schema in ROUTES[path].fields.items()
                for each in unbounded(name, schema)]  # fmt: skip


def test_inbound_webhooks_say_by_what_their_sender_is_known() -> None:
    assert {"/webhooks/stripe", "/webhooks/verification"} <= UNKEYED
