"""Which characters a document can show, and how it writes the others."""

import unicodedata
from functools import cache
from pathlib import Path

import fontpkg_noto_sans  # type: ignore[import-untyped]
import noto_cjk_sans_jp_regular  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

SANS = fontpkg_noto_sans.ROOT / "files" / "NotoSans[wdth,wght].ttf"
CJK = Path(str(noto_cjk_sans_jp_regular.FONT_PATH))


def readable(text: str) -> str:
    """The text as the fonts show it; what they lack, and what is invisible, as \\u{1F600}."""
    shown = _shown(SANS) | _shown(CJK)
    text = text.replace("\r\n", "\n").replace("\t", "    ")
    return "".join(
        each if each == "\n" or (ord(each) in shown and _visible(each)) else f"\\u{{{ord(each):X}}}"
        for each in text
    )


def needs_cjk(text: str) -> bool:
    """Whether the first font lacks something of it."""
    return bool({ord(each) for each in text} - {ord("\n")} - _shown(SANS))


def _visible(character: str) -> bool:
    # Marks that turn the direction of writing could make one text look like another.
    return unicodedata.category(character) not in ("Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp")


@cache
def _shown(font: Path) -> frozenset[int]:
    return frozenset(TTFont(font, lazy=True).getBestCmap())
