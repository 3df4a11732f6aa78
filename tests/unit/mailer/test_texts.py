"""Texts of messages: whole in every language, and filled with nothing that does harm."""

import json
from string import Formatter

import pytest

from functions.mailer.attempt_rules import SCHEDULE, next_in
from functions.mailer.mime import html_of, mime_of, text_of
from functions.mailer.provider import Outgoing
from functions.mailer.receipt import receipt_of
from functions.mailer.text_rules import (
    ENGLISH,
    LANGUAGES,
    fields_of,
    language_of,
    mail_of,
    parts_of,
    sms_of,
)
from functions.mailer.texts import sw

FILLED = {
    "reference": "01a22f66", "amount": "1000000.00 USDC_BASE", "provider": "google",
    "factor": "totp", "new_address": "somebody@example.org", "code": "123456",
}  # fmt: skip
DELIVERY = "01a22f66-a7c1-72bb-b965-10eab8888953"


def _blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_says_what_english_says(language: str) -> None:
    texts = LANGUAGES[language]
    assert (texts.words.keys(), texts.mail.keys(), texts.sms.keys()) == (
        ENGLISH.words.keys(), ENGLISH.mail.keys(), ENGLISH.sms.keys(),
    )  # fmt: skip
    for kind, said in ENGLISH.mail.items():
        assert list(map(_blanks, texts.mail[kind])) == list(map(_blanks, said)), kind
    for kind, sentence in ENGLISH.sms.items():
        assert _blanks(texts.sms[kind]) == _blanks(sentence)
    for kind in {*ENGLISH.mail, *ENGLISH.sms}:
        assert parts_of(sms_of(kind, language, FILLED, "Holdfast")) <= 2, kind


@pytest.mark.parametrize(
    ("wished", "found"),
    [(("sw",), "sw"), (("pt-BR",), "pt"), (("xx", "FR"), "fr"), ((None, ""), "en"), ((7,), "en")],
)
def test_the_first_language_that_we_write(wished: tuple[object, ...], found: str) -> None:
    assert language_of(*wished) == found


def test_a_language_without_a_text_says_it_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sw.MAIL, "trade.paid")
    monkeypatch.delitem(sw.WORDS, "open")
    mail = mail_of("trade.paid", "sw", FILLED, may_turn_off=True)
    assert (mail.subject, mail.open) == ("Trade 01a22f66 is marked as done", "Continue")
    assert mail.body[1] == sw.WORDS["choice"]


def test_what_others_wrote_stays_text() -> None:
    evil = {**FILLED, "provider": '<b>\r\nBcc: x@example.org"', "amount": "1\r\nBcc: x"}
    linked = mail_of("auth.identity_linked", "ar", evil, code="<1>")
    page = html_of(linked, 'https://a.example/?a="><script>')
    assert ("<b>" in page, "<script>" in page, "<1>" in page) == (False, False, False)
    assert 'lang="ar" dir="rtl"' in page
    paid = mail_of("payout.paid", "en", evil)
    outgoing = Outgoing(
        DELIVERY, "a@example.org", text_of(paid, ""), paid.subject, html_of(paid, ""),
        {"List-Unsubscribe": "<https://a.example/unsubscribe/" + "x" * 200 + ">"},
    )  # fmt: skip
    raw = mime_of(outgoing, "Holdfast <no-reply@example.com>")
    assert b"\r\nBcc" not in raw
    assert b"x" * 200 in raw
    assert raw.isascii()
    assert "a@example.org" not in repr(outgoing)


def test_parts_of_an_sms() -> None:
    lengths = [("a", 160, 1), ("a", 161, 2), ("a", 307, 3), ("ع", 70, 1), ("ع", 71, 2)]
    assert [parts_of(char * count) for char, count, _ in lengths] == [n for *_, n in lengths]


def test_what_an_event_fills_in() -> None:
    data = {"object_id": DELIVERY, "amount": "5", "currency": "BTC", "state": "paid"}
    assert fields_of(data) == {"reference": "01a22f66", "amount": "5 BTC"}
    assert fields_of({"object_id": DELIVERY}) == {"reference": "01a22f66", "amount": ""}


def test_waits_between_attempts() -> None:
    assert [next_in(n, 0) for n in range(len(SCHEDULE))] == [*SCHEDULE[1:], None]
    assert (next_in(0, 120), next_in(0, 10**9), next_in(4, 5)) == (120, 86_400, 21_600)


def _event(kind: str, **more: object) -> str:
    mail = {"messageId": "m-1", "tags": {"delivery_id": [DELIVERY]}}
    return json.dumps({"eventType": kind, "mail": mail, **more})


@pytest.mark.parametrize(
    ("body", "event", "detail"),
    [
        (_event("Delivery"), "deliver", ""),
        (_event("Complaint"), "complain", ""),
        (_event("Reject"), "fail", ""),
        (_event("Bounce", bounce={"bounceType": "Permanent", "bounceSubType": "NoEmail"}),
         "bounce", "NoEmail"),
    ],
)  # fmt: skip
def test_receipts_of_ses(body: str, event: str, detail: str) -> None:
    receipt = receipt_of(body)
    assert receipt
    assert (receipt.event, receipt.detail, receipt.message_id) == (event, detail, "m-1")


@pytest.mark.parametrize(
    "body",
    [
        "", "[]", "null", "{}", _event("Open"), _event("Bounce"), _event("Bounce", bounce=[]),
        _event("Bounce", bounce={"bounceType": "Transient"}),
        _event("Delivery").replace(DELIVERY, "nobody"), _event("Delivery").replace("tags", "tag"),
    ],
)  # fmt: skip
def test_what_says_nothing_of_a_message_of_ours(body: str) -> None:
    assert receipt_of(body) is None
