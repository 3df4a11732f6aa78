"""In which language a page is: what was chosen, else what the browser prefers, else English."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).with_name("translations")
LANGUAGES: Mapping[str, str] = {
    "en": "English", "es": "Español", "fr": "Français", "de": "Deutsch", "pt": "Português",
    "id": "Bahasa Indonesia", "ar": "العربية", "sw": "Kiswahili",
}  # fmt: skip
"""Each language by its code, in its own words. The same as those of messages."""

_RIGHT_TO_LEFT = {"ar"}


def direction(language: str) -> str:
    """rtl or ltr, as HTML names it."""
    return "rtl" if language in _RIGHT_TO_LEFT else "ltr"


def language_of(*chosen: str, accepts: str) -> str:
    """The first of what was chosen that is a language of ours, else the one that an
    Accept-Language header prefers."""
    for each in chosen:
        if each in LANGUAGES:
            return each
    wanted = sorted(_wanted(accepts), key=lambda pair: -pair[1])
    return next((name for name, _ in wanted if name in LANGUAGES), "en")


def text(language: str, key: str, **fields: str) -> str:
    """A text of a language with its fields filled in. Raises KeyError: no language lacks one."""
    return texts(language)[key].format(**fields)


def known(*keys: str) -> str:
    """The first of these keys that has a text, where a part of it came from elsewhere."""
    return next(key for key in keys if not key or key in texts("en"))


@cache
def texts(language: str) -> Mapping[str, str]:
    """Every text of a language by its key."""
    read: Mapping[str, str] = json.loads((_FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    return read


def _wanted(accepts: str) -> list[tuple[str, float]]:
    found = []
    for each in accepts[:500].split(","):
        name, _, weight = each.partition(";")
        try:
            found.append((name.strip().lower().partition("-")[0], float(weight.strip()[2:] or 1)))
        except ValueError:
            continue
    return found
