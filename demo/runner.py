"""Tells stories on a running stack and proves the books in the end."""

from collections.abc import Sequence

import httpx

from demo.catalogue import Story
from demo.console import Console
from demo.stage import Stage
from stack.paths import MissingPart
from stack.stack import Stack

LOG_LINES = 10


def tell(stack: Stack, story: Story, console: Console) -> None:
    """One story with its table of balances. Raises StoryFailed, or what a client raised."""
    with (
        httpx.Client(base_url=stack.url, timeout=60) as http,
        Stage(stack, http, console) as stage,
    ):
        story(stage)
        stage.close()


def tell_all(stack: Stack, stories: Sequence[Story], console: Console) -> list[str]:
    """Every story, the rest too when one fails; the names of those that failed. One that lacks a
    part of the machine is passed over."""
    failed = []
    for number, story in enumerate(stories, start=1):
        console.line(f"\n{number}. {story.__doc__}", "bold")
        try:
            tell(stack, story, console)
        except MissingPart as missing:
            console.line(f"  NOT TOLD: {missing}", "red")
        except Exception as error:
            failed.append(story.__name__)
            console.line(f"  ✗ {type(error).__name__}: {error}", "red")
            _show_log(stack, console)
    return failed


def verify(stack: Stack, console: Console) -> int:
    """Print what ledger.verify() says of all entries; how many problems it found."""
    with stack.connect() as connection:
        problems = connection.execute("select * from ledger.verify()").fetchall()
        entries, transfers = connection.execute(
            "select (select count(*) from public.ledger_entries),"
            " (select count(*) from private.ledger_transfers)"
        ).fetchone() or (0, 0)
    for problem in problems:
        console.line(f"  ✗ {problem}", "red")
    console.line(
        f"\nledger.verify(): {len(problems)} problems over {entries} entries,"
        f" {transfers} transfers",
        "red" if problems else "green",
    )
    return len(problems)


def _show_log(stack: Stack, console: Console) -> None:
    if stack.lambdas.log.exists():
        for line in stack.lambdas.log.read_text(errors="replace").splitlines()[-LOG_LINES:]:
            console.line(f"    {line}", "dim")
