"""Human text in bodies, by the rules that the database keeps it to (private.text_problem).

Prose has lines and paragraphs, a Line is one. Words and LineOfWords must say something: spaces,
marks and signs that nobody sees are no words.
"""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from shared.generated.characters import JOINING, MARK, SPACE, UNSEEN

_UNSEEN = re.compile(f"[{UNSEEN}]")
_VISIBLE = re.compile(f"[^{UNSEEN}{JOINING}{SPACE}{MARK}]")
_MARKED = re.compile(f"[{MARK}]{{9,}}")
_BROKEN = re.compile("[\t\n]")
_TURNED = re.compile("[\u061c\u200e\u200f]")
_JOINED = re.compile(
    "(^|[\u0001-\u05ff\u1d00-\u218f\u200c\u200d])[\u200c\u200d]|[\u200c\u200d]($|[\u0001-\u05ff])"
)
_SPACES = re.compile("[\u0020\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")


def has_words(text: str) -> bool:
    """Whether a text says anything."""
    return _VISIBLE.search(text) is not None


def prose(text: str) -> str:
    """The text as it is kept. Raises PydanticCustomError for what cannot be shown."""
    return _checked(unicodedata.normalize("NFC", text.replace("\r\n", "\n")))


def line(text: str) -> str:
    """One line, with one space between words. Raises PydanticCustomError as prose, and for more."""
    text = _checked(_SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip(" "))
    if _BROKEN.search(text):
        raise _refused("It is one line.")
    if _TURNED.search(text):
        raise _refused("It has marks that turn the direction of text around.")
    if _JOINED.search(text):
        raise _refused("It has joiners where nothing is joined.")
    return text


def _checked(text: str) -> str:
    if _UNSEEN.search(text):
        raise _refused(
            "It has characters that are not shown, or that turn the direction of text around."
        )
    if text and not has_words(text):
        raise _refused("It has no visible characters.")
    if _MARKED.search(text):
        raise _refused("It has too many marks on one letter.")
    return text


def _said(text: str) -> str:
    if not has_words(text):
        raise _refused("It has no visible characters.")
    return text


def _refused(sentence: str) -> PydanticCustomError:
    return PydanticCustomError("text", sentence)


Prose = Annotated[str, AfterValidator(prose)]
Line = Annotated[str, AfterValidator(line)]
Words = Annotated[str, AfterValidator(prose), AfterValidator(_said)]
LineOfWords = Annotated[str, AfterValidator(line), AfterValidator(_said)]
