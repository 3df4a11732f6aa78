"""The document that generators of clients read: readable names, every field and code in words,
and every event that SQL writes."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from openapi_spec_validator import validate

from shared.idempotency import KEY_HEADER
from stack.events import FAMILIES
from stack.openapi_words import FIELDS, SCHEMAS, TAGS
from stack.paths import ROOT
from tests.world.error_page import statuses
from tests.world.openapi_answers import outside

DOCUMENT: dict[str, Any] = json.loads((ROOT / "docs/openapi.json").read_text())
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}
SCHEMAS_OF_DOCUMENT: dict[str, Any] = DOCUMENT["components"]["schemas"]


def codes(operation: dict[str, Any], status: str) -> set[str]:
    """What an operation refuses with, of one status."""
    name = operation["responses"][status]["$ref"].rpartition("/")[2]
    (content,) = DOCUMENT["components"]["responses"][name]["content"].values()
    return set(content["schema"]["allOf"][1]["properties"]["code"]["enum"])


def all_codes(operation: dict[str, Any]) -> set[str]:
    refused = [each for each in operation["responses"] if each[0] in "45"]
    return {code for status in refused for code in codes(operation, status)}


def undescribed(name: str, schema: dict[str, Any]) -> Iterator[str]:
    for field, inner in schema.get("properties", {}).items():
        if not inner.get("description"):
            yield f"{name}.{field}"
        yield from undescribed(f"{name}.{field}", inner)
        yield from undescribed(f"{name}.{field}", inner.get("items", {}))


def test_it_is_valid_and_says_where_it_is_served() -> None:
    validate(DOCUMENT)
    assert [each["url"] for each in DOCUMENT["servers"]][1:] == ["http://127.0.0.1:54321"]
    assert all(each["description"] for each in DOCUMENT["servers"])


def test_an_outside_judge_finds_nothing() -> None:
    redocly = ROOT / "clients/ts/node_modules/.bin/redocly"
    ran = subprocess.run(
        [redocly, "lint", "--format=json", ROOT / "docs/openapi.json"],
        env=os.environ | {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    found = json.loads(ran.stdout[ran.stdout.index("{") :])
    assert found["problems"] == []
    assert ran.returncode == 0


def test_an_operation_has_a_group_a_name_and_words() -> None:
    hooks = [each["post"] for each in DOCUMENT["webhooks"].values()]
    names = [each["operationId"] for each in (*OPERATIONS.values(), *hooks)]
    assert len(names) == len(set(names))
    assert not [name for name in names if not re.fullmatch(r"[a-z]+(_[a-z]+)*", name)]
    assert OPERATIONS["POST /orders/{order_id}/take"]["operationId"] == "order_take"
    assert OPERATIONS["POST /deposits"]["operationId"] == "deposit_create"
    grouped = {each["tags"][0] for each in (*OPERATIONS.values(), *hooks)}
    assert grouped == {*TAGS} == {each["name"] for each in DOCUMENT["tags"]}
    assert not [each["operationId"] for each in OPERATIONS.values() if not each["summary"]]


def test_every_field_and_parameter_is_described() -> None:
    missing = [
        each for name, schema in SCHEMAS_OF_DOCUMENT.items() for each in undescribed(name, schema)
    ]
    assert missing == [], "say it in the docstring (`field: words.`) or in stack/openapi_words.py"
    for operation in OPERATIONS.values():
        assert not [each for each in operation.get("parameters", ()) if not each["description"]]


def test_no_word_is_left_over() -> None:
    named = {field for schema in SCHEMAS_OF_DOCUMENT.values() for field in fields(schema)}
    assert FIELDS.keys() <= named
    assert {*SCHEMAS.values()} <= SCHEMAS_OF_DOCUMENT.keys()


def fields(schema: dict[str, Any]) -> Iterator[str]:
    for name, inner in schema.get("properties", {}).items():
        yield name
        yield from fields(inner)
        yield from fields(inner.get("items", {}))


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_names_every_code(name: str) -> None:
    """What all commands refuse with, and no code that the page of errors does not have."""
    told = all_codes(OPERATIONS[name])

    assert told <= statuses().keys()
    assert {"internal", "bad_json", "body_too_large"} <= told
    if OPERATIONS[name].get("security") != []:
        assert {"unavailable", "unauthorized", "bad_token"} <= told
    parameters = {each["name"] for each in OPERATIONS[name].get("parameters", ())}
    assert ("idempotency_key_required" in told) == (KEY_HEADER in parameters)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("POST /orders/{order_id}/take", "price_changed"),
        ("POST /orders/{order_id}/take", "insufficient_funds"),
        ("POST /orders/{order_id}/take", "party_suspended"),
        ("POST /orders/{order_id}/publish", "payment_account_missing"),
        ("POST /escrows/{escrow_id}/release", "confirmation_required"),
        ("POST /escrows/{escrow_id}/release", "stale_version"),
        ("POST /images", "file_not_stored"),
        ("POST /payout-destinations", "step_up_required"),
    ],
)
def test_codes_of_python_of_sql_and_of_triggers_are_found(name: str, code: str) -> None:
    assert code in all_codes(OPERATIONS[name])


def test_a_code_belongs_to_what_can_say_it() -> None:
    assert "price_changed" not in all_codes(OPERATIONS["POST /webhook-endpoints"])
    assert "file_not_stored" not in all_codes(OPERATIONS["POST /orders/{order_id}/take"])
    assert "unavailable" not in all_codes(OPERATIONS["GET /docs"])


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("statement_exists", {"statement"}),
        ("attestation_required", {"release"}),
        ("no_revisions_left", {"request-revision"}),
        ("evidence_limit", {"evidence", "evidence-uploads"}),
        ("arbiter_not_eligible", {"assign"}),
        ("appeal_not_open", {"appeal"}),
        ("hold_kind_unknown", {"freeze"}),
        ("outage_pending", set()),
    ],
)
def test_a_move_of_an_escrow_names_the_codes_of_its_own_event(code: str, words: set[str]) -> None:
    named = {
        name.rpartition("/")[2]
        for name, operation in OPERATIONS.items()
        if name.startswith("POST /escrows/") and code in all_codes(operation)
    }
    assert named == words


EMITTED = re.compile(
    r"private\.emit_event\(\s*(?P<event>.*?),\s*'(?P<object>\w+)',(?P<rest>.*?)\n\s*\);", re.DOTALL
)
BUILT = re.compile(r"'(\w+)',")


def emitted() -> Iterator[tuple[str, str, set[str]]]:
    """Event expression, object and fields of the payload of each statement that writes one."""
    for file in sorted((ROOT / "supabase/migrations").glob("*.sql")):
        for match in EMITTED.finditer(file.read_text()):
            _, _, payload = match["rest"].partition("jsonb_build_object(")
            yield match["event"], match["object"], set(BUILT.findall(payload))


def test_what_sql_writes_stands_in_the_catalogue() -> None:
    families = {family.name: family for family in FAMILIES}
    seen: dict[str, set[str]] = {}
    for event, object_type, payload in emitted():
        for name in {each for each in re.findall(r"'(\w+)\.", event)}:
            family = families[name]
            assert object_type in family.object_type.split(" or "), event
            if not family.open:
                assert payload <= family.payload.keys(), event
            seen.setdefault(name, set()).update(payload)
        for whole in re.findall(r"'(\w+\.\w+)'", event):
            known = DOCUMENT["webhooks"]
            assert whole in known or f"{whole.partition('.')[0]}.*" in known

    assert seen.keys() == families.keys()
    for name, family in families.items():
        # What is built elsewhere is read by no expression.
        assert family.open or not seen[name] or seen[name] >= family.payload.keys(), name


def test_an_event_has_a_schema_of_its_family() -> None:
    for name, hook in DOCUMENT["webhooks"].items():
        (content,) = hook["post"]["requestBody"]["content"].values()
        schema = SCHEMAS_OF_DOCUMENT[content["schema"]["$ref"].rpartition("/")[2]]
        kind = schema["properties"]["type"]
        assert name in kind.get("enum", [name])
        assert {"object_type", "object_id", "sequence"} <= set(
            schema["properties"]["data"]["required"]
        )
    assert {"escrow.perform", "escrow.accept", "order.publish"} < DOCUMENT["webhooks"].keys()


def answered(
    method: str, path: str, status: int, body: Any, kind: str = "application/json"
) -> str | None:
    request = httpx.Request(method, f"http://127.0.0.1{path}")
    return outside(
        httpx.Response(status, json=body, headers={"content-type": kind}, request=request)
    )


def test_the_client_of_all_tests_judges_what_an_operation_answers() -> None:
    """tests/conftest.py puts each answer before this judge."""
    take, problem = ("POST", "/orders/1/take"), "application/problem+json"
    health = {"status": "ok", "version": "1"}
    assert answered("GET", "/health", 200, health) is None
    assert answered("GET", "/rest/v1/any", 200, {"what": "ever"}) is None
    assert answered(*take, 409, {"code": "price_changed"}, problem) is None
    for wrong in (
        answered("GET", "/health", 200, {**health, "version": 1}),
        answered("GET", "/health", 200, {**health, "more": "said"}),
        answered("GET", "/health", 201, health),
        answered(*take, 409, {"code": "statement_exists"}, problem),
        answered(*take, 403, {"code": "price_changed"}, problem),
    ):
        assert wrong is not None
        assert wrong.startswith("docs/openapi.json: ")
