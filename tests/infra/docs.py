"""Reading the pages under docs/: sections, code blocks, tables, links."""

import re
from pathlib import Path

from stack.paths import ROOT

DOCS = ROOT / "docs"
README = ROOT / "README.md"
PAGES = sorted([README, *DOCS.rglob("*.md")])


def section(page: Path, heading: str) -> str:
    """The text under a heading, up to the next of the same or a higher level."""
    text = page.read_text()
    prose = _without_code(text)
    found = re.search(rf"^(#+) {re.escape(heading)}$", prose, re.MULTILINE)
    assert found, f"{page.name} has no section {heading}"
    end = re.compile(rf"^#{{1,{len(found[1])}}} ", re.MULTILINE).search(prose, found.end())
    return text[found.end() : end.start() if end else None]


def _without_code(text: str) -> str:
    """The same text, of the same length, with spaces for what is in code blocks."""
    return re.sub(
        r"^```.*?^```$",
        lambda block: re.sub(r"[^\n]", " ", block[0]),
        text,
        flags=re.MULTILINE | re.DOTALL,
    )


def blocks(text: str, language: str) -> list[str]:
    """Code blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def table(text: str) -> list[list[str]]:
    """Rows of the first table, without its heading."""
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("|"))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def words(text: str) -> set[str]:
    """What stands in backticks."""
    return set(re.findall(r"`([^`\n]+)`", text))


def anchors(page: Path) -> set[str]:
    """Fragments that links to a page may have."""
    headings = re.findall(r"^#+ (.+)$", _without_code(page.read_text()), re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).replace(" ", "-")
        for heading in headings
    }


def links(page: Path) -> list[tuple[str, str]]:
    """Path (empty for the page itself) and fragment of each link inside the repository."""
    targets = re.findall(r"\]\(([^)\s]+)\)", _without_code(page.read_text()))
    parts = [target.partition("#") for target in targets if "://" not in target]
    return [(path, fragment) for path, _, fragment in parts]
