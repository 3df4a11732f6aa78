"""Lambda execution environments: each imports one handler and serves one event at a time.

Started as a script by stack.environments, once for each set of layers. It imports the libraries
of these layers and forks a process for each handler that is wanted, which imports the handler and
forks an environment for each order: a cold start costs neither import again. Events come in and
answers go out as lines of JSON. A handler finds on its path what it will find in Lambda and nothing
else: its code, its layers, the standard library, what the runtime brings.
"""

import contextlib
import ctypes
import functools
import gc
import importlib
import importlib.util
import json
import os
import signal
import socket
import sys
import time
import traceback
from dataclasses import dataclass
from typing import Any
from unittest import mock

# Length of an order, or the number of the process that it became, in decimal digits.
_HEADER = 10
_PR_SET_PDEATHSIG = 1
# What is slow to import and not ours, as far as the layers hold it. Nothing is set up by it: that
# is done in the fork. Some are imported by others only when first used, so they are named too.
_LIBRARIES = (
    "aws_lambda_powertools.event_handler",
    "aws_lambda_powertools.event_handler.middlewares.openapi_validation",
    "aws_lambda_powertools.logging", "aws_lambda_powertools.metrics",
    "aws_lambda_powertools.utilities.parameters", "boto3", "botocore.handlers", "coincurve", "fpdf",
    "fpdf.bidi", "httpcore", "httpx", "pydantic", "pydantic.type_adapter", "stripe",
    "stripe._api_requestor", "uharfbuzz", "urllib.request",
)  # fmt: skip
_SERVICES = ("kms", "s3", "secretsmanager", "sqs")


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


def _handler(order: dict[str, Any]) -> Any:
    if sys.path[0] != order["code"]:
        sys.path.insert(0, order["code"])
    module, _, function = order["handler"].rpartition(".")
    return getattr(importlib.import_module(module.replace("/", ".")), function)


def _serve(order: dict[str, Any]) -> None:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a handler prints is its log, never an answer
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", buffering=1, encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, encoding="utf-8", closefd=False)
    handler = None
    for line in sys.stdin:
        call = json.loads(line)
        try:
            if handler is None:
                handler = _handler(order)
            context = LambdaContext(call["request_id"], time.monotonic() + call["timeout"])
            answer = {"result": handler(call["event"], context)}
            text = json.dumps(answer)
        except BaseException as error:
            failure = _failure(error)
            print("".join(failure["stackTrace"]), file=sys.stderr, flush=True)
            text = json.dumps({"failure": failure})
        answers.write(text + "\n")
        answers.flush()


def _become(order: dict[str, Any], pipes: list[int]) -> None:
    """In the fork: the environment that was ordered, and nothing of the process it came from."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    for number, pipe in enumerate(pipes):
        os.dup2(pipe, number)
        os.close(pipe)
    _settle(order)
    _serve(order)


def _settle(order: dict[str, Any]) -> None:
    os.environ.clear()
    os.environ.update(order["variables"])
    time.tzset()
    os.chdir(order["code"])
    if sys.platform == "linux":
        # Whoever ordered it may be killed: nobody tells a fork of that but the kernel.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _prepare(order: dict[str, Any], channel: socket.socket) -> None:
    """In the fork: what environments of one handler are forked from. It has no more of their
    variables than an import may ask for: all else differs between the stacks it serves."""
    _settle(order)
    # Of an import that fails each environment tells anew.
    with contextlib.suppress(BaseException):
        _handler(order)
    _take_orders(channel)


def _keep_what_is_read() -> None:
    """Certificates and descriptions of AWS services are the same for every environment, and take
    each a quarter of a second of its cold start."""
    import boto3
    from botocore.loaders import JSONFileLoader

    if httpx := sys.modules.get("httpx"):
        kept = functools.cache(httpx.create_ssl_context)
        kept(verify=True, cert=None, trust_env=False)
        mock.patch("httpx._transports.default.create_ssl_context", kept).start()
    loaded = functools.cache(JSONFileLoader().load_file)
    mock.patch.object(JSONFileLoader, "load_file", lambda _, path: loaded(path)).start()
    session = boto3.Session(aws_access_key_id="none", aws_secret_access_key="none")
    for service in _SERVICES:
        session.client(service, region_name="eu-central-1")


def _import_libraries() -> None:
    for library in _LIBRARIES:
        if importlib.util.find_spec(library.partition(".")[0]):
            importlib.import_module(library)
    _keep_what_is_read()


def _take_orders(channel: socket.socket) -> None:
    # What a fork would only look through to find no garbage in it, and copy by looking.
    gc.collect()
    gc.freeze()
    # Forks that end are nobody's to wait for.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        header, files, _, _ = socket.recv_fds(channel, _HEADER, 3)
        if not header:
            return
        order = json.loads(channel.recv(int(header), socket.MSG_WAITALL))
        if pid := os.fork():
            for file in files:
                os.close(file)
            channel.sendall(b"%0*d" % (_HEADER, pid))
            continue
        try:
            channel.close()
            if len(files) == 1:
                _prepare(order, socket.socket(fileno=files[0]))
            else:
                _become(order, files)
        finally:
            os._exit(0)


if __name__ == "__main__":
    _found = json.loads(sys.argv[2])
    sys.path[:0] = _found["layers"]
    sys.path.append(_found["runtime"])
    _import_libraries()
    _take_orders(socket.socket(fileno=int(sys.argv[1])))
