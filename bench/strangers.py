"""What commands cost while readers without an account ask as much as they can."""

import json
import multiprocessing
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle

from bench.http_connection import HttpConnection, HttpFailed
from bench.http_rounds import one_run
from bench.measures import Measure, median
from bench.progress import log
from bench.scale import Scale
from stack.stack import Stack

ALONE, BESIDE, FLOOD = "alone", "beside strangers", "beside strangers without a pause"
# One after the other: what they may ask, and what was costly before it was closed to them.
QUESTIONS = (
    "/rpc/p2p_book?side=sell&cryptocurrency=BTC&fiat_currency=USD&page_size=100",
    "/p2p_orders?select=id&terms=match.(a%2B)%2B%24",
    "/rpc/listing_page?words=gold%20or%20silver&page_size=100",
    "/listings?select=id&description=ilike.*a*b*c*",
    "/rpc/price_lines?cryptocurrency=BTC&fiat_currency=USD&page_size=500",
)
# Seconds after each answer. While one question could cost three seconds, nobody asked more often
# than each third second. Who asks as quickly as the wire allows is counted by an edge, not here.
PAUSES = {BESIDE: 1.0, FLOOD: 0.05}


def _ask(port: int, stop: threading.Event, offset: int, pause: float) -> None:
    connection = HttpConnection("127.0.0.1", port)
    questions = cycle(QUESTIONS[offset % len(QUESTIONS) :] + QUESTIONS[: offset % len(QUESTIONS)])
    stop.wait(pause * (offset % 16) / 16)
    while not stop.wait(pause):
        try:
            connection.get(next(questions), {})
        except HttpFailed:
            pass  # refused: that is an answer, too
        except (OSError, json.JSONDecodeError):
            connection.close()
            connection = HttpConnection("127.0.0.1", port)
    connection.close()


def _crowd(port: int, count: int, stop: threading.Event, pause: float) -> None:
    threads = [
        threading.Thread(target=_ask, args=(port, stop, each, pause)) for each in range(count)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@contextmanager
def strangers(port: int, count: int, pause: float) -> Iterator[None]:
    """So many readers without an account, in a process of their own."""
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    crowd = context.Process(target=_crowd, args=(port, count, stop, pause), daemon=True)
    crowd.start()
    try:
        time.sleep(1)
        yield
    finally:
        stop.set()
        crowd.join()


def commands(stack: Stack, scale: Scale) -> dict[str, Measure]:
    """Whole trades by one client over PostgREST, alone and beside the crowd. Raises LoadFailed."""
    log(f"trades beside {scale.strangers} strangers")
    found: dict[str, list[Measure]] = {name: [] for name in (ALONE, *PAUSES)}
    for _ in range(scale.repeats):
        found[ALONE].append(one_run(stack, "postgrest", 1, scale.seconds))
        for name, pause in PAUSES.items():
            with strangers(stack.postgrest.port, scale.strangers, pause):
                found[name].append(one_run(stack, "postgrest", 1, scale.seconds))
    return {name: median(measures) for name, measures in found.items()}
