"""The mailbox of the local stack: all e-mails and SMS that it sent, as JSON and as plain pages."""

import json
import urllib.request
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from email import message_from_string
from email.policy import default
from html import escape
from typing import Any

from stack.aws import Aws
from stack.http_events import Answer, Request
from stack.stand_ins.sms import ACCOUNT, TOKEN, SmsProvider

PREFIX = "/mailbox"
SENDER_DOMAIN = "example.com"
# Open to everybody: of a stack on one machine.
HOOK_SECRET = "v1,whsec_bG9jYWwtc2VjcmV0LW9mLWF1dGgtaG9va3MtMzI="
UNSUBSCRIBE_SECRET = "local-secret-of-unsubscribe-links"


@dataclass(frozen=True)
class Sent:
    """A message as it left. id: as the provider named it."""

    id: str
    channel: str
    to: str
    subject: str
    text: str
    html: str = ""
    headers: dict[str, str] = field(default_factory=dict)


class Mailbox:
    """What SES, played by moto, and the stand-in of the provider of SMS were given."""

    def __init__(self, aws: Aws, sms: SmsProvider) -> None:
        self._aws = aws
        self._sms = sms

    def open(self) -> None:
        """Set up what an operator sets up: the sender's domain and the secrets of the mailer."""
        self._aws.client("sesv2").create_email_identity(EmailIdentity=SENDER_DOMAIN)
        self._aws.put_secret("AuthHookSecret", HOOK_SECRET)
        self._aws.put_secret("SmsSecret", f"{ACCOUNT} {TOKEN}")
        self._aws.put_secret("UnsubscribeSecret", UNSUBSCRIBE_SECRET)

    def sent(self) -> Sequence[Sent]:
        """Every message: e-mails in their order, then SMS in theirs."""
        with urllib.request.urlopen(f"{self._aws.endpoint}/moto-api/data.json") as answer:  # noqa: S310
            kept: list[dict[str, Any]] = json.load(answer).get("ses", {}).get("RawMessage", [])
        short = [
            Sent(each.sid, "sms", each.to, "", each.body)
            for each in self._sms.sent
        ]  # fmt: skip
        return [*map(_mail, kept), *short]

    def answer(self, request: Request) -> Answer | None:
        """The page or document of a request; None where there is none.

        /mailbox and /mailbox/<id> are pages, /mailbox.json and /mailbox/<id>.json documents.
        """
        path = request.path.removesuffix(".json")
        as_json = path != request.path
        if path == PREFIX:
            messages = self.sent()
            listed = [{k: v for k, v in asdict(each).items() if k in _LISTED} for each in messages]
            return _document(listed) if as_json else _page("Mailbox", _list(messages))
        found = next((m for m in self.sent() if path == f"{PREFIX}/{m.id}"), None)
        if found is None:
            return None
        return _document(asdict(found)) if as_json else _page(found.subject or "SMS", _one(found))


_LISTED = ("id", "channel", "to", "subject")


def _mail(kept: dict[str, Any]) -> Sent:
    mail = message_from_string(kept["raw_data"], policy=default)
    text, html = (mail.get_body(preferencelist=[kind]) for kind in ("plain", "html"))
    return Sent(
        kept["id"],
        "email",
        str(mail["To"]),
        str(mail["Subject"]),
        text.get_content() if text else "",
        html.get_content() if html else "",
        {name: str(value) for name, value in mail.items()},
    )


def _document(told: Any) -> Answer:
    body = json.dumps(told, ensure_ascii=False).encode()
    return Answer(200, (("content-type", "application/json"),), body)


def _page(title: str, body: str) -> Answer:
    page = (
        f'<!doctype html><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<p><a href="{PREFIX}">Mailbox</a></p><h1>{escape(title)}</h1>{body}'
    )
    headers = (
        ("content-type", "text/html; charset=utf-8"),
        ("content-security-policy", "default-src 'none'"),
    )
    return Answer(200, headers, page.encode())


def _list(messages: Sequence[Sent]) -> str:
    rows = "".join(
        f'<li>{each.channel} to {escape(each.to)}: <a href="{PREFIX}/{escape(each.id)}">'
        f"{escape(each.subject or each.text[:60])}</a></li>"
        for each in reversed(messages)
    )
    return f"<ul>{rows}</ul>" if rows else "<p>Nothing was sent yet.</p>"


def _one(message: Sent) -> str:
    headers = "".join(f"<li>{escape(k)}: {escape(v)}</li>" for k, v in message.headers.items())
    return f"<p>To {escape(message.to)}</p><pre>{escape(message.text)}</pre><ul>{headers}</ul>"
