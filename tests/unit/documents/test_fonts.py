"""Every script has a font, and that font has all of it."""

import unicodedata
from collections.abc import Sequence

import pytest
import uharfbuzz
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

from functions.documents.fonts import FONTS, file_of, fonts_of, readable
from functions.documents.lines import Run, lines
from tests.unit.documents.words import WORDS

BLOCKS = {
    "NotoSans": [(0x21, 0x7E), (0xA1, 0x17F), (0x391, 0x3C9), (0x400, 0x4FF), (0x900, 0x97F)],
    "NotoSansArabic": [(0x600, 0x6FF), (0x750, 0x77F), (0x8A0, 0x8FF)],
    "NotoSansHebrew": [(0x590, 0x5FF)],
    "NotoSansThai": [(0xE00, 0xE7F)],
    "NotoSansJP": [(0x3041, 0x3096), (0x30A1, 0x30FA)],
    "NotoSansSC": [(0x4E00, 0x9FA5)],
    "NotoSansKR": [(0xAC00, 0xD7A3)],
}


@pytest.mark.parametrize("font", FONTS)
def test_a_font_covers_its_script(font: str) -> None:
    shown = TTFont(file_of(font), lazy=True).getBestCmap()
    letters = {
        code
        for first, last in BLOCKS[font]
        for code in range(first, last + 1)
        if unicodedata.category(chr(code))[0] in "LMN"
    }

    assert letters - shown.keys() == set()


@pytest.mark.parametrize("font", WORDS)
def test_a_script_is_shown_in_its_font(font: str) -> None:
    text = WORDS[font]

    assert readable(text) == text
    assert set(fonts_of(text)) == {font}


@pytest.mark.parametrize("font", WORDS)
def test_no_glyph_is_missing(font: str) -> None:
    for run in _runs(WORDS[font]):
        glyphs = _glyphs(run)
        assert glyphs
        assert 0 not in glyphs


@pytest.mark.parametrize(
    ("apart", "together"),
    [
        (["م", "ج", "م"], "مجم"),
        (["क", "्", "ष"], "क्ष"),
    ],
)
def test_letters_are_joined(apart: Sequence[str], together: str) -> None:
    (whole,) = _runs(together)
    single = [glyph for letter in apart for run in _runs(letter) for glyph in _glyphs(run)]

    assert _glyphs(whole)[:: -1 if whole.level else 1] != single


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\u0f56\u0f7c\u0f51", "\\u{F56}\\u{F7C}\\u{F51}"),
        ("a\u202eb", "a\\u{202E}b"),
        ("a\u200cb", "a\\u{200C}b"),
        (
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        ),
        ("क्\u200dष", "क्\u200dष"),
        ("😀", "\\u{1F600}"),
        ("a\tb\r\nc", "a    b\nc"),
    ],
)
def test_what_no_font_shows_is_spelled(text: str, shown: str) -> None:
    assert readable(text) == shown


def _runs(text: str) -> list[Run]:
    return [run for line in lines(text, 1000, lambda run: len(run.text)) for run in line.runs]


def _glyphs(run: Run) -> list[int]:
    font = uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(file_of(run.font)))))
    buffer = uharfbuzz.Buffer()
    buffer.add_str(run.text)
    buffer.guess_segment_properties()
    uharfbuzz.shape(font, buffer, {})
    return [each.codepoint for each in buffer.glyph_infos]
