"""The fonts of documents, and which of them shows a character."""

import unicodedata
from functools import cache
from importlib import resources
from pathlib import Path

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

# The first that has a character shows it. Chinese, Japanese and Korean share characters: those that
# all write are shown as in Japan.
FONTS = (
    "NotoSans",
    "NotoSansArabic",
    "NotoSansHebrew",
    "NotoSansThai",
    "NotoSansJP",
    "NotoSansSC",
    "NotoSansKR",
)
# They join or part letters, and are part of how a word of these is written.
_JOINERS = "\u200c\u200d"
_JOINED = ("NotoSans", "NotoSansArabic")


def file_of(font: str) -> Path:
    """Where a font lies in the layer."""
    return Path(str(resources.files("contract_fonts") / f"{font}_400Regular.ttf"))


def fonts_of(text: str) -> list[str]:
    """The font of each character of what `readable` gave: the first that has it. What is no letter
    and no digit stays in the font of the character before it, so that words are drawn whole."""
    found: list[str] = []
    for each in text:
        before = found[-1] if found else FONTS[0]
        common = unicodedata.category(each)[0] not in "LN"
        found.append(before if common and _has(before, each) else _first(each) or FONTS[0])
    return found


def readable(text: str) -> str:
    """The text as the fonts show it; what they lack, and what is invisible, as \\u{1F600}."""
    text = text.replace("\r\n", "\n").replace("\t", "    ")
    return "".join(
        each if _shows(each, before) else f"\\u{{{ord(each):X}}}"
        for before, each in zip(" " + text, text, strict=False)
    )


def _shows(character: str, before: str) -> bool:
    if character in _JOINERS:
        return not before.isascii() and _first(before) in _JOINED
    return character == "\n" or (_visible(character) and _first(character) is not None)


def _visible(character: str) -> bool:
    # Marks that turn the direction of writing could make one text look like another.
    return unicodedata.category(character) not in ("Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp")


@cache
def _first(character: str) -> str | None:
    return next((font for font in FONTS if _has(font, character)), None)


def _has(font: str, character: str) -> bool:
    return ord(character) in _shown(font)


@cache
def _shown(font: str) -> frozenset[int]:
    return frozenset(TTFont(file_of(font), lazy=True).getBestCmap())
