"""One invocation, one id on every line; metrics leave even when it fails."""

import io
import json
from typing import Any

import pytest
from aws_lambda_powertools.metrics import MetricUnit

from shared.telemetry import instrumented, logger, metrics, request_id
from tests.world.http.event import Context, event


def test_every_line_of_a_schedule_bears_lambdas_id(log: io.StringIO) -> None:
    seen = []

    def handler(_event: dict[str, Any], _context: Any) -> str:
        seen.append(request_id())
        logger.append_keys(trade="t1")
        logger.info("working")
        return "done"

    assert instrumented(handler)({"source": "aws.scheduler"}, Context("invocation-1")) == "done"
    instrumented(lambda _event, _context: logger.info("next"))({}, Context("invocation-2"))

    first, second = (json.loads(line) for line in log.getvalue().splitlines())
    assert seen == [first["correlation_id"]] == ["invocation-1"]
    assert second["correlation_id"] == "invocation-2"
    assert "trade" not in second
    assert request_id() == ""


def test_metrics_leave_even_when_the_handler_fails(capsys: pytest.CaptureFixture[str]) -> None:
    def handler(_event: dict[str, Any], _context: Any) -> None:
        metrics.add_metric("EscrowOverdueSeconds", MetricUnit.Seconds, 7)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        instrumented(handler)({}, Context())

    sent = json.loads(capsys.readouterr().out)
    assert sent["EscrowOverdueSeconds"] == [7.0]
    assert sent["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Holdfast"
    assert not metrics.metric_set


def test_an_invocation_without_metrics_writes_none(capsys: pytest.CaptureFixture[str]) -> None:
    instrumented(lambda _event, _context: None)({}, Context())

    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "secret",
    [
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl",
        "sb_secret_abcDEF123",
        "Bearer opaque-token/with+signs=",
        "bearer opaque-token",
    ],
)
def test_no_token_reaches_the_log(log: io.StringIO, secret: str) -> None:
    logger.error("failed with %s in it", f"<{secret}>", headers={"authorization": secret})

    assert secret.split()[-1] not in log.getvalue()
    assert json.loads(log.getvalue())["level"] == "ERROR"


def test_the_id_of_the_gateway_is_the_fallback() -> None:
    ids = []
    handler = instrumented(lambda _event, _context: ids.append(request_id()))

    handler(event("GET", "/", x_request_id="mine"), Context())
    handler(event("GET", "/", x_request_id='"},{'), Context())

    assert ids == ["mine", "gateway-1"]
