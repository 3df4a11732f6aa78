"""A real Chromium, and what it says of a page."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from stack.paths import NODE_MODULES, STATE

_PACKAGE = NODE_MODULES / "@sparticuz/chromium"
_UNPACK = (
    "const [zlib, fs] = [require('zlib'), require('fs')];"
    "fs.writeFileSync(process.argv[2], zlib.brotliDecompressSync(fs.readFileSync(process.argv[1])))"
)
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def chromium() -> Path:
    """The program; HOLDFAST_CHROMIUM wins over the one of package.json, unpacked once."""
    if chosen := os.environ.get("HOLDFAST_CHROMIUM"):
        return Path(chosen)
    version = (_PACKAGE / "package.json").stat().st_mtime_ns
    program = STATE / "cache" / f"chromium-{version}"
    if not program.exists():
        program.parent.mkdir(parents=True, exist_ok=True)
        fresh = program.with_name(f"{program.name}.{os.getpid()}")
        node = shutil.which("node") or "node"
        source = _PACKAGE / "bin" / "chromium.br"
        subprocess.run([node, "-e", _UNPACK, str(source), str(fresh)], check=True)
        fresh.chmod(0o755)
        fresh.replace(program)
    return program


@contextlib.contextmanager
def opened() -> Iterator[Browser]:
    """A browser, until the end of the block."""
    with sync_playwright() as player:
        # Its sandbox does not work for root.
        flags = ["--no-sandbox", "--disable-gpu"]
        browser = player.chromium.launch(executable_path=chromium(), args=flags)
        try:
            yield browser
        finally:
            browser.close()


def faults(shown: Page) -> list[str]:
    """What axe finds wrong with a page: each rule with the elements that break it. It needs
    scripts, so it judges the same page in a window that runs them: in light colours, and its
    contrasts in dark ones, too."""
    html, browser = shown.content(), shown.context.browser
    assert browser
    with browser.new_context(color_scheme="light") as context:
        page = context.new_page()
        page.route(shown.url, lambda route: route.fulfill(body=html, content_type="text/html"))
        page.goto(shown.url)
        page.evaluate(_axe())
        light = _judged(page, {"runOnly": _RULES})
        page.emulate_media(color_scheme="dark")
        return light + _judged(page, {"runOnly": ["color-contrast"]})


def _judged(page: Page, options: dict[str, Any]) -> list[str]:
    found: Any = page.evaluate(
        "options => axe.run(document, options).then(r => r.violations)", options
    )
    return [f"{each['id']}: {[node['html'] for node in each['nodes']]}" for each in found]


@cache
def _axe() -> str:
    return (NODE_MODULES / "axe-core" / "axe.min.js").read_text()
