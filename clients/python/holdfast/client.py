"""One client of one person, or of an API key."""

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, TypeVar

import httpx
from postgrest import APIError, SyncPostgrestClient

from holdfast.commands import Commands
from holdfast.database import Row
from holdfast.problem import Problem
from holdfast.tokens import KeyTokens

R = TypeVar("R", bound=Row)


class Holdfast:
    """Everything that somebody signed in, or an API key, may do.

    url: of the Supabase project. api_url: where commands go. key: the project's publishable (or
    anon) key. token: gives the token of whoever is signed in, such as
    `lambda: supabase.auth.get_session().access_token`. api_key: in its place, for programs: it is
    exchanged for tokens, and again before one ends. attempts: how often a command is sent at
    most while no answer of its own comes.

    commands: the commands, which raise Problem. db: PostgREST, for what `rows` is too little.
    """

    def __init__(
        self,
        url: str,
        api_url: str,
        key: str,
        token: Callable[[], str] | None = None,
        *,
        api_key: str | None = None,
        attempts: int = 4,
    ) -> None:
        """Raises ValueError without a token and without an API key, and with both."""
        if (token is None) == (api_key is None):
            raise ValueError("give either token or api_key")
        self._http = httpx.Client(timeout=30)
        self._rest = f"{url.rstrip('/')}/rest/v1"
        self._key = key
        self._token = token or KeyTokens(api_url, str(api_key), self._http)
        self.commands = Commands(api_url, self._token, self._http, attempts)

    @property
    def db(self) -> SyncPostgrestClient:
        """PostgREST as whoever is signed in now."""
        headers = {"apikey": self._key, "Authorization": f"Bearer {self._token()}"}
        return SyncPostgrestClient(self._rest, headers=headers, http_client=self._http)

    def rows(self, kind: type[R], **equal: Any) -> Sequence[R]:
        """Rows of a relation whose columns equal what is given, at most 1000. Raises Problem."""
        asked = self.db.table(kind.relation).select(",".join(kind.model_fields))
        for column, value in equal.items():
            asked = asked.eq(column, value)
        return [kind.model_validate(each) for each in self._data(asked)]

    def insert(self, kind: type[R], **columns: Any) -> R:
        """Writes a row and gives it back as it is then. Amounts as text. Raises Problem."""
        asked = self.db.table(kind.relation).insert(columns).select(",".join(kind.model_fields))
        (row,) = self._data(asked)
        return kind.model_validate(row)

    @staticmethod
    def _data(asked: Any) -> list[Any]:
        try:
            found: list[Any] = asked.execute().data
        except APIError as error:
            raise _problem(error) from None
        return found

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> "Holdfast":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _problem(error: APIError) -> Problem:
    """A refusal of PostgREST: where our SQL raised it, its message is the code."""
    code, message = error.code or "", error.message or ""
    ours = code.startswith("PT") and code[2:].isdigit()
    document = {
        "code": message if ours else code,
        "detail": (error.details if ours else message) or message,
        "hint": error.hint or "",
    }
    return Problem(int(code[2:]) if ours else 400, document)
