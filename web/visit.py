"""One request for a page: what it says, who asks, and the answers that it may get."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.request import Request
from pydantic import TypeAdapter, ValidationError

from shared.auth import Auth, auth
from shared.caller import CallerToken
from shared.errors import Invalid
from shared.identifier import Id
from shared.origin import client_of
from shared.settings import pages_url
from web import forms, session
from web.cookies import Cookies
from web.language import LANGUAGES, known, language_of
from web.render import render
from web.session import Session

HTML = "text/html; charset=utf-8"
SIGN_IN = "/account/sign-in"
SECOND_FACTOR = "/account/second-factor"
_MAX_FIELD = 4000
_ID: TypeAdapter[UUID] = TypeAdapter(Id)


class SignInFirst(Exception):
    """Nobody is signed in: the page where one signs in comes first."""


class Visit:
    """A request for a page."""

    def __init__(self, event: Mapping[str, Any]) -> None:
        self.site = pages_url()
        self._headers: Mapping[str, str] = event.get("headers") or {}
        self.cookies = Cookies(event.get("cookies") or [], secure=self.site.startswith("https:"))
        self.query: Mapping[str, str] = event.get("queryStringParameters") or {}
        self.path: str = event["rawPath"]
        self.language = self._language()
        self.client = client_of(event)
        self._form: Mapping[str, str] | None = None
        self._event = event
        self._session: Session | None = None
        self._has_looked = False

    @property
    def page_path(self) -> str:
        """The page that is asked for, or that the form was sent from: where its person goes on once
        they have signed in."""
        if self._form is None:
            return self.path
        came_from = self._headers.get("referer", "")
        shown = came_from.removeprefix(self.site) if came_from.startswith(f"{self.site}/") else ""
        return self.next_path(shown.partition("?")[0], "/account")

    def header(self, name: str) -> str:
        """A header of the request, its name in small letters; empty: there is none."""
        return self._headers.get(name, "")

    @property
    def auth(self) -> Auth:
        return auth()

    def read_form(self) -> None:
        """Read the form that was sent. Raises what forms.read raises."""
        self._form = forms.read(self._event, self.cookies, self.site)

    def field(self, name: str, default: str | None = None) -> str:
        """A field of the form. Raises Invalid (422): it is missing, or too long."""
        value = (self._form or {}).get(name, default)
        if value is None or len(value) > _MAX_FIELD:
            raise Invalid("invalid_request", f"The field {name} is missing or too long.")
        return value

    def id_field(self, name: str) -> str:
        """A field that holds an id. Raises Invalid (422)."""
        try:
            return str(_ID.validate_python(self.field(name)))
        except ValidationError:
            raise Invalid("invalid_request", f"The field {name} holds no id.") from None

    @property
    def session(self) -> Session | None:
        """Who is signed in. Raises Unavailable."""
        if not self._has_looked:
            self._session = session.current(self.cookies, self.auth, self.client)
            self._has_looked = True
        return self._session

    @property
    def signed_in(self) -> Session:
        """Who is signed in. Raises SignInFirst, Unavailable."""
        if self.session is None:
            raise SignInFirst
        return self.session

    @property
    def caller(self) -> CallerToken:
        """For commands. Raises SignInFirst."""
        return CallerToken(self.signed_in.token)

    def ask_auth(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Ask Auth as whoever is signed in. Raises AuthRefused, SignInFirst, Unavailable."""
        return self.auth.ask(
            method, path, body, client=self.client, token=self.signed_in.token, query=query
        )

    def sign_in(self, answer: Mapping[str, Any]) -> Session:
        """Begin or go on with the session that Auth answered."""
        forms.renew(self.cookies)
        self._session, self._has_looked = session.keep(self.cookies, answer), True
        return self._session

    def sign_out(self) -> None:
        """Forget the session in this browser."""
        forms.renew(self.cookies)
        session.forget(self.cookies)
        self._session, self._has_looked = None, True

    def page(self, template: str, status: int = 200, **values: Any) -> Response[str]:
        """An answer with a page; values: what the template names."""
        html = render(
            template, self.language, form_token=forms.form_token(self.cookies), path=self.path,
            signed_in=self.session is not None, language_links=self._language_links(),
            done=known(f"done.{self.query.get('done', '')}", ""), **values,
        )  # fmt: skip
        return Response(status, HTML, html)

    def go(self, path: str, **query: str) -> Response[str]:
        """An answer that leads to another page of ours, to be asked for with GET."""
        where = f"{path}?{urlencode(query)}" if query else path
        return Response(303, HTML, "", {"Location": where})

    def leave(self, url: str) -> Response[str]:
        """An answer that leads to another site. url: never of a request."""
        return Response(303, HTML, "", {"Location": url})

    def next_path(self, value: str, default: str) -> str:
        """A path of ours that a request named as the page to come; no other host."""
        ours = value.startswith("/") and not value.startswith(("//", "/\\"))
        return value if ours and value.isprintable() and "\\" not in value else default

    def _language_links(self) -> Mapping[str, str]:
        """This page in each language; none of what only a form leads to."""
        if self._form is not None:
            return {}
        rest = {name: value for name, value in self.query.items() if name != "lang"}
        return {each: f"{self.path}?{urlencode({**rest, 'lang': each})}" for each in LANGUAGES}

    def _language(self) -> str:
        wanted = self.query.get("lang", "")
        accepts = self._headers.get("accept-language", "")
        found = language_of(wanted, self.cookies.get("language"), accepts=accepts)
        if found == wanted:
            self.cookies.set("language", found)
        return found


def _visit(request: Request) -> Visit:
    visit: Visit = request.context["visit"]
    return visit


Visitor = Annotated[Visit, Depends(_visit)]
"""Handler parameter: the request for this page."""
