"""GET / of the local stack: where everything is, who can sign in, and what the clock says."""

from collections.abc import Iterable
from datetime import UTC, timedelta
from html import escape

from stack.clock import Clock
from stack.http_events import Answer
from stack.paths import version
from stack.people import PEOPLE

PATH = "/"

_LINKS = (
    ("/account/sign-in", "pages: sign in, second factors, sessions"),
    ("/docs", "the reference: every command, and the list of refusals"),
    ("/openapi.json", "the same for generators of clients"),
    ("/mailbox", "e-mails and SMS that were sent"),
    ("/rest/v1/", "rows, as PostgREST serves them"),
    ("/auth/v1/health", "sign-in, as Supabase Auth serves it"),
    ("/health", "whether functions answer"),
)


def answer(clock: Clock) -> Answer:
    """The page. Nothing in it runs, and nothing comes from elsewhere."""
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Holdfast</title>'
        f"<h1>Holdfast {escape(version())}</h1>"
        f"<h2>Where things are</h2>{_links()}"
        f"<h2>Who can sign in</h2>{_people()}"
        f"<h2>What time it is</h2>{_time(clock)}"
    )
    headers = (
        ("content-type", "text/html; charset=utf-8"),
        ("content-security-policy", "default-src 'none'"),
        ("cache-control", "no-store"),
    )
    return Answer(200, headers, page.encode())


def _links() -> str:
    return _list(f'<a href="{escape(path)}">{escape(path)}</a>: {escape(x)}' for path, x in _LINKS)


def _people() -> str:
    people = _list(
        f"{escape(each.name)} ({escape(each.part)}): <code>{escape(each.email)}</code>,"
        f" <code>{escape(each.password)}</code>"
        for each in PEOPLE
    )
    return (
        f"{people}<p>Each has a second factor; its secret is the variable <code>ALICE_TOTP</code>,"
        " and so on, in the file that <code>make up</code> names, beside a token that is good at"
        " once: <code>source .stack/up/env</code>. One more person:"
        " <code>make user NAME=carol</code>.</p>"
    )


def _time(clock: Clock) -> str:
    now, ahead = clock.now().astimezone(UTC), clock.ahead()
    moved = f"{ahead} ahead of real time" if ahead > timedelta() else "real time"
    how = (
        "<p><code>make clock BY=1h</code> moves it on: deadlines pass, and what fell due happens"
        " at once. Sign-in and tokens go by real time.</p>"
    )
    told = f"<p><code>{now.isoformat(timespec='seconds')}</code>, {escape(moved)}.</p>"
    return told + (how if clock.is_movable() else "")


def _list(items: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{each}</li>' for each in items)}</ul>"
