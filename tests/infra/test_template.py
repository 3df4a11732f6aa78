"""The template, root and parts: what is deployed runs, is watched, may do no more than it must."""

import importlib
import re
from functools import cache
from typing import Any

import pytest
from openapi_spec_validator import validate

from shared.api import Api
from shared.idempotency import KEY_HEADER, REPLAYED_HEADER
from shared.openapi import openapi
from stack.openapi_document import pages
from stack.paths import ROOT
from stack.routes import Routes
from stack.template import Function, functions, load, resources
from tests.infra.rights import allowed, statements
from web.site import Site

DOCUMENT = load()
FUNCTIONS = functions(DOCUMENT)
PROPERTIES = resources(DOCUMENT, "AWS::Serverless::Function")
GLOBALS: dict[str, Any] = DOCUMENT["Globals"]["Function"]
ALARMS = resources(DOCUMENT, "AWS::CloudWatch::Alarm")
QUEUES = resources(DOCUMENT, "AWS::SQS::Queue")
ROLES = resources(DOCUMENT, "AWS::IAM::Role")
SECRETS = resources(DOCUMENT, "AWS::SecretsManager::Secret")

ROUTES = Routes((name, *route) for name in FUNCTIONS for route in FUNCTIONS[name].routes)
HTTP = [name for name in FUNCTIONS if FUNCTIONS[name].routes]
PAGES = pages()
SCHEDULED = [name for name in FUNCTIONS if FUNCTIONS[name].schedules]
# X-Ray has no resources to name.
STARRED = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}
HTTP_API_SECONDS = 30
ORIGINS = {"Fn::Split": [",", {"Ref": "AllowedOrigins"}]}
# Memory buys the processor time that they need.
DRAWING = {"DocumentsFunction"}
# They hold a block of four million bytes.
READING_BLOCKS = {"CoinWatchFunction"}
MINUTE, HOUR, DAY = 60, 3600, 86400


def _module(function: Function) -> Any:
    return importlib.import_module(function.handler.rpartition(".")[0])


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


def _secrets(value: Any) -> set[str]:
    """Secrets, made here or named by a parameter, to which a value refers."""
    if isinstance(value, dict) and isinstance(value.get("Ref"), str):
        return {value["Ref"]} if value["Ref"].endswith("Secret") else set()
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {name for each in inner for name in _secrets(each)}


def _role(function: str) -> str:
    return _logical(PROPERTIES[function]["Role"])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_handler_is_there(name: str) -> None:
    function = FUNCTIONS[name]

    assert callable(getattr(_module(function), function.handler.rpartition(".")[2]))


@cache
def _coded(name: str) -> set[tuple[str, str]]:
    """Method and path of what the code of a function serves."""
    module = _module(FUNCTIONS[name])
    app = getattr(module, "site", None) or module.app
    assert isinstance(app, Site if name in PAGES else Api)
    routes = app._static_routes + app._dynamic_routes
    return {(route.method.upper(), route.openapi_path) for route in routes}


@pytest.mark.parametrize("name", HTTP)
def test_routes_and_code_agree(name: str) -> None:
    """What the code serves is routed to it, and each of its routes serves something."""
    found = [ROUTES.match(*served) for served in _coded(name)]

    assert {match and match.function for match in found} == {name}
    assert {match.route for match in found if match} == set(FUNCTIONS[name].routes)


GREEDY = [
    (name, path.removesuffix("{proxy+}"))
    for name in HTTP
    for _, path in FUNCTIONS[name].routes
    if path.endswith("+}")
]


@pytest.mark.parametrize(("name", "prefix"), GREEDY)
def test_one_function_serves_all_below_a_greedy_route(name: str, prefix: str) -> None:
    """So a new command there needs no new route, and cannot reach another function."""
    assert re.fullmatch(r"/[a-z-]+/", prefix)
    serving = {
        other
        for other in HTTP
        for _, path in (*_coded(other), *FUNCTIONS[other].routes)
        if path.startswith(prefix)
    }

    assert serving == {name}


def test_a_route_has_one_function() -> None:
    routes = [route for function in FUNCTIONS.values() for route in function.routes]

    assert len(routes) == len(set(routes)) > 20
    # Any other method is answered by the gateway and starts no function.
    read = set(FUNCTIONS["ReferenceFunction"].routes)
    pages = {route for name in PAGES for route in FUNCTIONS[name].routes}
    assert {method for method, _ in set(routes) - read - pages} == {"POST"}
    assert {method for method, _ in read} == {"GET"}
    assert {method for method, _ in pages} == {"GET", "POST"}


@pytest.mark.parametrize("name", HTTP)
def test_the_api_calls_a_function_and_no_other_api_does(name: str) -> None:
    (integration,) = (
        each
        for each in resources(DOCUMENT, "AWS::ApiGatewayV2::Integration").values()
        if each["IntegrationUri"] == {"Fn::GetAtt": [name, "Arn"]}
    )
    permissions = [
        each
        for each in resources(DOCUMENT, "AWS::Lambda::Permission").values()
        if each["FunctionName"] == {"Ref": name}
    ]
    methods = {"POST"} | {method for method, _ in FUNCTIONS[name].routes}

    assert integration["ApiId"] == {"Ref": "HttpApi"}
    assert integration["IntegrationType"] == "AWS_PROXY"
    assert integration["PayloadFormatVersion"] == "2.0"
    for permission in permissions:
        pattern, given = permission["SourceArn"]["Fn::Sub"]
        assert given["HttpApi"] == {"Ref": "HttpApi"}
        assert permission["Principal"] == "apigateway.amazonaws.com"
        assert re.search(r":\$\{HttpApi\}/\*/[A-Z]+/\*$", pattern)
    allowed_methods = {each["SourceArn"]["Fn::Sub"][0].split("/")[-2] for each in permissions}
    assert allowed_methods == methods


def test_the_schema_of_all_functions_fits_together() -> None:
    answering = [name for name in HTTP if name not in PAGES]

    document = openapi([_module(FUNCTIONS[name]).app for name in answering])

    validate(document)
    assert len(document["paths"]) == sum(len(_coded(name)) for name in answering)


def test_every_function_runs_what_the_layers_are_built_for() -> None:
    for layer in resources(DOCUMENT, "AWS::Serverless::LayerVersion").values():
        assert layer["CompatibleRuntimes"] == [GLOBALS["Runtime"]] == ["python3.13"]
        assert layer["CompatibleArchitectures"] == GLOBALS["Architectures"] == ["arm64"]
    assert GLOBALS["Layers"] == [{"Ref": "SharedLayer"}]
    assert {function.code for function in FUNCTIONS.values()} == {ROOT / "functions"}
    for properties in PROPERTIES.values():
        assert not properties.keys() & {"Runtime", "Architectures", "CodeUri"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_limits_are_set(name: str) -> None:
    function = FUNCTIONS[name]

    assert function.memory <= (1024 if name in DRAWING | READING_BLOCKS else 256)
    assert GLOBALS["Tracing"] == "Active"
    if function.routes:
        assert function.timeout < HTTP_API_SECONDS
    for schedule in function.schedules:
        assert function.timeout < _period(schedule.expression)
        # Each of them runs alone.
        assert function.concurrency == len(function.schedules)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_logs_are_kept_for_a_time_of_our_choice(name: str) -> None:
    log_group = _logical(PROPERTIES[name]["LoggingConfig"]["LogGroup"])

    properties = resources(DOCUMENT, "AWS::Logs::LogGroup")[log_group]
    assert properties["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
        assert allowed(DOCUMENT, _role(name), action) == [{"Fn::GetAtt": [log_group, "Arn"]}]


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
        starter = _logical(event["Properties"]["RoleArn"])
        queue = {"Fn::GetAtt": [failed, "Arn"]}
        assert [(each["Action"], each["Resource"]) for each in statements(DOCUMENT, starter)] == [
            (["sqs:SendMessage"], [queue]),
            (["lambda:InvokeFunction"], [{"Fn::GetAtt": [name, "Arn"]}]),
        ]
        assert queue in allowed(DOCUMENT, _role(name), "sqs:SendMessage")


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
    (api,) = resources(DOCUMENT, "AWS::ApiGatewayV2::Api").values()
    (stage,) = resources(DOCUMENT, "AWS::ApiGatewayV2::Stage").values()

    assert api["ProtocolType"] == "HTTP"
    condition, told, otherwise = api["CorsConfiguration"]["Fn::If"]
    assert (condition, otherwise) == ("HasAllowedOrigins", {"Ref": "AWS::NoValue"})
    assert told["AllowOrigins"] == ORIGINS
    assert "AllowCredentials" not in told
    assert set(told["AllowMethods"]) == {method for name in HTTP for method, _ in _coded(name)}
    assert {KEY_HEADER.lower(), "authorization", "content-type"} <= set(told["AllowHeaders"])
    limits = {f"ratelimit-{name}" for name in ("limit", "remaining", "reset")}
    shown = {REPLAYED_HEADER.lower(), "retry-after", "x-request-id", *limits}
    assert shown == set(told["ExposeHeaders"])
    assert (stage["StageName"], stage["AutoDeploy"]) == ("$default", True)
    assert stage["DefaultRouteSettings"].keys() >= {"ThrottlingRateLimit", "ThrottlingBurstLimit"}
    assert _watched("AWS/ApiGateway", "5xx", "ApiId", "HttpApi")
    logged = stage["AccessLogSettings"]["Format"]
    assert "authorization" not in logged.lower()
    # A greedy route alone does not tell which command it was.
    assert {"$context.routeKey", "$context.path"} <= set(re.findall(r"\$[\w.]+", logged))


def test_pages_of_no_origin_are_let_in_unless_somebody_names_them() -> None:
    origins = DOCUMENT["Parameters"]["AllowedOrigins"]
    assert origins["Default"] == ""
    for good in ("", "https://app.example", "https://a.example,http://localhost:3000"):
        assert re.fullmatch(origins["AllowedPattern"], good)
    for bad in ("*", "https://*.example", "app.example", "https://a.example/", "https://a.b,"):
        assert not re.fullmatch(origins["AllowedPattern"], bad)


@pytest.mark.parametrize("name", ["EvidenceBucket", "ImagesBucket"])
def test_a_bucket_takes_uploads_of_the_same_pages(name: str) -> None:
    bucket = resources(DOCUMENT, "AWS::S3::Bucket")[name]
    condition, told, otherwise = bucket["CorsConfiguration"]["Fn::If"]
    (rule,) = told["CorsRules"]

    assert (condition, otherwise) == ("HasAllowedOrigins", {"Ref": "AWS::NoValue"})
    assert rule["AllowedOrigins"] == ORIGINS
    assert {"content-type", "if-none-match", "x-amz-checksum-sha256"} < set(rule["AllowedHeaders"])
    assert set(rule["AllowedMethods"]) == {"GET", "PUT"}


@pytest.mark.parametrize("name", ROLES)
def test_no_role_may_more_than_it_must(name: str) -> None:
    for statement in statements(DOCUMENT, name):
        assert statement["Effect"] == "Allow"
        assert not [action for action in statement["Action"] if "*" in action]
        if "*" in statement["Resource"]:
            assert set(statement["Action"]) <= STARRED
        else:
            assert all(isinstance(each, dict) for each in statement["Resource"])


READERS = {"DeliverFunction", "MailReceiptsFunction", "MessageDeliverFunction"}
# Beside its log, its secrets and traces.
MAY = {
    "s3:GetObject": {
        "EvidenceFunction", "ImagesFunction", "DocumentCommandsFunction", "DocumentsFunction",
        "DataExportCommandsFunction", "DataExportsFunction",
    },
    "s3:PutObject": {
        "EvidenceFunction", "ImagesFunction", "DocumentsFunction", "DataExportsFunction",
    },
    "s3:DeleteObject": {"DataExportsFunction"},
    "s3:ListBucket": {
        "EvidenceFunction", "ImagesFunction", "DocumentCommandsFunction", "DocumentsFunction",
        "DataExportCommandsFunction", "DataExportsFunction",
    },
    "sqs:ReceiveMessage": READERS,
    "sqs:DeleteMessage": READERS,
    "sqs:GetQueueAttributes": READERS,
    "ses:SendEmail": {"AuthHooksFunction", "MessageDeliverFunction"},
    "ses:SendRawEmail": {"AuthHooksFunction", "MessageDeliverFunction"},
    "sqs:SendMessage": set(SCHEDULED),
    "kms:Decrypt": {"EvmPayoutsFunction"},
}  # fmt: skip


def test_functions_may_this_and_nothing_else() -> None:
    actions = {
        action
        for name in FUNCTIONS
        for each in statements(DOCUMENT, _role(name))
        for action in each["Action"]
    }
    told = {"secretsmanager:GetSecretValue", "logs:CreateLogStream", "logs:PutLogEvents", *STARRED}

    assert actions == told | MAY.keys()
    for action, names in MAY.items():
        assert {name for name in FUNCTIONS if allowed(DOCUMENT, _role(name), action)} == names
    (opened,) = (
        each
        for each in statements(DOCUMENT, _role("EvmPayoutsFunction"))
        if "kms:Decrypt" in each["Action"]
    )
    purpose = {"kms:EncryptionContext:purpose": "holdfast:evm:hot_wallet"}
    assert opened["Condition"] == {"StringEquals": purpose}
    sent = {name: len(allowed(DOCUMENT, _role(name), "sqs:SendMessage")) for name in SCHEDULED}
    assert {name for name, queues in sent.items() if queues > 1} == {
        "MessageRelayFunction",
        "RelayFunction",
    }


@pytest.mark.parametrize("name", ROLES)
def test_a_role_is_taken_by_lambda_or_by_our_own_scheduler(name: str) -> None:
    (trust,) = ROLES[name]["AssumeRolePolicyDocument"]["Statement"]
    if name in map(_role, FUNCTIONS):
        assert trust["Principal"] == {"Service": "lambda.amazonaws.com"}
    else:
        assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
        account = {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
        assert trust["Condition"] == {"StringEquals": account}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_reads_its_secrets_and_nothing_else(name: str) -> None:
    read = allowed(DOCUMENT, _role(name), "secretsmanager:GetSecretValue")

    assert "*" not in read
    assert _secrets(read) == _secrets(FUNCTIONS[name].environment)


def test_some_function_reads_each_secret() -> None:
    read = _secrets([function.environment for function in FUNCTIONS.values()])
    assert read >= set(SECRETS) >= {"ServiceKeySecret", "VerificationSecret"}


def test_a_function_has_a_role_of_its_own() -> None:
    assert len({_role(name) for name in FUNCTIONS}) == len(FUNCTIONS)
    for name in FUNCTIONS:
        assert _role(name) in ROLES
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
