"""What template.yaml and its parts say about functions: routes, schedules, queues, layers,
environment, limits."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from stack.paths import ROOT

TEMPLATE = ROOT / "template.yaml"


class _Loader(yaml.CSafeLoader):
    """Reads CloudFormation's short forms as their long ones."""


def _short_form(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        if suffix == "GetAtt":
            value = str(value).split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_form)


@dataclass(frozen=True)
class Schedule:
    """One ScheduleV2 event: rate(…) or cron(…), and the payload it sends if it names one."""

    name: str
    expression: str
    payload: str | None = None


@dataclass(frozen=True)
class Source:
    """One SQS event: the queue it reads (unresolved), how many messages it hands over at
    once, how many seconds it waits for more, whether the function names the messages that
    failed, and how many batches run at the same time."""

    name: str
    queue: Any
    batch: int
    window: int
    partial: bool
    concurrency: int | None


@dataclass(frozen=True)
class Function:
    """One function: its handler, limits, raw environment, the folders of its layers in the order in
    which modules are looked for, and what fires it."""

    name: str
    handler: str
    code: Path
    timeout: int
    memory: int
    concurrency: int | None
    environment: Mapping[str, Any]
    layers: tuple[Path, ...] = ()
    routes: tuple[tuple[str, str], ...] = ()
    schedules: tuple[Schedule, ...] = ()
    sources: tuple[Source, ...] = ()


@cache
def load(path: Path = TEMPLATE) -> Mapping[str, Any]:
    """The template and its parts as one document of plain data; an empty one when there is none.

    A parameter of a part is replaced by what the root gives it. Raises ValueError where two
    resources have one name, or two files say different things about all functions.
    """
    if not path.exists():
        return {}
    root = read(path)
    found = {"Parameters": {}, "Outputs": {}, **root, "Globals": {}, "Resources": {}}
    for document in (root, *(_given(*each) for each in parts(path).values())):
        _add(found, document)
    return found


def parts(path: Path = TEMPLATE) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """The parts of a root by logical id: each as plain data, and what the root gives it."""
    return {
        name: (read(path.parent / child["Location"]), child["Parameters"])
        for name, child in resources(read(path), "AWS::Serverless::Application").items()
    }


def read(path: Path) -> dict[str, Any]:
    """One file as plain data: its loops unrolled, its code and layers where they stand."""
    document: dict[str, Any] = _unrolled(_parsed(path.read_text()), {})
    for each in (
        document.get("Globals", {}).get("Function", {}),
        *resources(document, "AWS::Serverless::Function").values(),
        *resources(document, "AWS::Serverless::LayerVersion").values(),
    ):
        for place in {"CodeUri", "ContentUri"} & each.keys():
            each[place] = str((path.parent / each[place]).resolve())
    return document


@cache
def _parsed(text: str) -> Any:
    # Once for all stacks of a process: nobody changes what was read.
    return yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader


def _unrolled(value: Any, loop: Mapping[str, str]) -> Any:
    """A value without Fn::ForEach; loop: what each variable of the loops around it is."""
    if isinstance(value, list):
        return [_unrolled(each, loop) for each in value]
    if not isinstance(value, dict):
        return value
    found: dict[str, Any] = {}
    for key, inner in value.items():
        if key.startswith("Fn::ForEach::"):
            variable, collection, body = inner
            for each in collection:
                _join(found, _unrolled(body, {**loop, variable: each}))
        elif key == "Ref" and isinstance(inner, str) and inner in loop:
            return loop[inner]
        elif key == "Fn::Sub" and isinstance(inner, str):
            text = _with(inner, loop)
            if "${" not in text:
                return text
            found[key] = text
        else:
            _join(found, {_with(key, loop): _unrolled(inner, loop)})
    return found


def _join(found: dict[str, Any], more: Mapping[str, Any]) -> None:
    if twice := found.keys() & more.keys():
        raise ValueError(f"named twice: {', '.join(sorted(twice))}")
    found |= more


def _with(text: str, loop: Mapping[str, str]) -> str:
    for variable, each in loop.items():
        text = text.replace(f"${{{variable}}}", each)
    return text


def _given(value: Any, given: Mapping[str, Any]) -> Any:
    """A value of a part with what the root gives in place of its parameters."""
    if isinstance(value, list):
        return [_given(each, given) for each in value]
    if not isinstance(value, dict):
        return value
    if isinstance(named := value.get("Ref"), str) and named in given:
        return given[named]
    if isinstance(text := value.get("Fn::Sub"), str):
        used = {name: each for name, each in given.items() if f"${{{name}}}" in text}
        return {"Fn::Sub": [text, used] if used else text}
    return {key: _given(inner, given) for key, inner in value.items()}


def _add(found: dict[str, Any], document: Mapping[str, Any]) -> None:
    shared = document.get("Globals", {})
    if shared and found["Globals"] not in ({}, shared):
        raise ValueError("two parts say different things about all functions")
    found["Globals"] = shared or found["Globals"]
    _join(found["Resources"], document["Resources"])


def resources(document: Mapping[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    """Properties of every resource of a type, by logical id."""
    return {
        name: resource.get("Properties", {})
        for name, resource in document.get("Resources", {}).items()
        if resource.get("Type") == kind
    }


def functions(document: Mapping[str, Any]) -> dict[str, Function]:
    """Every AWS::Serverless::Function, with Globals applied, by logical id."""
    shared = document.get("Globals", {}).get("Function", {})
    routes = _routes(document)
    layers = {
        name: Path(layer["ContentUri"])
        for name, layer in resources(document, "AWS::Serverless::LayerVersion").items()
    }
    return {
        name: _function(name, shared, properties, layers, tuple(routes[name]))
        for name, properties in resources(document, "AWS::Serverless::Function").items()
    }


def _routes(document: Mapping[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """Method and path of each route by function; {proxy+} at the end of a path is all below it."""
    integrations = resources(document, "AWS::ApiGatewayV2::Integration")
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for route in resources(document, "AWS::ApiGatewayV2::Route").values():
        target = re.fullmatch(r"integrations/\$\{(\w+)\}", route["Target"]["Fn::Sub"])
        assert target, route
        function, _ = integrations[target[1]]["IntegrationUri"]["Fn::GetAtt"]
        method, _, path = route["RouteKey"].partition(" ")
        found[function].append((method, path))
    return found


def _function(
    name: str,
    shared: Mapping[str, Any],
    properties: Mapping[str, Any],
    layers: Mapping[str, Path],
    routes: tuple[tuple[str, str], ...],
) -> Function:
    merged = {**shared, **properties}
    events = properties.get("Events", {})
    variables = {
        **shared.get("Environment", {}).get("Variables", {}),
        **properties.get("Environment", {}).get("Variables", {}),
    }
    return Function(
        name=name,
        handler=merged["Handler"],
        code=Path(merged["CodeUri"]),
        timeout=_number(merged.get("Timeout"), 3),
        memory=_number(merged.get("MemorySize"), 128),
        concurrency=_number(merged.get("ReservedConcurrentExecutions"), 0) or None,
        environment=variables,
        # Of Globals and of the function: SAM puts lists one after the other. A part alone has none.
        layers=tuple(
            layers[each["Ref"]]
            for each in (*shared.get("Layers", ()), *properties.get("Layers", ()))
            if each["Ref"] in layers
        ),
        routes=routes,
        schedules=tuple(
            Schedule(
                key,
                event["Properties"]["ScheduleExpression"],
                event["Properties"].get("Input"),
            )
            for key, event in events.items()
            if event["Type"] == "ScheduleV2"
        ),
        sources=tuple(
            _source(key, event["Properties"])
            for key, event in events.items()
            if event["Type"] == "SQS" and event["Properties"].get("Enabled", True)
        ),
    )


def _source(name: str, properties: Mapping[str, Any]) -> Source:
    return Source(
        name=name,
        queue=properties["Queue"],
        batch=_number(properties.get("BatchSize"), 10),
        window=_number(properties.get("MaximumBatchingWindowInSeconds"), 0),
        partial="ReportBatchItemFailures" in properties.get("FunctionResponseTypes", ()),
        concurrency=_number(properties.get("ScalingConfig", {}).get("MaximumConcurrency"), 0)
        or None,
    )


def _number(value: Any, default: int) -> int:
    return int(value) if isinstance(value, int | str) else default


@dataclass(frozen=True)
class Resolver:
    """Turns CloudFormation values into what they are on this machine."""

    references: Mapping[str, str]
    attributes: Mapping[tuple[str, str], str]

    def text(self, value: Any) -> str:
        """A string for a literal, Ref, GetAtt, Sub or Join; unknown names stay readable."""
        if not isinstance(value, dict):
            return str(value).lower() if isinstance(value, bool) else str(value)
        ((form, argument),) = value.items()
        if form == "Ref":
            return self.references.get(argument, f"local-{argument}")
        if form == "Fn::GetAtt":
            name, attribute = argument
            return self.attributes.get((name, attribute), f"local-{name}.{attribute}")
        if form == "Fn::Sub":
            return self._substitute(argument)
        if form == "Fn::Join":
            separator, parts = argument
            return str(separator).join(self.text(part) for part in parts)
        return f"local-{form}"

    def _substitute(self, argument: Any) -> str:
        pattern, local = (argument, {}) if isinstance(argument, str) else argument

        def replace(match: re.Match[str]) -> str:
            name = match[1]
            if name in local:
                return self.text(local[name])
            if "." in name:
                return self.text({"Fn::GetAtt": name.split(".", 1)})
            return self.text({"Ref": name})

        return re.sub(r"\$\{([^!}][^}]*)\}", replace, pattern)
