"""Refusals in Stripe's words: an HTTP status and {"error": {...}}."""

from typing import Any


class ApiError(Exception):
    """An answer that is an error.

    kept: the idempotency layer keeps it, as it does for all that began to execute; what fails
    validation before that is forgotten.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str = "invalid_request_error",
        kept: bool = True,
        **fields: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.kept = kept
        self.body = {"error": {"type": kind, "message": message, **fields}}


def invalid(message: str, **fields: Any) -> ApiError:
    """400: the parameters are fit to be read, yet it cannot be done."""
    return ApiError(400, message, **fields)


def unfit(message: str, code: str, param: str) -> ApiError:
    """400: the parameters fail validation; nothing began."""
    return ApiError(400, message, code=code, param=param, kept=False)


def missing(what: str, identifier: str, param: str = "id", status: int = 404) -> ApiError:
    """There is no such object."""
    message = f"No such {what}: '{identifier}'"
    return ApiError(status, message, code="resource_missing", param=param)


def internal() -> ApiError:
    """500: nobody knows."""
    return ApiError(500, "An unknown error occurred", kind="api_error")


def unauthorized(given: str) -> ApiError:
    return ApiError(401, f"Invalid API Key provided: {given[:8]}***", kept=False)


def limited() -> ApiError:
    message = "Too many requests hit the API too quickly."
    return ApiError(429, message, code="rate_limit", kept=False)
