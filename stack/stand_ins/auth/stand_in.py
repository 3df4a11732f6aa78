"""Auth of one stack: settings, keys, mailbox, and the door."""

import contextlib
import dataclasses
import fnmatch
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from stack.cluster import Cluster
from stack.http_events import Answer, Request
from stack.keys import Keys
from stack.stand_ins.auth import routes
from stack.stand_ins.auth.call import Call
from stack.stand_ins.auth.messages import Mailbox
from stack.stand_ins.auth.refusals import Refused, failed
from stack.stand_ins.auth.settings import Hook, Provider, read
from stack.stand_ins.openid import OpenId


def trusted(voucher: OpenId) -> Provider:
    """How Auth is set up for a stand-in of a provider."""
    return Provider(
        voucher.url, voucher.client_id, voucher.client_secret, voucher.scopes,
        voucher.email_optional,
    )  # fmt: skip


class Auth:
    """Answers /auth/v1. Tests read its mailbox and change its settings for a while."""

    def __init__(self, cluster: Cluster, keys: Keys, config: Path, site: str, prefix: str) -> None:
        """site: the one address. config: the project's config.toml."""
        self.cluster = cluster
        self.keys = keys
        self.url = site + prefix
        self.settings = read(config, site)
        self.mailbox = Mailbox()
        self.hook_budget = 5.0
        self._prefix = prefix
        self._changing = threading.RLock()

    @contextlib.contextmanager
    def changed(self, **settings: Any) -> Iterator[None]:
        """Other settings (fields of Settings) inside the block."""
        with self._changing:
            before = self.settings
            self.settings = dataclasses.replace(before, **settings)
            try:
                yield
            finally:
                self.settings = before

    def send_through(self, url: str, secret: str) -> None:
        """E-mails and SMS go to the hooks below an address, signed with a secret, instead of
        waiting in the mailbox here."""
        sending = {name: Hook(f"{url}/{name}", (secret,)) for name in ("send-email", "send-sms")}
        with self._changing:
            hooks = {**self.settings.hooks, **sending}
            self.settings = dataclasses.replace(self.settings, hooks=hooks)

    def trust(self, *vouchers: OpenId) -> None:
        """People come in by these as well, and add them by hand."""
        with self._changing:
            more = {each.known_as: trusted(each) for each in vouchers}
            providers = {**self.settings.providers, **more}
            self.settings = dataclasses.replace(
                self.settings, providers=providers, manual_linking=True
            )

    def allowed(self, place: str | None) -> str:
        """Where a link may lead: the place if the settings allow it, else the site."""
        site = self.settings.site_url
        if not place:
            return site
        same = urlsplit(place).hostname == urlsplit(site).hostname
        listed = any(fnmatch.fnmatchcase(place, glob) for glob in self.settings.redirect_urls)
        return place if same or listed else site

    def answer(self, request: Request) -> Answer:
        version = next(
            (value for name, value in request.headers if name.lower() == "x-supabase-api-version"),
            "",
        )
        try:
            path = request.path.removeprefix(self._prefix).rstrip("/")
            return routes.answer(Call.of(self, request), path)
        except Refused as refused:
            return refused.answer(version)
        except psycopg.Error:
            return failed("Database error").answer(version)
