"""The AWS services around the functions, played by moto."""

import threading
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from stack.moto import Moto, lend
from stack.provision import ACCOUNT, REGION, Provision
from stack.template import Resolver, resources

__all__ = ["ACCOUNT", "CREDENTIALS", "REGION", "SERVICE_KEY_SECRET", "Aws"]

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


class Aws:
    """Nothing is started or made before something first needs it."""

    def __init__(self, service_key: str, document: Mapping[str, Any], **values: str) -> None:
        """values: of secrets of the template, by logical id."""
        self._service_key = service_key
        self._document = document
        self._values = values
        self._clients: dict[str, Any] = {}
        self._moto: Moto | None = None
        self._first_use = threading.RLock()

    def stop(self) -> None:
        if self._moto:
            self._moto.give_back()
            self._moto = None

    @property
    def endpoint(self) -> str:
        """Address of every service. Raises MotoFailed."""
        with self._first_use:
            if self._moto is None:
                self._moto = lend()
            return self._moto.url

    def client(self, service: str) -> Any:
        """A boto3 client of a service of this stack."""
        with self._first_use:
            if service not in self._clients:
                import boto3

                self._clients[service] = boto3.client(
                    service,
                    region_name=REGION,
                    endpoint_url=self.endpoint,
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
    def _resolver(self) -> Resolver:
        self.client("secretsmanager").create_secret(
            Name=SERVICE_KEY_SECRET, SecretString=self._service_key
        )
        provision = Provision(self._document, self.client)
        provision.run()
        declared = resources(self._document, "AWS::SecretsManager::Secret")
        for logical_id in declared.keys() & self._values.keys():
            self.client("secretsmanager").put_secret_value(
                SecretId=provision.resolver.text({"Ref": logical_id}),
                SecretString=self._values[logical_id],
            )
        return provision.resolver
