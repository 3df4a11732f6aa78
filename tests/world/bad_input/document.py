"""docs/openapi.json as a judge: what it says of a body, and nothing more lenient."""

import re
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError, validators
from jsonschema.protocols import Validator

Schema = dict[str, Any]


def _integer(_: Any, value: Any) -> bool:
    # JSON Schema lets 1.0 pass, and no reader of ours does.
    return type(value) is int


def _pattern(_: Any, pattern: str, value: Any, __: Schema) -> Iterator[ValidationError]:
    # In ECMAScript, unlike in Python, $ is the very end.
    if isinstance(value, str) and not re.search(pattern.replace("$", r"\Z"), value):
        yield ValidationError(f"{value!r} is not {pattern}")


_Judge = validators.extend(
    Draft202012Validator,
    validators={"pattern": _pattern},
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _integer),
)


def judge(schema: Schema, document: Schema) -> Validator:
    """Whether a body is one that the document allows, formats included: judge(…).is_valid(body)."""
    whole = {**schema, "components": document["components"]}
    return _Judge(whole, format_checker=FormatChecker())
