"""Runs functions as Lambda does: one process per environment, one event at a time."""

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from stack.aws import ACCOUNT, CREDENTIALS, REGION, SERVICE_KEY_SECRET, Aws
from stack.environments import Environment
from stack.paths import ROOT
from stack.template import Function

# Lambda's own default is 1000; a laptop is busy long before.
DEFAULT_CONCURRENCY = 8


class FunctionFailed(RuntimeError):
    """The handler raised, or its process died; the message ends with its trace."""


class FunctionTimedOut(FunctionFailed):
    """The handler ran longer than its Timeout and was killed."""


class FunctionThrottled(FunctionFailed):
    """Every environment that the function may have was busy."""


class _Environment:
    """One worker process of a function."""

    def __init__(
        self, function: Function, variables: Mapping[str, str], log: Path, *, fresh: bool
    ) -> None:
        self.function = function
        self.started = time.time()
        self.outdated = False
        self._warm = False
        self._dead = False
        self._process = Environment(function, variables, log, fresh=fresh)

    def call(self, event: Any) -> Any:
        timeout = self.function.timeout
        request = {"event": event, "request_id": str(uuid4()), "timeout": timeout}
        timed_out = threading.Event()

        def give_up() -> None:
            timed_out.set()
            self._process.kill()

        # Starting Python and importing is Lambda's init phase: not counted there either.
        timer = threading.Timer(timeout + 10 if not self._warm else timeout, give_up)
        timer.start()
        try:
            line = self._process.ask(json.dumps(request).encode() + b"\n")
        except (OSError, ValueError):
            line = b""
        finally:
            timer.cancel()
        self._warm = True
        self._dead = not line
        if timed_out.is_set():
            raise FunctionTimedOut(f"{self.function.name} timed out after {timeout} s")
        if not line:
            raise FunctionFailed(f"{self.function.name}: its process died")
        answer = json.loads(line)
        if failure := answer.get("failure"):
            trace = "".join(failure["stackTrace"])
            raise FunctionFailed(f"{self.function.name} failed:\n{trace}")
        return answer["result"]

    @property
    def pid(self) -> int:
        return self._process.pid

    def alive(self) -> bool:
        return not self._dead and self._process.alive()

    def kill(self) -> None:
        self._process.kill()


class Lambdas:
    """All functions of the template. Safe to call from many threads."""

    def __init__(
        self,
        functions: Mapping[str, Function],
        aws: Aws,
        variables: Callable[[], Mapping[str, str]],
        log: Path,
        *,
        reload: bool = False,
    ) -> None:
        self.functions = dict(functions)
        self.log = log
        self._aws = aws
        self._variables = variables
        self._reload = reload
        self._idle: dict[str, list[_Environment]] = {name: [] for name in functions}
        self._busy: dict[str, list[_Environment]] = {name: [] for name in functions}
        self._changed = threading.Condition()
        self._stopped = False

    def invoke(self, name: str, event: Any) -> Any:
        """Run a function and give what it returned.

        Raises FunctionFailed, FunctionTimedOut, FunctionThrottled.
        """
        environment = self._acquire(self.functions[name])
        try:
            return environment.call(event)
        finally:
            self._release(environment)

    def scale(self, name: str, concurrency: int) -> None:
        """Let so many environments of a function run at once, whatever the template reserves."""
        self.functions[name] = replace(self.functions[name], concurrency=concurrency)

    def kill(self, name: str) -> int:
        """Crash every environment of a function, busy or not; how many there were."""
        with self._changed:
            victims = self._idle[name] + self._busy[name]
            self._idle[name] = []
        for environment in victims:
            environment.kill()
        return len(victims)

    def pids(self, name: str) -> list[int]:
        """Numbers of the processes of a function's environments."""
        with self._changed:
            return [each.pid for each in (*self._idle[name], *self._busy[name])]

    def retire(self) -> None:
        """Start every environment anew, the busy ones when they have answered."""
        with self._changed:
            for environments in self._idle.values():
                for environment in environments:
                    environment.kill()
                environments.clear()
            for environments in self._busy.values():
                for environment in environments:
                    environment.outdated = True

    def stop(self) -> None:
        self._stopped = True
        for name in self.functions:
            self.kill(name)

    def _acquire(self, function: Function) -> _Environment:
        limit = function.concurrency or DEFAULT_CONCURRENCY
        with self._changed:
            self._retire_stale(function)
            if not self._changed.wait_for(
                lambda: self._idle[function.name] or len(self._busy[function.name]) < limit,
                timeout=function.timeout,
            ):
                raise FunctionThrottled(f"{function.name}: all {limit} environments are busy")
            if self._stopped:
                raise FunctionFailed("the stack is stopping")
            idle = self._idle[function.name]
            environment = idle.pop() if idle else self._spawn(function)
            self._busy[function.name].append(environment)
            return environment

    def _release(self, environment: _Environment) -> None:
        name = environment.function.name
        with self._changed:
            self._busy[name].remove(environment)
            if environment.outdated:
                environment.kill()
            elif environment.alive():
                self._idle[name].append(environment)
            self._changed.notify_all()

    def _spawn(self, function: Function) -> _Environment:
        variables = self._environment(function)
        return _Environment(function, variables, self.log, fresh=self._reload)

    def _environment(self, function: Function) -> dict[str, str]:
        resolver = self._aws.resolver
        declared = {name: resolver.text(value) for name, value in function.environment.items()}
        return {
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            **declared,
            **CREDENTIALS,
            "AWS_ENDPOINT_URL": self._aws.endpoint,
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "HOLDFAST_STACK_FUNCTION_ARN": (
                f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function.name}"
            ),
            "POWERTOOLS_TRACE_DISABLED": "true",
            "HOLDFAST_SERVICE_KEY_SECRET": SERVICE_KEY_SECRET,
            **self._variables(),
        }

    def _retire_stale(self, function: Function) -> None:
        if not self._reload or not self._idle[function.name]:
            return
        newest = max(
            (
                file.stat().st_mtime
                for folder in (function.code, ROOT / "shared")
                for file in folder.rglob("*.py")
            ),
            default=0.0,
        )
        fresh = []
        for environment in self._idle[function.name]:
            if environment.started > newest:
                fresh.append(environment)
            else:
                environment.kill()
        self._idle[function.name] = fresh
