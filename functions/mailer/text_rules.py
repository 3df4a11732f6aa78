"""What a message says, in the language of whoever reads it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .texts import ar, de, en, es, fr, id, pt, sw


@dataclass(frozen=True, slots=True)
class Texts:
    """A language. words: of every message. mail: subject and body of each kind. sms: of the kinds
    that have a text of their own."""

    words: Mapping[str, str]
    mail: Mapping[str, tuple[str, str]]
    sms: Mapping[str, str]


ENGLISH = Texts(en.WORDS, en.MAIL, en.SMS)
LANGUAGES: Mapping[str, Texts] = {
    "en": ENGLISH,
    "es": Texts(es.WORDS, es.MAIL, es.SMS),
    "fr": Texts(fr.WORDS, fr.MAIL, fr.SMS),
    "de": Texts(de.WORDS, de.MAIL, de.SMS),
    "pt": Texts(pt.WORDS, pt.MAIL, pt.SMS),
    "id": Texts(id.WORDS, id.MAIL, id.SMS),
    "ar": Texts(ar.WORDS, ar.MAIL, ar.SMS),
    "sw": Texts(sw.WORDS, sw.MAIL, sw.SMS),
}
RIGHT_TO_LEFT = frozenset({"ar"})

# Notices after the fact: nothing to ignore, but something to do.
_WARNED = (
    "auth.password_", "auth.email_changed", "auth.phone_", "auth.identity_", "auth.mfa_factor_",
    "security.",
)  # fmt: skip
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)


@dataclass(frozen=True, slots=True)
class Mail:
    """The text of an e-mail. body: paragraphs. code: the line with the code, if there is one.
    open: what stands on the link."""

    language: str
    subject: str
    body: tuple[str, ...]
    code: str
    open: str


def language_of(*wished: Any) -> str:
    """The first wish that we write, by its language alone (pt-BR is pt); else English."""
    for wish in wished:
        if isinstance(wish, str) and (short := wish[:2].lower()) in LANGUAGES:
            return short
    return "en"


def fields_of(data: Mapping[str, Any]) -> dict[str, str]:
    """What texts are filled with, of what an event says."""
    amount = " ".join(str(data[name]) for name in ("amount", "currency") if data.get(name))
    return {"reference": str(data.get("object_id", ""))[:8], "amount": amount}


def mail_of(
    kind: str,
    language: str,
    fields: Mapping[str, str],
    *,
    code: str = "",
    may_turn_off: bool = False,
) -> Mail:
    """The e-mail of a kind. Raises KeyError for a kind without a text."""
    subject, body = {**ENGLISH.mail, **LANGUAGES[language].mail}[kind]
    words = {**ENGLISH.words, **LANGUAGES[language].words}
    if kind.startswith(_WARNED):
        end = words["warn"]
    elif kind.startswith("auth."):
        end = words["ignore"]
    else:
        end = words["choice" if may_turn_off else "fixed"]
    return Mail(
        language,
        _one_line(subject.format_map(fields)),
        (body.format_map(fields), end),
        words["code"].format(code=code) if code else "",
        words["open"],
    )


def sms_of(kind: str, language: str, fields: Mapping[str, str], brand: str) -> str:
    """The SMS of a kind: its own text, or the subject of its e-mail. Raises KeyError."""
    own = {**ENGLISH.sms, **LANGUAGES[language].sms}
    if kind in own:
        return own[kind].format_map({**fields, "brand": brand})
    subject, _ = {**ENGLISH.mail, **LANGUAGES[language].mail}[kind]
    return f"{brand}: {_one_line(subject.format_map(fields))}"


def parts_of(text: str) -> int:
    """How many parts an SMS has, each of which is paid."""
    one, each = (160, 153) if set(text) <= _GSM else (70, 67)
    return 1 if len(text) <= one else -(-len(text) // each)


def _one_line(text: str) -> str:
    """A subject cannot carry another header."""
    return " ".join(text.split())
