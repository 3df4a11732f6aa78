"""Words stand in the order in which they are read, and a line is no wider than it may be."""

import pytest

from functions.documents.lines import Line, Run, lines


def _measure(run: Run) -> float:
    return len(run.text)


def _lines(text: str, width: float = 1000) -> list[Line]:
    return list(lines(text, width, _measure))


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("Group 12 (ten)", ["Group 12 (ten)"]),
        ("Group: קבוצה של 12 (עשר) סוף", ["Group: ", "עשר) סוף", " (", "12", "קבוצה של "]),
        ("קבוצה Group 10k של 12.", [".", "12", "של ", " ", "Group 10k", "קבוצה "]),
        ("قبل ١٢ بعد", [" بعد", "١٢", "قبل "]),
    ],
)
def test_runs_stand_in_the_order_of_reading(text: str, runs: list[str]) -> None:
    (line,) = _lines(text)

    assert [run.text for run in line.runs] == runs


def test_a_number_among_words_from_the_right_is_written_from_the_left() -> None:
    (line,) = _lines("קבוצה 12 (Group)")

    assert [(run.text, run.level) for run in line.runs] == [
        (")", 1), ("Group", 2), (" (", 1), ("12", 2), ("קבוצה ", 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "rightward"), [("Group קבוצה", True), ("קבוצה Group", False), ("12", True)]
)
def test_a_paragraph_is_written_from_where_its_first_letter_is(text: str, rightward: bool) -> None:
    assert _lines(text)[0].rightward is rightward


@pytest.mark.parametrize(
    ("text", "width", "broken"),
    [
        ("one two three", 7, ["one two", "three"]),
        ("one  two", 4, ["one", "two"]),
        ("one\n\ntwo", 9, ["one", "", "two"]),
        ("abcdefgh ij", 3, ["abc", "def", "gh", "ij"]),
        ("一二三四五", 2, ["一二", "三四", "五"]),
        # Marks stay with their letter, a vowel that stands before one too, and what a virama joins.
        ("กิกิกิ", 3, ["กิ", "กิ", "กิ"]),
        ("กเก", 2, ["ก", "เก"]),
        ("कक्षक", 3, ["क", "क्ष", "क"]),
        ("", 5, [""]),
    ],
)
def test_a_line_breaks_between_words_else_between_letters(
    text: str, width: float, broken: list[str]
) -> None:
    found = _lines(text, width)

    assert ["".join(run.text for run in line.runs) for line in found] == broken


def test_the_first_words_of_a_paragraph_from_the_right_are_on_its_first_line() -> None:
    first, second = _lines("קבוצה של שחקנים", 8)

    assert [[run.text for run in line.runs] for line in (first, second)] == [
        ["קבוצה של"],
        ["שחקנים"],
    ]
