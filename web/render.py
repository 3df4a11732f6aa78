"""Templates into HTML. What a person wrote is text there, never HTML."""

import hashlib
from functools import cache, partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from web import language

_FOLDER = Path(__file__).parent
FILES = {
    "style.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml",
    "checkout.js": "text/javascript; charset=utf-8",
}  # fmt: skip
"""What pages ask for beside themselves, by name, and its type."""

_PLACES = {".css": "styles", ".svg": "pictures", ".js": "scripts"}


def render(template: str, chosen: str, **values: Any) -> str:
    """A template as a page in a language (t is its texts). Raises UndefinedError: a value that the
    template names was not given."""
    return _environment().get_template(template).render(
        t=partial(language.text, chosen), language=chosen, languages=language.LANGUAGES,
        direction=language.direction(chosen), file=address, form_id=uuid4, **values,
    )  # fmt: skip


@cache
def content(name: str) -> bytes:
    """A file of FILES. Raises KeyError."""
    FILES[name]
    return (_FOLDER / _PLACES[Path(name).suffix] / name).read_bytes()


@cache
def address(name: str) -> str:
    """Where a file of FILES is. New content has a new address, so that it may be kept for ever."""
    return f"/web/{hashlib.sha256(content(name)).hexdigest()[:16]}-{name}"


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_FOLDER / "templates"), autoescape=True,
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip
