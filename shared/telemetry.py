"""Logs, metrics and the id that ties one request's lines together.

Traces come from Lambda itself (Tracing: Active); the X-Ray SDK would cost more than
everything else together and its ids are in the logs without it.
"""

import functools
import re
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from shared.origin import asked_by

Handler = Callable[[dict[str, Any], Any], Any]

_SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
# JSON Web Tokens, Supabase's API keys, and whatever follows "Bearer".
_SECRET = re.compile(r"eyJ[\w-]+\.[\w.-]+|sb_secret_\w+|(?<=[Bb]earer )[^\s\"\\]+")

_request_id: ContextVar[str] = ContextVar("request_id", default="")


class _Redacting(LambdaPowertoolsFormatter):
    """Writes no token or key, whatever a message or a trace contains."""

    def serialize(self, log: Any) -> str:
        return _SECRET.sub("[redacted]", super().serialize(log))


logger = Logger(logger_formatter=_Redacting(utc=True, use_rfc3339=True), serialize_stacktrace=False)
metrics = Metrics(namespace="Holdfast")


def request_id() -> str:
    """Correlation id of the invocation that runs now; empty outside one."""
    return _request_id.get()


def correlation_id(event: dict[str, Any], context: Any) -> str:
    """The caller's X-Request-Id when it is sane, else API Gateway's id, else Lambda's."""
    if isinstance(event, dict):
        claimed = (event.get("headers") or {}).get("x-request-id", "")
        if _SANE_ID.fullmatch(claimed):
            return str(claimed)
        gateway = (event.get("requestContext") or {}).get("requestId")
        if gateway:
            return str(gateway)
    return str(context.aws_request_id)


def instrumented(handler: Handler) -> Handler:
    """A Lambda handler with correlation id, structured logs and flushed metrics."""

    @logger.inject_lambda_context(clear_state=True)
    def observed(event: dict[str, Any], context: Any) -> Any:
        logger.set_correlation_id(_request_id.get())
        return handler(event, context)

    @functools.wraps(handler)
    def run(event: dict[str, Any], context: Any) -> Any:
        token = _request_id.set(correlation_id(event, context))
        asked_by(event)
        try:
            return observed(event, context)
        finally:
            if metrics.metric_set:
                metrics.flush_metrics()
            _request_id.reset(token)

    return run
