"""Text in lines, each a row of runs from left to right: one font, one direction, as it is read.

The order of runs is that of the Unicode Bidirectional Algorithm: a number or a Latin name stands
where it belongs in a Hebrew sentence, and a Hebrew name in an English one.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby

from fpdf.bidi import BidiParagraph

from .fonts import fonts_of

# A word and the spaces after it.
_WORD = re.compile(r"\s*\S*\s*")

# Class of marks that join two consonants; vowels of Thai that stand before their consonant.
_VIRAMA = 9
_BEFORE = "\u0e40\u0e41\u0e42\u0e43\u0e44"


@dataclass(frozen=True)
class Run:
    """Text of one font and one direction: from the right when its level is odd."""

    text: str
    font: str
    level: int


@dataclass(frozen=True)
class Line:
    """Runs from left to right. rightward: the paragraph is written from the left."""

    runs: tuple[Run, ...]
    rightward: bool


Measure = Callable[[Run], float]
_Character = tuple[str, str, int]


def lines(text: str, width: float, measure: Measure) -> Iterator[Line]:
    """The lines of a text that `readable` gave, none wider than `width` as far as a break can
    help: between words, else between letters."""
    for paragraph in text.split("\n"):
        characters, rightward = _characters(paragraph)
        for broken in _broken(characters, width, measure):
            yield Line(tuple(_ordered(_runs(_trimmed(broken)))), rightward)


def _characters(paragraph: str) -> tuple[list[_Character], bool]:
    """Each character with its font and level; whether the paragraph is written from the left."""
    if all(unicodedata.bidirectional(each) not in ("R", "AL", "AN") for each in paragraph):
        levels, base = [0] * len(paragraph), 0
    else:
        resolved = BidiParagraph(paragraph, preserve_bn_chars=True)
        levels = [each.embedding_level for each in resolved.characters]
        base = resolved.base_embedding_level
    return list(zip(paragraph, fonts_of(paragraph), levels, strict=True)), base == 0


def _broken(
    characters: list[_Character], width: float, measure: Measure
) -> Iterator[list[_Character]]:
    line: list[_Character] = []
    used = 0.0
    for piece in _pieces(characters, width, measure):
        if line and used + _width(_trimmed(piece), measure) > width:
            yield line
            line, used = [], 0.0
        line += piece
        used += _width(piece, measure)
    yield line


def _pieces(
    characters: list[_Character], width: float, measure: Measure
) -> Iterator[list[_Character]]:
    """What no break parts: words, and the letters of words that are wider than a line."""
    text = "".join(each for each, _, _ in characters)
    for found in _WORD.finditer(text):
        word = characters[found.start() : found.end()]
        if not word:
            continue
        if _width(_trimmed(word), measure) <= width:
            yield word
        else:
            yield from _letters(word)


def _letters(word: list[_Character]) -> Iterator[list[_Character]]:
    """Each letter with its marks, and with what a virama or a Thai vowel before it joins."""
    letter: list[_Character] = []
    for each in word:
        goes_on = unicodedata.category(each[0])[0] in "MZ" or each[0] in "\u200c\u200d"
        joined = letter and (
            unicodedata.combining(letter[-1][0]) == _VIRAMA or letter[-1][0] in _BEFORE
        )
        if letter and not goes_on and not joined:
            yield letter
            letter = []
        letter.append(each)
    yield letter


def _trimmed(characters: list[_Character]) -> list[_Character]:
    end = len(characters)
    while end and characters[end - 1][0].isspace():
        end -= 1
    return characters[:end]


def _runs(characters: list[_Character]) -> list[Run]:
    return [
        Run("".join(each for each, _, _ in same), font, level)
        for (font, level), same in groupby(characters, key=lambda each: each[1:])
    ]


def _width(characters: list[_Character], measure: Measure) -> float:
    return sum(map(measure, _runs(characters)))


def _ordered(runs: list[Run]) -> list[Run]:
    """Runs as they stand from left to right (rule L2)."""
    for level in range(max((each.level for each in runs), default=0), 0, -1):
        turned: list[Run] = []
        for inside, same in groupby(runs, key=lambda each: each.level >= level):
            group = list(same)
            turned += reversed(group) if inside else group
        runs = turned
    return runs
