"""A real Chromium, and what it says of a page."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

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
    scripts, so it judges the same page in windows that run them, a light and a dark one."""
    html, browser = shown.content(), shown.context.browser
    assert browser
    with browser.new_context(color_scheme="dark") as dark, browser.new_context() as light:
        return [fault for context in (light, dark) for fault in _judged(context, shown.url, html)]


def _judged(context: BrowserContext, url: str, html: str) -> list[str]:
    page = context.new_page()
    page.route(url, lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto(url)
    page.evaluate(_axe())
    found: Any = page.evaluate(
        "rules => axe.run(document, {runOnly: rules}).then(r => r.violations)", _RULES
    )
    return [f"{each['id']}: {[node['html'] for node in each['nodes']]}" for each in found]


@cache
def _axe() -> str:
    return (NODE_MODULES / "axe-core" / "axe.min.js").read_text()
