"""The official library, pointed at the stand-in; and what its typed classes say of an object."""

import inspect
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any

import stripe
from stripe._object_classes import OBJECT_CLASSES

from stack.stand_ins.stripe import API_KEY, StripeStandIn


def client(stand_in: StripeStandIn, key: str = API_KEY) -> stripe.StripeClient:
    """It does not try again by itself."""
    return stripe.StripeClient(key, base_addresses={"api": stand_in.url}, max_network_retries=0)


def differences(told: Mapping[str, Any]) -> Iterator[str]:
    """Where an object is not what the library's class of it says: each by its path."""
    yield from _differences(told, _class_of(told["object"]), told["object"])


def _differences(told: Mapping[str, Any], known: type, path: str) -> Iterator[str]:
    hints = inspect.get_annotations(known)
    for name in told.keys() - hints.keys() - {"object"}:
        yield f"{path}.{name} is unknown"
    for name in hints.keys() - told.keys():
        if not name.startswith(("_", "OBJECT_NAME")) and not _optional(hints[name]):
            yield f"{path}.{name} is missing"
    inner: Mapping[str, type] = getattr(known, "_inner_class_types", {})
    for name in told.keys() & hints.keys():
        yield from _value(told[name], hints[name], inner.get(name), f"{path}.{name}")


def _value(value: Any, hint: Any, inner: type | None, path: str) -> Iterator[str]:
    words = set(_words(hint))
    if isinstance(value, str) and words and value not in words:
        yield f"{path} is {value!r}, not one of {sorted(words)}"
    if value is None and not _optional(hint) and hint is not Any:
        yield f"{path} is null"
    for each in value if isinstance(value, list) else [value]:
        kind = each.get("object") if isinstance(each, dict) else None
        if isinstance(kind, str):
            yield from _differences(each, _class_of(kind), path)
        elif isinstance(each, dict) and inner:
            yield from _differences(each, inner, path)


def _words(hint: Any) -> Iterator[str]:
    """The literals of a type, unless it may be some other object's id."""
    if typing.get_origin(hint) is typing.Literal:
        yield from typing.get_args(hint)
    elif typing.get_origin(hint) in (typing.Union, types.UnionType):
        for each in typing.get_args(hint):
            yield from _words(each)


def _optional(hint: Any) -> bool:
    return type(None) in typing.get_args(hint)


def _class_of(name: str) -> type:
    found = OBJECT_CLASSES[name]
    if isinstance(found, type):
        return found
    module, name = found
    return getattr(__import__(module, fromlist=[name]), name)  # type: ignore[no-any-return]
