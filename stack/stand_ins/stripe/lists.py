"""Lists, newest first, page by page; and ids replaced by the objects they name."""

import copy
from collections.abc import Callable
from typing import Any

from stack.stand_ins.stripe.errors import missing, unfit
from stack.stand_ins.stripe.form import Params
from stack.stand_ins.stripe.world import Object, World

_DEFAULT = 10
_MOST = 100
_KEPT_EVENTS = 30 * 24 * 3600


def listed(world: World, kind: str, url: str, params: Params) -> Object:
    """A page of the objects of a kind that match all other parameters."""
    limit = params.get("limit", _DEFAULT)
    if limit > _MOST:
        message = f"This value must be less than or equal to {_MOST}."
        raise unfit(message, "parameter_invalid_integer", "limit")
    found = [each for each in reversed(world.of(kind)) if _matches(world, each, params)]
    after, before = params.get("starting_after"), params.get("ending_before")
    if after:
        rest = found[_place(found, kind, after, "starting_after") + 1 :]
        page = rest[:limit]
    elif before:
        rest = found[: _place(found, kind, before, "ending_before")]
        page = rest[-limit:]
    else:
        rest, page = found, found[:limit]
    return {"object": "list", "data": page, "has_more": len(rest) > len(page), "url": url}


def expanded(world: World, told: Object, paths: list[str]) -> Object:
    """A copy with the objects at those paths in place of their ids."""
    told = copy.deepcopy(told)
    for path in paths:
        _expand(world, told, path.split("."), path)
    return told


def _expand(world: World, told: Any, names: list[str], path: str) -> None:
    if isinstance(told, list):
        for each in told:
            _expand(world, each, names, path)
        return
    if told is None:
        return
    name = names[0]
    if not isinstance(told, dict) or name not in told:
        raise unfit(f"This property cannot be expanded ({path}).", "parameter_invalid", "expand")
    if isinstance(told[name], str):
        told[name] = copy.deepcopy(world.objects.get(told[name], told[name]))
    if names[1:]:
        _expand(world, told[name], names[1:], path)


_PAGING = {"limit", "starting_after", "ending_before", "created", "expand"}


def _matches(world: World, each: Object, params: Params) -> bool:
    if each["object"] == "event" and each["created"] < world.now() - _KEPT_EVENTS:
        return False
    if "created" in params and not _in_range(each["created"], params["created"]):
        return False
    for name, wanted in params.items():
        if name in _PAGING:
            continue
        if name == "types":
            if each["type"] not in wanted:
                return False
        elif name == "delivery_success":
            if (each["pending_webhooks"] == 0) != wanted:
                return False
        elif each[name] != wanted:
            return False
    return True


_COMPARED: dict[str, Callable[[int, int], bool]] = {
    "gt": lambda is_, limit: is_ > limit,
    "gte": lambda is_, limit: is_ >= limit,
    "lt": lambda is_, limit: is_ < limit,
    "lte": lambda is_, limit: is_ <= limit,
}


def _in_range(created: int, wanted: dict[str, str]) -> bool:
    for name, limit in wanted.items():
        if name not in _COMPARED or not limit.isdigit():
            raise unfit(f"Invalid created[{name}]: {limit}", "parameter_invalid", "created")
    return all(_COMPARED[name](created, int(limit)) for name, limit in wanted.items())


def _place(found: list[Object], kind: str, identifier: str, param: str) -> int:
    for place, each in enumerate(found):
        if each["id"] == identifier:
            return place
    raise missing(kind, identifier, param, 400)
