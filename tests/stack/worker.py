"""One Lambda execution environment: imports one handler, serves one event at a time.

Started as a script by tests.stack.lambdas; events come in and answers go out as
lines of JSON. Uses nothing but the standard library, so that a handler finds on
its path what it will find in Lambda: its code folder first, then the layer.
"""

import importlib
import json
import os
import sys
import time
import traceback
from dataclasses import dataclass
from typing import Any


@dataclass
class LambdaContext:
    """The attributes of Lambda's context object that a handler may read."""

    aws_request_id: str
    deadline: float
    function_name: str = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "")
    function_version: str = "$LATEST"
    memory_limit_in_mb: str = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
    invoked_function_arn: str = os.environ.get("HOLDFAST_STACK_FUNCTION_ARN", "")
    log_group_name: str = ""
    log_stream_name: str = ""
    identity: None = None
    client_context: None = None

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self.deadline - time.monotonic()) * 1000))


def _failure(error: BaseException) -> dict[str, Any]:
    return {
        "errorType": type(error).__name__,
        "errorMessage": str(error),
        "stackTrace": traceback.format_exception(error),
    }


def _serve(handler_name: str, layer: str, code: str) -> None:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a handler prints is its log, never an answer
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    sys.path[:0] = [code, layer]
    module, _, function = handler_name.rpartition(".")
    handler = None
    for line in sys.stdin:
        call = json.loads(line)
        try:
            if handler is None:
                handler = getattr(importlib.import_module(module.replace("/", ".")), function)
            context = LambdaContext(call["request_id"], time.monotonic() + call["timeout"])
            answer = {"result": handler(call["event"], context)}
            text = json.dumps(answer)
        except BaseException as error:
            failure = _failure(error)
            print("".join(failure["stackTrace"]), file=sys.stderr, flush=True)
            text = json.dumps({"failure": failure})
        answers.write(text + "\n")
        answers.flush()


if __name__ == "__main__":
    _serve(*sys.argv[1:4])
