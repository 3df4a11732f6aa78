"""From a kind of message and what it is filled with to what a carrier takes."""

import os
from collections.abc import Mapping
from typing import Any

from .mime import html_of, text_of
from .provider import Outgoing
from .text_rules import fields_of, language_of, mail_of, sms_of
from .unsubscribe import unsubscribe_headers


def brand() -> str:
    """The name under which people know the product."""
    return os.environ.get("HOLDFAST_BRAND") or "Holdfast"


def of_event(delivery_id: str, claimed: Mapping[str, Any]) -> tuple[Outgoing, str]:
    """The message of an answer of service.message_claim, and its language."""
    language = language_of(claimed["language"])
    fields = fields_of(claimed["data"])
    kind, address = claimed["kind"], claimed["address"]
    if claimed["channel"] == "sms":
        text = sms_of(kind, language, fields, brand())
        return Outgoing(delivery_id, address, text), language
    may_turn_off = claimed["may_turn_off"]
    headers = unsubscribe_headers(claimed["user_id"], kind) if may_turn_off else {}
    mail = mail_of(kind, language, fields, may_turn_off=may_turn_off)
    link = _page(claimed["data"])
    return (
        Outgoing(
            delivery_id, address, text_of(mail, link), mail.subject, html_of(mail, link),
            {"Content-Language": language, **headers},
        ),
        language,
    )  # fmt: skip


def _page(data: Mapping[str, Any]) -> str:
    """Where the client of this deployment shows the thing; empty when it has no address."""
    site = os.environ.get("HOLDFAST_SITE_URL", "").rstrip("/")
    return f"{site}/{data['object_type']}/{data['object_id']}" if site else ""
