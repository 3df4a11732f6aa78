"""Auth over HTTP with a hook that answers what a test wants."""

import contextlib
import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import httpx
import psycopg

from stack.stack import Stack
from stack.stand_ins.auth.settings import Hook

PASSWORD = "correct horse battery"
BEFORE, CLAIMS, ATTEMPT = "before-user-created", "customize-access-token", "password-verification"
MFA, EMAIL, SMS = "mfa-verification", "send-email", "send-sms"
_numbers = count()

# The functions of the hooks: one that keeps what it is asked and answers what the test wants.
_SQL = """
create table hook.events (id bigserial primary key, event jsonb not null);
create table hook.answers (name text primary key, answer jsonb);
create function hook.answer(event jsonb) returns jsonb language plpgsql as $$
begin
    insert into hook.events (event) values (event);
    return (select a.answer from hook.answers as a where a.name = event #>> '{metadata,name}');
end $$;
create function hook.claims(event jsonb) returns jsonb language sql as $$
    select jsonb_set(event, '{claims,tier}', '"gold"') $$;
create function hook.unclaimed(event jsonb) returns jsonb language sql as $$
    select event #- '{claims,session_id}' $$;
create function hook.fails(event jsonb) returns jsonb language plpgsql as $$
begin raise exception 'no'; end $$;
create function hook.sleeps(event jsonb) returns jsonb language plpgsql as $$
begin perform pg_sleep(30); return '{}'; end $$;
create function hook.tells_its_limit(event jsonb) returns jsonb language sql as $$
    select jsonb_build_object('error', jsonb_build_object(
        'http_code', 403, 'message', current_setting('statement_timeout'))) $$;
create function hook.trigger() returns trigger language plpgsql as $$
begin raise exception 'no'; end $$;
create function hook.closed(event jsonb) returns jsonb language sql as $$ select '{}'::jsonb $$;
grant usage on schema hook to supabase_auth_admin;
grant execute on all functions in schema hook to supabase_auth_admin;
revoke execute on function hook.closed(jsonb) from supabase_auth_admin;
grant all on all tables in schema hook to supabase_auth_admin;
grant all on all sequences in schema hook to supabase_auth_admin;
"""


class Door:
    """Auth over HTTP, and the hook's side of it."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        headers = {"apikey": stack.anon_key, "x-supabase-api-version": "2024-01-01"}
        self.http = httpx.Client(base_url=f"{stack.url}/auth/v1", headers=headers, timeout=30)

    @contextlib.contextmanager
    def asks(self, name: str, function: str = "answer", answer: Any = None) -> Iterator[None]:
        """Auth asks hook.<function>, which gives that answer."""
        with self.stack.connect() as connection:
            connection.execute("truncate hook.events, hook.answers")
            connection.execute(
                "insert into hook.answers values (%s, %s)", [name, json.dumps(answer)]
            )
        hook = Hook(f"pg-functions://postgres/hook/{function}")
        with self.stack.auth.changed(hooks={name: hook}):
            yield

    def events(self) -> list[Any]:
        with self.stack.connect() as connection:
            found = connection.execute("select event from hook.events order by id").fetchall()
        return [event for (event,) in found]

    def new_email(self) -> str:
        return f"p{next(_numbers)}@hooks.test"

    def post(self, path: str, body: Any, token: str = "") -> httpx.Response:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return self.http.post(path, json=body, headers=headers)

    def sign_up(self, email: str = "") -> dict[str, Any]:
        """A new session."""
        email = email or self.new_email()
        with self.stack.auth.changed(confirm_email=False):
            found = self.post("/signup", {"email": email, "password": PASSWORD})
        assert found.status_code == 200, found.text
        return dict(found.json())

    def sign_in(self, session: dict[str, Any], password: str = PASSWORD) -> httpx.Response:
        body = {"email": session["user"]["email"], "password": password}
        return self.post("/token?grant_type=password", body)

    def is_in(self, session: dict[str, Any]) -> bool:
        headers = {"authorization": f"Bearer {session['access_token']}"}
        return self.http.get("/user", headers=headers).status_code == 200


def said(answer: httpx.Response) -> tuple[int, str, str]:
    body = answer.json()
    assert answer.headers["x-sb-error-code"] == body["code"]
    return answer.status_code, body["code"], body["message"]


def broken(function: str) -> tuple[int, str, str]:
    uri = f"pg-functions://postgres/hook/{function}"
    return 500, "unexpected_failure", f"Error running hook URI: {uri}"


def refuses(message: str, code: int | None = 403) -> dict[str, Any]:
    error: dict[str, Any] = {"message": message}
    return {"error": error | ({"http_code": code} if code else {})}


def prepare(stack: Stack) -> None:
    """The functions of the hooks, in a schema of their own."""
    with psycopg.connect(stack.admin_url, autocommit=True) as owner:
        owner.execute("create schema hook authorization postgres")
    with stack.connect() as connection:
        connection.execute(_SQL.encode())
