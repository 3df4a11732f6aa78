"""HTTP functions: routes in, problem documents out, one correlation id through it all."""

import json
import traceback
from collections.abc import Mapping
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import (
    RequestValidationError,
    ResponseValidationError,
)
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from pydantic import ValidationError

from shared.body import JSON_TYPE, check_body, read_json
from shared.caller import bearer_token
from shared.db import Database, database, warm_up
from shared.db_errors import internal
from shared.errors import PROBLEM_JSON, Invalid, NotFound, Problem
from shared.idempotency import idempotency_key
from shared.key_requests import Admitted, admit
from shared.origin import asked_at
from shared.settings import SettingsError, not_configured
from shared.telemetry import Handler, instrumented, logger, request_id

Db = Annotated[Database, Depends(database)]
"""Handler parameter: the database. Tests put a fake into app.dependency_overrides[database]."""


class Routes(APIGatewayHttpRouter):
    """Routes that make_app() composes: @routes.post("/escrows/<escrow_id>/release")."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]


class Api(APIGatewayHttpResolver):
    """Routes of one function. Use make_app()."""

    def __init__(self, *, signed_in: bool, signed_by: Mapping[str, str] | None, takes: str) -> None:
        super().__init__(
            enable_validation=True,
            # Makes a wrong answer of ours a ResponseValidationError, told from a wrong request.
            response_validation_error_http_code=500,
            json_body_deserializer=read_json,
        )
        self.signed_in = signed_in
        self.signed_by = signed_by
        self.takes = takes

    def resolve(self, event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        """API Gateway's answer to its event (payload version 2.0)."""
        admitted: Admitted | None = None
        try:
            if self.signed_in:
                event = self._as_command(event)
                admitted = admit(self._database, event["headers"])
            check_body(event, self.takes)
            if event.get("body"):
                # It is of this type, however that was written: the router knows one way.
                headers = {**(event.get("headers") or {}), "content-type": self.takes}
                event = {**event, "headers": headers}
            answer = super().resolve(event, context)
        except Problem as problem:
            answer = _gateway_answer(_problem_response(problem))
        except SettingsError as error:
            answer = _gateway_answer(_not_configured(error))
        if admitted:
            answer["headers"] |= admitted.headers()
            admitted.note(self._database(), answer["statusCode"])
        answer["headers"]["X-Request-Id"] = request_id()
        answer["headers"]["Cache-Control"] = "no-store"
        return answer

    def _database(self) -> Database:
        given: Database = self.dependency_overrides.get(database, database)()
        return given

    @staticmethod
    def _as_command(event: Mapping[str, Any]) -> Mapping[str, Any]:
        # Before the body is read: a stranger learns nothing from validation.
        headers = event.get("headers") or {}
        bearer_token(headers)
        if event["requestContext"]["http"]["method"] == "GET":
            return event
        idempotency_key(headers)
        # A command without fields needs no body.
        return event if event.get("body") else {**event, "body": "{}", "isBase64Encoded": False}


def make_app(
    *routers: Routes,
    signed_by: Mapping[str, str] | None = None,
    is_open: bool = False,
    takes: str = JSON_TYPE,
) -> Api:
    """The application of one function: its routers, with every refusal as a problem.

    Every route needs a bearer token, and every command an Idempotency-Key.
    signed_by: of inbound webhooks, which have neither: the headers by which a sender is known,
    {name: what it holds}, for the OpenAPI document. is_open: strangers ask, and no key is needed:
    a route that needs a caller takes shared.caller.Caller. takes: JSON_TYPE, or FORM_TYPE of those
    who send nothing else.
    """
    app = Api(signed_in=signed_by is None and not is_open, signed_by=signed_by, takes=takes)
    for router in routers:
        app.include_router(router)
    app.use([asked_at])
    app.exception_handler(Problem)(_problem_response)
    app.exception_handler(RequestValidationError)(_invalid_request)
    app.exception_handler(NotFoundError)(_no_route)
    app.exception_handler(SettingsError)(_not_configured)
    app.exception_handler(Exception)(_defect)
    return app


def lambda_handler(app: Api) -> Handler:
    """The handler(event, context) of an application."""
    warm_up()
    return instrumented(app.resolve)


def _problem_response(problem: Problem) -> Response[str]:
    return Response(
        problem.status,
        PROBLEM_JSON,
        json.dumps(problem.document(request_id()), separators=(",", ":")),
        problem.headers,
    )


def _gateway_answer(response: Response[str]) -> dict[str, Any]:
    return {
        "statusCode": response.status_code,
        "headers": dict(response.headers),
        "body": response.body,
        "isBase64Encoded": False,
        "cookies": [],
    }


def _invalid_request(error: RequestValidationError) -> Response[str]:
    errors = [
        {"field": _field(each["loc"]), "message": str(each["msg"])} for each in error.errors()
    ]
    return _problem_response(
        Invalid("invalid_request", "Some fields are missing or wrong.", errors=errors)
    )


def _field(location: tuple[str | int, ...]) -> str:
    return ".".join(str(part) for part in location[1:]) or str(location[0])


def _no_route(_: NotFoundError) -> Response[str]:
    return _problem_response(NotFound("route_not_found", "There is no such route."))


def _not_configured(error: SettingsError) -> Response[str]:
    logger.error("setting missing", error=str(error))
    return _problem_response(not_configured())


def _defect(error: Exception) -> Response[str]:
    if isinstance(error, ValidationError | ResponseValidationError):
        # Both quote the values they refuse: tell only which.
        at = [_field(("", *each["loc"])) for each in error.errors()]
        trace = traceback.format_tb(error.__traceback__)
        logger.error("defect", error=type(error).__name__, at=at, trace=trace)
    else:
        logger.error("defect", error=type(error).__name__, exc_info=error)
    return _problem_response(internal())
