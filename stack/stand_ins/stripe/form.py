"""Form bodies and queries with brackets, read as Stripe reads them."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from stack.stand_ins.stripe.errors import unfit

Params = dict[str, Any]
# Names and types of the parameters of one endpoint: str, int, bool, dict or list.
Fields = Mapping[str, type]

_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_LARGEST = 99_999_999


def parse(text: str) -> Params:
    """`a[b]=1&c[]=2&d[0]=3` as {"a": {"b": "1"}, "c": ["2"], "d": ["3"]}."""
    found: Params = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        match = _KEY.fullmatch(name)
        if not match:
            raise unfit(f"Invalid parameter name: {name}", "parameter_unknown", name)
        keys = [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])]
        _put(found, keys, value, name)
    return {key: _lists(value) for key, value in found.items()}


def checked(given: Params, fields: Fields, required: tuple[str, ...] = ()) -> Params:
    """The parameters by type. Raises ApiError for unknown, missing and malformed ones."""
    for name in given:
        if name not in fields:
            raise unfit(f"Received unknown parameter: {name}", "parameter_unknown", name)
    for name in required:
        if not given.get(name):
            raise unfit(f"Missing required param: {name}.", "parameter_missing", name)
    return {name: _typed(name, value, fields[name]) for name, value in given.items()}


def _typed(name: str, value: Any, kind: type) -> Any:
    if kind is int:
        if not isinstance(value, str) or not re.fullmatch(r"-?[0-9]+", value):
            raise unfit(f"Invalid integer: {value}", "parameter_invalid_integer", name)
        return _bounded(name, int(value))
    if kind is bool:
        if value not in ("true", "false"):
            raise unfit(f"Invalid boolean: {value}", "parameter_invalid_boolean", name)
        return value == "true"
    # An empty string clears an object.
    if kind is dict and value == "":
        return {}
    if not isinstance(value, kind):
        raise unfit(f"Invalid {kind.__name__}: {value}", "parameter_invalid", name)
    return value


def _bounded(name: str, value: int) -> int:
    if value < 1:
        message = "This value must be greater than or equal to 1."
        raise unfit(message, "parameter_invalid_integer", name)
    if "amount" in name and value > _LARGEST:
        raise unfit("Amount must be no more than 999,999.99", "amount_too_large", name)
    return value


def _put(into: Params, keys: list[str], value: str, name: str) -> None:
    for key in keys[:-1]:
        into = into.setdefault(key, {})
        if not isinstance(into, dict):
            raise unfit(f"Invalid object: {name}", "parameter_invalid", name)
    last = keys[-1]
    into[last if last else str(len(into))] = value


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(key.isdigit() for key in value):
        return [_lists(each) for each in value.values()]
    return {key: _lists(each) for key, each in value.items()}
