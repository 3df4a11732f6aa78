"""Settings are read at the first call; the service key comes from Secrets Manager."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from shared import settings as settings_module
from shared.db import warm_up
from shared.errors import Unavailable
from shared.settings import SettingsError, service_key, settings

VARIABLES = {
    "HOLDFAST_POSTGREST_URL": "https://example.test/rest/v1/",
    "HOLDFAST_ANON_KEY": "anon",
    "HOLDFAST_SERVICE_KEY_SECRET": "holdfast/service-key",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
}


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    forget()
    yield
    forget()


def forget() -> None:
    settings.cache_clear()
    settings_module._secrets.cache_clear()


def test_settings_come_from_the_environment() -> None:
    assert settings().postgrest_url == "https://example.test/rest/v1"
    assert settings().anon_key == "anon"


@pytest.mark.parametrize("name", [name for name in VARIABLES if name.startswith("HOLDFAST")])
def test_a_missing_variable_is_named(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, " ")

    with pytest.raises(SettingsError, match=name):
        settings()


@mock_aws
def test_the_service_key_is_kept_and_renewed_on_demand() -> None:
    secrets = boto3.client("secretsmanager")
    secrets.create_secret(Name="holdfast/service-key", SecretString="first\n")
    assert service_key() == "first"

    secrets.put_secret_value(SecretId="holdfast/service-key", SecretString="second")

    assert service_key() == "first"
    assert service_key(renew=True) == "second"
    assert service_key() == "second"


@mock_aws
def test_without_the_secret_the_log_says_why(log: io.StringIO) -> None:
    with pytest.raises(Unavailable, match="not_configured"):
        service_key()

    assert "ResourceNotFoundException" in log.getvalue()
    assert "holdfast/service-key" in log.getvalue()


@mock_aws
@pytest.mark.parametrize("text", [" ", "\n", "\t \n"])
def test_an_empty_secret_is_none(log: io.StringIO, text: str) -> None:
    boto3.client("secretsmanager").create_secret(Name="holdfast/service-key", SecretString=text)
    with pytest.raises(Unavailable, match="not_configured"):
        service_key(renew=True)

    assert "secret is empty" in log.getvalue()


@mock_aws
def test_warm_up_never_fails_and_runs_in_lambda_only(
    monkeypatch: pytest.MonkeyPatch, log: io.StringIO
) -> None:
    warm_up()
    assert log.getvalue() == ""

    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
    warm_up()
    assert "warm-up failed" in log.getvalue()


def test_imports_ask_for_no_variable_and_no_aws_sdk() -> None:
    code = (
        "import sys, shared.api, shared.openapi\n"
        "heavy = {'boto3', 'botocore.session', 'aws_xray_sdk', 'h2'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    environment = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    result = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )

    assert result.stdout.strip() == "[]"
