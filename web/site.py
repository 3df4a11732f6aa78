"""Functions that answer with pages: routes in, HTML out, refusals as pages too."""

import traceback
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from shared.auth import AuthRefused
from shared.db import warm_up
from shared.errors import NotFound, Problem
from shared.origin import asked_at
from shared.settings import SettingsError, not_configured
from shared.telemetry import Handler, instrumented, logger, request_id
from web.language import known
from web.render import render
from web.visit import HTML, SECOND_FACTOR, SIGN_IN, SignInFirst, Visit

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # A form still tells us which site sent it; another site learns nothing.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Strict-Transport-Security": "max-age=63072000",
}
"""Of every page: it runs no script, is in no frame, and its forms go to us only."""

SCRIPTED = HEADERS["Content-Security-Policy"] + "; script-src 'self'; connect-src 'self'"
"""The policy of a page with a script of ours: no other runs, and it asks us only."""

_SESSION_GONE = {
    "session_ended", "bad_token", "token_expired", "bad_jwt", "session_not_found", "user_not_found",
}  # fmt: skip
_STEP_UP = {"step_up_required", "insufficient_aal"}


class PageRoutes(APIGatewayHttpRouter):
    """Routes that make_site() composes: @routes.get("/account")."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]


class Site(APIGatewayHttpResolver):
    """Pages of one function. Use make_site()."""

    def resolve(self, event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        """API Gateway's answer to its event (payload version 2.0)."""
        try:
            visit = Visit(event)
        except SettingsError as error:
            code, status = _told(error)
            logger.error("setting missing", error=str(error))
            return self._finished(self._of(_problem_page("en", "/", status, code)), [])
        self.context["visit"] = visit
        try:
            if event["requestContext"]["http"]["method"] == "POST":
                visit.read_form()
            answer = super().resolve(event, context)
        except Exception as error:
            answer = self._of(_refused(visit, error))
        return self._finished(answer, [str(each) for each in visit.cookies.going()])

    def _of(self, response: Response[str]) -> dict[str, Any]:
        return {
            "statusCode": response.status_code,
            "headers": {"Content-Type": HTML, **response.headers},
            "body": response.body,
            "isBase64Encoded": False,
        }

    @staticmethod
    def _finished(answer: dict[str, Any], cookies: list[str]) -> dict[str, Any]:
        headers = {"Cache-Control": "no-store", **HEADERS, **answer["headers"]}
        headers["X-Request-Id"] = request_id()
        return {**answer, "headers": headers, "cookies": cookies}


def make_site(*routers: PageRoutes) -> Site:
    """The pages of one function. A form is read, and known to come from us, before a route is
    asked; what a route raises becomes a page."""
    site = Site()
    site.use([asked_at])
    for router in routers:
        site.include_router(router)

    def refused(error: Exception) -> Response[str]:
        return _refused(site.context["visit"], error)

    site.exception_handler(Exception)(refused)
    site.exception_handler(NotFoundError)(lambda _: refused(NotFound("page_not_found")))
    return site


def site_handler(site: Site) -> Handler:
    """The handler(event, context) of pages."""
    warm_up()
    return instrumented(site.resolve)


def _refused(visit: Visit, error: Exception) -> Response[str]:
    code, status = _told(error)
    if isinstance(error, SignInFirst) or code in _SESSION_GONE:
        if code in _SESSION_GONE:
            visit.sign_out()
        return visit.go(SIGN_IN, next=visit.page_path)
    if code in _STEP_UP:
        return visit.go(SECOND_FACTOR, next=visit.page_path)
    if status >= 500:
        # Not the error itself: it may quote what a person wrote.
        logger.error("page failed", error=type(error).__name__, code=code,
                     trace=traceback.format_tb(error.__traceback__))  # fmt: skip
    return _problem_page(visit.language, visit.path, status, code)


def _told(error: Exception) -> tuple[str, int]:
    """Code and status of a refusal; of a defect those of one."""
    if isinstance(error, AuthRefused):
        return error.code or "other", error.status
    if isinstance(error, SettingsError):
        error = not_configured()
    if isinstance(error, Problem):
        return error.slug, error.status
    return "internal", 500


def _problem_page(language: str, path: str, status: int, code: str) -> Response[str]:
    key = known(f"problem.{code}", f"problem.{status}", "problem.other")
    html = render(
        "problem.html", language, key=key, code=code, request_id=request_id(), signed_in=False,
        path=path, language_links={}, done="",
    )  # fmt: skip
    return Response(status, HTML, html)
