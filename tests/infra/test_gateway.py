"""The stack's imitation of API Gateway, Lambda and the scheduler, on throw-away functions."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from stack.cron import Cron
from stack.http_events import Answer, answer_of
from stack.lambdas import FunctionFailed
from stack.routes import Routes
from stack.schedules import next_fire
from stack.stack import Stack

_TEMPLATE = """
Parameters: {Stage: {Type: String, Default: dev}}
Globals:
  Function:
    Timeout: 3
    Environment:
      Variables: {STAGE: !Ref Stage, DEAD: !GetAtt Dead.Arn, BOTH: !Sub "${Stage}/${Dead.Arn}"}
Resources:
  Dead: {Type: AWS::SQS::Queue}
  EchoFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: code/
      Handler: echo.main.handler
      Events:
        Tick: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(5 minutes)}}
  Echo: {Type: AWS::ApiGatewayV2::Integration, Properties: {IntegrationUri: !GetAtt EchoFunction.Arn}}
  A: {Type: AWS::ApiGatewayV2::Route, Properties: {RouteKey: "POST /things/{thing_id}", Target: !Sub "integrations/${Echo}"}}
  B: {Type: AWS::ApiGatewayV2::Route, Properties: {RouteKey: POST /things/raise, Target: !Sub "integrations/${Echo}"}}
  C: {Type: AWS::ApiGatewayV2::Route, Properties: {RouteKey: POST /things/sleep, Target: !Sub "integrations/${Echo}"}}
  D: {Type: AWS::ApiGatewayV2::Route, Properties: {RouteKey: POST /things/exit, Target: !Sub "integrations/${Echo}"}}
  E: {Type: AWS::ApiGatewayV2::Route, Properties: {RouteKey: "POST /parts/{proxy+}", Target: !Sub "integrations/${Echo}"}}
"""  # noqa: E501 - a resource is a line
_HANDLER = """
import json, os, time

def handler(event, context):
    print("a line of the log")
    match event.get("rawPath", "").rpartition("/")[2]:
        case "raise": raise ValueError("as asked")
        case "sleep": time.sleep(30)
        case "exit": os._exit(1)
    seen = {"event": event, "env": dict(os.environ), "left": context.get_remaining_time_in_millis()}
    return {"statusCode": 201, "headers": {"X-Seen": "1"}, "body": json.dumps(seen)}
"""


@pytest.fixture(scope="module")
def echo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("echo")
    (folder / "template.yaml").write_text(_TEMPLATE)
    (folder / "code" / "echo").mkdir(parents=True)
    (folder / "code" / "echo" / "main.py").write_text(_HANDLER)
    with Stack.start(template=folder / "template.yaml", shared=True) as stack:
        yield stack


@pytest.fixture
def client(echo: Stack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=echo.url, timeout=30) as client:
        yield client


def test_the_event_is_a_payload_of_version_2(client: httpx.Client) -> None:
    answer = client.post(
        "/things/a%2Fb?x=1&x=2&y=", json={"name": "é"}, headers={"X-Odd-Case": "v", "cookie": "a=1"}
    )
    assert answer.status_code == 201
    assert answer.headers["x-seen"] == "1"
    event = answer.json()["event"]
    assert event["version"] == "2.0"
    assert event["routeKey"] == "POST /things/{thing_id}"
    assert event["pathParameters"] == {"thing_id": "a/b"}
    assert event["rawQueryString"] == "x=1&x=2&y="
    assert event["queryStringParameters"] == {"x": "1,2", "y": ""}
    assert event["headers"]["x-odd-case"] == "v"
    assert event["cookies"] == ["a=1"]
    assert "cookie" not in event["headers"]
    assert event["requestContext"]["http"]["method"] == "POST"
    assert json.loads(event["body"]) == {"name": "é"}
    assert event["isBase64Encoded"] is False


def test_a_greedy_route_takes_all_below_it(client: httpx.Client) -> None:
    event = client.post("/parts/1/wheels/2").json()["event"]
    assert event["routeKey"] == "POST /parts/{proxy+}"
    assert event["pathParameters"] == {"proxy": "1/wheels/2"}
    assert event["rawPath"] == "/parts/1/wheels/2"
    for method, path in (("POST", "/parts"), ("GET", "/parts/1")):
        assert client.request(method, path).json() == {"message": "Not Found"}


def test_a_body_that_is_not_text_comes_in_base64(client: httpx.Client) -> None:
    kind = {"content-type": "application/octet-stream"}
    event = client.post("/things/1", content=b"\xff\x00", headers=kind).json()["event"]
    assert (event["body"], event["isBase64Encoded"]) == ("/wA=", True)


def test_a_chunked_body_arrives_whole(client: httpx.Client) -> None:
    kind = {"content-type": "text/plain"}
    answer = client.post("/things/1", content=iter([b"one ", b"two"]), headers=kind)
    assert answer.json()["event"]["body"] == "one two"


def test_the_environment_is_the_template_with_local_values(
    echo: Stack, client: httpx.Client
) -> None:
    seen = client.post("/things/1").json()
    arn = "arn:aws:sqs:eu-central-1:123456789012:Dead"
    assert seen["env"]["STAGE"] == "dev"
    assert seen["env"]["DEAD"] == arn
    assert seen["env"]["BOTH"] == f"dev/{arn}"
    assert seen["env"]["HOLDFAST_POSTGREST_URL"] == echo.postgrest.url
    assert 0 < seen["left"] <= 3000
    secret = echo.aws.client("secretsmanager").get_secret_value(
        SecretId=seen["env"]["HOLDFAST_SERVICE_KEY_SECRET"]
    )
    assert secret["SecretString"] == echo.service_key


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("/things/raise", 500, "Internal Server Error"),
        ("/things/exit", 500, "Internal Server Error"),
        ("/things/sleep", 503, "Service Unavailable"),
        ("/nowhere", 404, "Not Found"),
    ],
)
def test_failures_are_answered_as_the_gateway_does(
    client: httpx.Client, path: str, status: int, message: str
) -> None:
    client.post("/things/1")
    answer = client.post(path)
    assert (answer.status_code, answer.json()) == (status, {"message": message})
    assert client.post("/things/1").status_code == 201


def test_a_body_over_ten_megabytes_is_refused(client: httpx.Client) -> None:
    assert client.post("/things/1", content=b"x" * (10 * 1024 * 1024)).status_code == 201
    assert client.post("/things/1", content=b"x" * (10 * 1024 * 1024 + 1)).status_code == 413


def test_tick_fires_the_schedule_with_the_event_of_the_scheduler(echo: Stack) -> None:
    event = json.loads(echo.tick("EchoFunction")["body"])["event"]
    assert event["source"] == "aws.scheduler"
    assert event["detail-type"] == "Scheduled Event"


def test_a_failing_function_shows_its_trace_and_its_log(echo: Stack) -> None:
    with pytest.raises(FunctionFailed, match="as asked"):
        echo.invoke("EchoFunction", {"rawPath": "/raise"})
    assert "a line of the log" in echo.lambdas.log.read_text()


def test_environments_run_at_the_same_time(echo: Stack) -> None:
    def call(number: int) -> int:
        return httpx.post(f"{echo.url}/things/{number}", timeout=30).status_code

    with ThreadPoolExecutor(12) as pool:
        assert set(pool.map(call, range(48))) == {201}


def test_the_project_key_stands_in_for_a_token(echo: Stack, client: httpx.Client) -> None:
    open_to_service = {"apikey": echo.service_key, "accept-profile": "service"}
    assert client.get("/rest/v1/", headers=open_to_service).status_code == 200
    broken = client.get("/rest/v1/", headers={"apikey": echo.anon_key + "x"})
    assert broken.status_code == 401


@pytest.mark.parametrize(
    ("path", "function"),
    [("/a/b", "literal"), ("/a/c", "variable"), ("/a/b/c", "greedy"), ("/b", None)],
)
def test_the_most_specific_route_wins(path: str, function: str | None) -> None:
    routes = Routes(
        [("greedy", "ANY", "/a/{rest+}"), ("variable", "GET", "/a/{x}"), ("literal", "GET", "/a/b")]
    )
    match = routes.match("GET", path)
    assert (match.function if match else None) == function
    assert routes.match("POST", "/a/b/c") is not None


@pytest.mark.parametrize(
    ("result", "status", "body"),
    [
        ({"statusCode": 204}, 204, b""),
        ({"statusCode": "200", "body": "aGk=", "isBase64Encoded": True}, 200, b"hi"),
        ({"plain": "object"}, 200, b'{"plain": "object"}'),
    ],
)
def test_what_a_function_may_return(result: Any, status: int, body: bytes) -> None:
    answer: Answer = answer_of(result)
    assert (answer.status, answer.body) == (status, body)


@pytest.mark.parametrize(
    ("expression", "after", "expected"),
    [
        ("rate(1 minute)", "2026-01-31T23:59:30", "2026-02-01T00:00:30"),
        ("rate(2 hours)", "2026-01-31T23:00:00", "2026-02-01T01:00:00"),
        ("cron(15 3 * * ? *)", "2026-01-31T03:15:00", "2026-02-01T03:15:00"),
        ("cron(0/20 8-9 ? * MON-FRI *)", "2026-11-20T09:40:00", "2026-11-23T08:00:00"),
        ("cron(0 0 29 FEB ? *)", "2026-01-01T00:00:00", "2028-02-29T00:00:00"),
    ],
)
def test_schedules_fire_when_they_say(expression: str, after: str, expected: str) -> None:
    moment = datetime.fromisoformat(after).replace(tzinfo=UTC)
    assert next_fire(expression, moment).isoformat() == f"{expected}+00:00"


@pytest.mark.parametrize("expression", ["61 0 * * ? *", "0 0 * *", "0 9-8 * * ? *"])
def test_a_cron_that_means_nothing_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match=r"outside|six fields"):
        Cron(expression)
