"""Every operation of the OpenAPI document, called by somebody else's reader of it: with what the
document allows and with what it does not."""

import json
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from stack.paths import ROOT
from stack.people import ALICE
from stack.stack import Stack

DOCUMENT: dict[str, Any] = json.loads((ROOT / "docs/openapi.json").read_text())
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
OPERATIONS = {
    each.ok().label: each.ok() for each in SCHEMA.get_all_operations() if isinstance(each, Ok)
}


def no_defect(_: Any, response: Any, __: Any) -> None:
    """500 is a defect of ours; 503 is somebody else who does not answer, and nobody does here."""
    assert response.status_code != 500, response.text


CHECKS = [
    no_defect, status_code_conformance, content_type_conformance, response_schema_conformance,
]  # fmt: skip
# The same examples each time: what is found here is found again.
BOUNDED = settings(
    max_examples=2, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


def test_every_operation_is_called() -> None:
    told = {
        f"{method.upper()} {path}"
        for path, methods in DOCUMENT["paths"].items()
        for method in methods
    }
    assert OPERATIONS.keys() == told


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("label", OPERATIONS)
def test_an_operation_answers_as_it_says(stack: Stack, label: str, mode: GenerationMode) -> None:
    operation = OPERATIONS[label]
    negative = mode == GenerationMode.NEGATIVE
    if negative and not any(each.media_type == "application/json" for each in operation.body):
        pytest.skip("it takes nothing that could be of a wrong type")
    token = stack.token(ALICE.id, aal="aal2")

    @BOUNDED
    @given(case=operation.as_strategy(generation_mode=mode))
    def called(case: Any) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        answer = case.call(base_url=stack.url, headers=headers, timeout=60)
        checks = [*CHECKS, negative_data_rejection] if negative else CHECKS
        case.validate_response(answer, checks=checks)

    called()
