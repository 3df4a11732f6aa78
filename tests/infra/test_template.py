"""template.yaml: what is deployed runs, is watched, and may do no more than it must."""

import importlib
import re
from collections.abc import Iterator
from typing import Any

import pytest
from cfnlint.api import ManualArgs, lint  # type: ignore[import-untyped]
from openapi_spec_validator import validate

from shared.api import Api
from shared.openapi import openapi
from tests.stack.paths import ROOT
from tests.stack.template import TEMPLATE, Function, functions, load, resources

DOCUMENT = load()
FUNCTIONS = functions(DOCUMENT)
PROPERTIES = resources(DOCUMENT, "AWS::Serverless::Function")
GLOBALS: dict[str, Any] = DOCUMENT["Globals"]["Function"]
ALARMS = resources(DOCUMENT, "AWS::CloudWatch::Alarm")
QUEUES = resources(DOCUMENT, "AWS::SQS::Queue")
ROLES = resources(DOCUMENT, "AWS::IAM::Role")
SECRETS = resources(DOCUMENT, "AWS::SecretsManager::Secret")

HTTP = [name for name in FUNCTIONS if FUNCTIONS[name].routes]
SCHEDULED = [name for name in FUNCTIONS if FUNCTIONS[name].schedules]
# X-Ray has no resources to name.
STARRED = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}
HTTP_API_SECONDS = 30
# Memory buys the processor time that they need.
DRAWING = {"PapersFunction"}
MINUTE, HOUR, DAY = 60, 3600, 86400


def _module(function: Function) -> Any:
    module = function.handler.rpartition(".")[0]
    return importlib.import_module(f"functions.{module}")


def _logical(value: Any) -> str:
    """The resource a Ref or GetAtt names."""
    ((form, argument),) = value.items()
    return str(argument if form == "Ref" else argument[0])


def _watched(namespace: str, metric: str, dimension: str, name: str) -> list[dict[str, Any]]:
    return [
        alarm
        for alarm in ALARMS.values()
        if (alarm["Namespace"], alarm["MetricName"]) == (namespace, metric)
        and any(
            each["Name"] == dimension and _logical(each["Value"]) == name
            for each in alarm["Dimensions"]
        )
    ]


def _statements() -> Iterator[dict[str, Any]]:
    for role in ROLES.values():
        for policy in role["Policies"]:
            yield from policy["PolicyDocument"]["Statement"]


def _secrets(value: Any) -> set[str]:
    """Secrets, made here or named by a parameter, to which a value refers."""
    if isinstance(value, dict) and isinstance(value.get("Ref"), str):
        return {value["Ref"]} if value["Ref"].endswith("Secret") else set()
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {name for each in inner for name in _secrets(each)}


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_the_linter_finds_nothing() -> None:
    found = lint(TEMPLATE.read_text(), config=ManualArgs(regions=["eu-central-1"]))

    assert [str(match) for match in found] == []


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_handler_is_there(name: str) -> None:
    function = FUNCTIONS[name]

    assert callable(getattr(_module(function), function.handler.rpartition(".")[2]))


@pytest.mark.parametrize("name", HTTP)
def test_routes_and_code_agree(name: str) -> None:
    app = _module(FUNCTIONS[name]).app
    assert isinstance(app, Api)
    coded = {
        (method.upper(), path)
        for path, operations in openapi([app])["paths"].items()
        for method in operations
    }

    assert set(FUNCTIONS[name].routes) == coded


def test_a_route_has_one_function() -> None:
    routes = [route for function in FUNCTIONS.values() for route in function.routes]

    assert len(routes) == len(set(routes)) > 20


def test_the_schema_of_all_functions_fits_together() -> None:
    apps = [_module(FUNCTIONS[name]).app for name in HTTP]

    document = openapi(apps)

    validate(document)
    assert len(document["paths"]) == sum(len(FUNCTIONS[name].routes) for name in HTTP)


def test_every_function_runs_what_the_layer_is_built_for() -> None:
    layer = resources(DOCUMENT, "AWS::Serverless::LayerVersion")["SharedLayer"]

    assert layer["CompatibleRuntimes"] == [GLOBALS["Runtime"]] == ["python3.13"]
    assert layer["CompatibleArchitectures"] == GLOBALS["Architectures"] == ["arm64"]
    assert GLOBALS["Layers"] == [{"Ref": "SharedLayer"}]
    for properties in PROPERTIES.values():
        assert not properties.keys() & {"Runtime", "Architectures", "Layers", "CodeUri"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_limits_are_set(name: str) -> None:
    function = FUNCTIONS[name]

    assert function.memory <= (1024 if name in DRAWING else 256)
    assert GLOBALS["Tracing"] == "Active"
    if function.routes:
        assert function.timeout < HTTP_API_SECONDS
    for schedule in function.schedules:
        assert function.timeout < _period(schedule.expression)
        assert function.concurrency == 1


@pytest.mark.parametrize("name", FUNCTIONS)
def test_logs_are_kept_for_a_time_of_our_choice(name: str) -> None:
    log_group = _logical(PROPERTIES[name]["LoggingConfig"]["LogGroup"])

    properties = resources(DOCUMENT, "AWS::Logs::LogGroup")[log_group]
    assert properties["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    role = ROLES[_logical(PROPERTIES[name]["Role"])]
    writable = [
        _logical(resource)
        for statement in role["Policies"][0]["PolicyDocument"]["Statement"]
        if "logs:PutLogEvents" in _as_list(statement["Action"])
        for resource in _as_list(statement["Resource"])
    ]
    assert log_group in writable


@pytest.mark.parametrize("metric", ["Errors", "Throttles"])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_failing_function_is_noticed(name: str, metric: str) -> None:
    assert _watched("AWS/Lambda", metric, "FunctionName", name)


@pytest.mark.parametrize("name", SCHEDULED)
def test_no_scheduled_event_is_lost_in_silence(name: str) -> None:
    asynchronous = PROPERTIES[name]["EventInvokeConfig"]
    failed = _logical(asynchronous["DestinationConfig"]["OnFailure"]["Destination"])
    assert failed in QUEUES
    for event in PROPERTIES[name]["Events"].values():
        assert _logical(event["Properties"]["DeadLetterConfig"]["Arn"]) == failed
        starter = ROLES[_logical(event["Properties"]["RoleArn"])]
        statements = starter["Policies"][0]["PolicyDocument"]["Statement"]
        assert {"Fn::GetAtt": [name, "Arn"]} in [
            resource for each in statements for resource in _as_list(each["Resource"])
        ]


@pytest.mark.parametrize("name", QUEUES)
def test_a_queue_is_watched_and_has_somewhere_for_poison(name: str) -> None:
    queue = QUEUES[name]
    dead_letters = {
        _logical(other["RedrivePolicy"]["deadLetterTargetArn"])
        for other in QUEUES.values()
        if "RedrivePolicy" in other
    } | {
        _logical(
            PROPERTIES[each]["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]["Destination"]
        )
        for each in SCHEDULED
    }

    assert queue["SqsManagedSseEnabled"] is True
    if name in dead_letters:
        assert _watched("AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", name)
    else:
        assert "RedrivePolicy" in queue


@pytest.mark.parametrize("name", ["EscrowExpireFunction", "LedgerVerifyFunction"])
def test_silence_is_noticed(name: str) -> None:
    (alarm,) = _watched("AWS/Lambda", "Invocations", "FunctionName", name)

    assert alarm["TreatMissingData"] == "breaching"
    assert alarm["ComparisonOperator"] == "LessThanThreshold"


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_reaches_somebody(name: str) -> None:
    assert ALARMS[name]["AlarmActions"] == [{"Ref": "Alarms"}]
    assert ALARMS[name]["AlarmDescription"]


def test_our_own_metrics_are_really_written() -> None:
    written = {
        match
        for path in (ROOT / "functions").rglob("*.py")
        for match in re.findall(r"""add_metric\(\s*["'](\w+)["']""", path.read_text())
    }
    watched = {alarm["MetricName"] for alarm in ALARMS.values() if alarm["Namespace"] == "Holdfast"}
    service = GLOBALS["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]

    assert {"LedgerProblems", "EscrowOverdueSeconds"} <= watched <= written
    for alarm in ALARMS.values():
        if alarm["Namespace"] == "Holdfast":
            assert alarm["Dimensions"] == [{"Name": "service", "Value": service}]


def test_the_api_is_logged_throttled_and_closed_to_browsers_of_others() -> None:
    api = resources(DOCUMENT, "AWS::Serverless::HttpApi")["HttpApi"]

    assert "CorsConfiguration" not in api
    assert "AccessLogSettings" in api
    assert api["DefaultRouteSettings"].keys() >= {"ThrottlingRateLimit", "ThrottlingBurstLimit"}
    assert _watched("AWS/ApiGateway", "5xx", "ApiId", "HttpApi")
    logged = api["AccessLogSettings"]["Format"]
    assert "authorization" not in logged.lower()


def test_no_role_may_more_than_it_must() -> None:
    for statement in _statements():
        actions = _as_list(statement["Action"])
        assert statement["Effect"] == "Allow"
        assert not [action for action in actions if "*" in action]
        if "*" in _as_list(statement["Resource"]):
            assert set(actions) <= STARRED
        else:
            assert all(isinstance(each, dict) for each in _as_list(statement["Resource"]))


@pytest.mark.parametrize("name", ROLES)
def test_a_function_reads_its_secrets_and_nothing_else(name: str) -> None:
    statements = [
        each
        for policy in ROLES[name]["Policies"]
        for each in policy["PolicyDocument"]["Statement"]
        if "secretsmanager" in str(each["Action"])
    ]
    assert {each["Action"] for each in statements} <= {"secretsmanager:GetSecretValue"}
    assert all("*" not in _as_list(each["Resource"]) for each in statements)
    functions = [each for each in FUNCTIONS if _logical(PROPERTIES[each]["Role"]) == name]

    assert _secrets([each["Resource"] for each in statements]) == _secrets(
        [FUNCTIONS[each].environment for each in functions]
    )


def test_some_function_reads_each_secret() -> None:
    read = _secrets([function.environment for function in FUNCTIONS.values()])
    assert read >= set(SECRETS) >= {"ServiceKeySecret", "VerificationSecret"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_function_gets_a_role_made_for_it(name: str) -> None:
    assert _logical(PROPERTIES[name]["Role"]) in ROLES
    assert "Policies" not in PROPERTIES[name]


def test_nothing_secret_stands_in_the_environment() -> None:
    variables = GLOBALS["Environment"]["Variables"]
    assert variables["HOLDFAST_SERVICE_KEY_SECRET"] == {"Ref": "ServiceKeySecret"}
    for secret in SECRETS.values():
        assert not secret.keys() & {"SecretString", "GenerateSecretString"}


def _period(expression: str) -> int:
    if match := re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression):
        return int(match[1]) * {"minute": MINUTE, "hour": HOUR, "day": DAY}[match[2]]
    assert re.fullmatch(r"cron\(\d+ \d+ \* \* \? \*\)", expression), "daily"
    return DAY
