"""Matches a request against the routes of an HTTP API, the most specific first."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote

_VARIABLE = re.compile(r"\{(\w+)(\+?)\}")


@dataclass(frozen=True)
class Match:
    """A route that fits, the function behind it and the variables of the path."""

    function: str
    route: tuple[str, str]
    variables: dict[str, str]


@dataclass(frozen=True)
class _Route:
    function: str
    method: str
    path: str
    pattern: re.Pattern[str]
    rank: tuple[int, int, int]


def _compile(function: str, method: str, path: str) -> _Route:
    pattern, end = "", 0
    for variable in _VARIABLE.finditer(path):
        pattern += re.escape(path[end : variable.start()])
        pattern += f"(?P<{variable[1]}>{'.+' if variable[2] else '[^/]+'})"
        end = variable.end()
    pattern += re.escape(path[end:])
    greedy = sum(bool(found[2]) for found in _VARIABLE.finditer(path))
    rank = (greedy, len(_VARIABLE.findall(path)), int(method == "ANY"))
    return _Route(function, method, path, re.compile(pattern), rank)


class Routes:
    """All routes of a template."""

    def __init__(self, routes: Iterable[tuple[str, str, str]]) -> None:
        """Takes (function, method, path) of each route; method ANY fits all."""
        self._routes = sorted(
            (_compile(function, method, path) for function, method, path in routes),
            key=lambda route: route.rank,
        )

    def match(self, method: str, path: str) -> Match | None:
        for route in self._routes:
            if route.method in (method, "ANY") and (found := route.pattern.fullmatch(path)):
                variables = {name: unquote(value) for name, value in found.groupdict().items()}
                return Match(route.function, (route.method, route.path), variables)
        return None
