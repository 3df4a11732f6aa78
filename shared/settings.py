"""Settings of a function, read from the environment once."""

import os
from dataclasses import dataclass
from functools import cache
from typing import Any

from shared.errors import Unavailable
from shared.telemetry import logger

SECRET_MAX_AGE_SECONDS = 300


class SettingsError(RuntimeError):
    """A variable of the function's environment is missing."""


def not_configured() -> Unavailable:
    """Something that an operator sets up is missing or cannot be read; the log says what."""
    return Unavailable(
        "not_configured",
        "A part of the service is not set up.",
        "Ask again later; nothing was done.",
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """postgrest_url: where PostgREST answers. anon_key: the project's public API key.
    service_key_secret: name or ARN of the secret that holds the service-role key."""

    postgrest_url: str
    anon_key: str
    service_key_secret: str


@cache
def settings() -> Settings:
    """The settings of this process. Raises SettingsError naming the missing variable."""
    return Settings(
        postgrest_url=_variable("HOLDFAST_POSTGREST_URL").rstrip("/"),
        anon_key=_variable("HOLDFAST_ANON_KEY"),
        service_key_secret=_variable("HOLDFAST_SERVICE_KEY_SECRET"),
    )


def auth_url() -> str:
    """Where Supabase Auth answers. Raises SettingsError."""
    return _variable("HOLDFAST_AUTH_URL").rstrip("/")


def pages_url() -> str:
    """Scheme and host under which people see our pages. Raises SettingsError."""
    return _variable("HOLDFAST_PAGES_URL").rstrip("/")


def sign_in_providers() -> list[str]:
    """Who may vouch for people on our pages, as Auth names them; in this order."""
    return os.environ.get("HOLDFAST_SIGN_IN_PROVIDERS", "").split()


def bucket(variable: str) -> str:
    """Name of the bucket that a variable of the environment gives. Raises SettingsError."""
    return _variable(variable)


def service_key(*, renew: bool = False) -> str:
    """The service-role key, at most five minutes old; renew asks again at once.

    Raises Unavailable not_configured when Secrets Manager does not give it.
    """
    return secret(settings().service_key_secret, renew=renew)


def secret(identifier: str, *, renew: bool = False) -> str:
    """The text of a secret by name or ARN, kept as service_key keeps its own."""
    from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError

    try:
        text = _secrets().get(identifier, max_age=SECRET_MAX_AGE_SECONDS, force_fetch=renew)
    except GetParameterError as error:
        logger.error("secret not readable", secret=identifier, reason=str(error))
        raise not_configured() from None
    if not str(text).strip():
        logger.error("secret is empty", secret=identifier)
        raise not_configured()
    return str(text).strip()


def secret_values(variable: str) -> list[str]:
    """The values in a secret, at most five minutes old: one, or two while one replaces the
    other, with white space between them.

    variable: of the environment; it holds the name or ARN of the secret. Raises SettingsError,
    and Unavailable not_configured when Secrets Manager does not give it or it is empty.
    """
    return variable_secret(variable).split()


def variable_secret(variable: str) -> str:
    """The text of the secret that a variable of the environment names. Raises as secret_values."""
    return secret(_variable(variable))


@cache
def _secrets() -> Any:
    from aws_lambda_powertools.utilities.parameters import SecretsProvider
    from botocore.config import Config

    patience = Config(connect_timeout=2, read_timeout=3, retries={"total_max_attempts": 2})
    return SecretsProvider(boto_config=patience)


def _variable(name: str) -> str:
    value = os.environ.get(name, "").strip()
    if not value:
        raise SettingsError(f"{name} is not set")
    return value
