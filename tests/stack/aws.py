"""The AWS services around the functions, played by moto in a process of its own."""

import contextlib
import http.client
import sys
import threading
import time
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.stack.processes import Process, free_port
from tests.stack.provision import ACCOUNT, REGION, Provision
from tests.stack.template import Resolver

__all__ = ["ACCOUNT", "CREDENTIALS", "REGION", "SERVICE_KEY_SECRET", "Aws", "AwsFailed"]

SERVICE_KEY_SECRET = "holdfast/service-key"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
}


class AwsFailed(RuntimeError):
    """moto did not start."""


class Aws:
    """Starts at once, is waited for only when something first needs it."""

    def __init__(self, log: Path, service_key: str, document: Mapping[str, Any]) -> None:
        self._log = log
        self._service_key = service_key
        self._document = document
        self._clients: dict[str, Any] = {}
        self._process: Process | None = None
        self._port = 0
        self._first_use = threading.RLock()

    def start(self) -> None:
        self._port = free_port()
        self._process = Process(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self._port)],
            log=self._log,
        )

    def stop(self) -> None:
        if self._process:
            self._process.kill()
            self._process = None

    @property
    def endpoint(self) -> str:
        """Address of every service, once it answers. Raises AwsFailed."""
        with self._first_use:
            return self._endpoint

    def client(self, service: str) -> Any:
        """A boto3 client of a service of this stack."""
        with self._first_use:
            if service not in self._clients:
                import boto3

                self._clients[service] = boto3.client(
                    service,
                    region_name=REGION,
                    endpoint_url=self._endpoint,
                    aws_access_key_id="local",
                    aws_secret_access_key="local",
                )
            return self._clients[service]

    @property
    def resolver(self) -> Resolver:
        """Makes what the template declares and tells the names it got here."""
        with self._first_use:
            return self._resolver

    def put_secret(self, logical_id: str, value: str) -> None:
        """Give a secret of the template its value, as an operator does after a deployment."""
        self.client("secretsmanager").put_secret_value(
            SecretId=self.resolver.text({"Ref": logical_id}), SecretString=value
        )

    @cached_property
    def _endpoint(self) -> str:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self._process and not self._process.alive():
                self.start()
            connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=5)
            with contextlib.suppress(OSError, http.client.HTTPException):
                connection.request("GET", "/moto-api/data.json")
                if connection.getresponse().status == 200:
                    connection.close()
                    return f"http://127.0.0.1:{self._port}"
            time.sleep(0.05)
        raise AwsFailed(f"moto did not start, see {self._log}")

    @cached_property
    def _resolver(self) -> Resolver:
        self.client("secretsmanager").create_secret(
            Name=SERVICE_KEY_SECRET, SecretString=self._service_key
        )
        provision = Provision(self._document, self.client)
        provision.run()
        return provision.resolver
