"""A document is read back: each script, in the order in which it is read, in its own font."""

import io
import unicodedata
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from functions.documents.page import Page
from tests.unit.documents.words import WORDS

MADE_AT = datetime(2026, 11, 30, tzinfo=UTC)


def _page(*texts: str) -> bytes:
    page = Page(MADE_AT)
    for text in texts:
        page.say(text)
    return page.bytes_with("contract.json", b"{}")


def _letters(text: str) -> str:
    """Letters and marks of a script of words. A glyph without a character of its own, such as the
    dots of an Arabic letter, reads as a sign that is none of them."""
    return "".join(
        each for each in text if unicodedata.category(each)[0] in "LM" and not each.isascii()
    )


@pytest.mark.parametrize("font", WORDS)
def test_words_are_read_back_in_order(font: str) -> None:
    reader = PdfReader(io.BytesIO(_page(WORDS[font])))

    assert _letters(reader.pages[0].extract_text()) == _letters(WORDS[font])
    embedded, _ = reader.pages[0]._get_fonts()
    assert {name.partition("+")[2] for name in embedded} == {font}


def test_scripts_are_mixed_in_a_table() -> None:
    page = Page(MADE_AT)
    page.table(*(("1", words, "3", "100") for words in WORDS.values()))
    read = PdfReader(io.BytesIO(page.bytes_with("contract.json", b"{}"))).pages[0].extract_text()

    assert _letters(read) == _letters("".join(WORDS.values()))


def test_a_long_table_goes_on_on_another_page() -> None:
    page = Page(MADE_AT)
    page.table(*((str(number), "words " * 60, "3", "100") for number in range(20)))
    pages = PdfReader(io.BytesIO(page.bytes_with("contract.json", b"{}"))).pages

    assert len(pages) > 1
    read = "".join(each.extract_text() for each in pages)
    assert read.count("words") == 20 * 60


def test_the_same_words_give_the_same_bytes() -> None:
    assert _page(*WORDS.values()) == _page(*WORDS.values())
