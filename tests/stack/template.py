"""What template.yaml says about functions: routes, schedules, queues, environment, limits."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.stack.paths import ROOT

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
    """One function: its handler, limits, raw environment and what fires it."""

    name: str
    handler: str
    code: Path
    timeout: int
    memory: int
    concurrency: int | None
    environment: Mapping[str, Any]
    routes: tuple[tuple[str, str], ...] = ()
    schedules: tuple[Schedule, ...] = ()
    sources: tuple[Source, ...] = ()


def load(path: Path = TEMPLATE) -> dict[str, Any]:
    """The template as plain data; an empty one when there is none."""
    if not path.exists():
        return {}
    return _parsed(path.read_text())


@cache
def _parsed(text: str) -> dict[str, Any]:
    # Once for all stacks of a process: nobody changes what was read.
    loaded: dict[str, Any] = yaml.load(text, _Loader) or {}  # noqa: S506 - a SafeLoader
    return loaded


def resources(document: Mapping[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    """Properties of every resource of a type, by logical id."""
    return {
        name: resource.get("Properties", {})
        for name, resource in document.get("Resources", {}).items()
        if resource.get("Type") == kind
    }


def functions(document: Mapping[str, Any], root: Path = ROOT) -> dict[str, Function]:
    """Every AWS::Serverless::Function, with Globals applied, by logical id."""
    shared = document.get("Globals", {}).get("Function", {})
    return {
        name: _function(name, shared, properties, root)
        for name, properties in resources(document, "AWS::Serverless::Function").items()
    }


def _function(
    name: str, shared: Mapping[str, Any], properties: Mapping[str, Any], root: Path
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
        code=root / merged.get("CodeUri", "."),
        timeout=_number(merged.get("Timeout"), 3),
        memory=_number(merged.get("MemorySize"), 128),
        concurrency=_number(merged.get("ReservedConcurrentExecutions"), 0) or None,
        environment=variables,
        routes=tuple(
            (event["Properties"]["Method"].upper(), event["Properties"]["Path"])
            for event in events.values()
            if event["Type"] == "HttpApi" and "Properties" in event
        ),
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
