"""Clients that give commands until they are answered, and remember every answer."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import httpx

from shared.errors import Unavailable
from stack.stack import Stack
from tests.world.races import commands
from tests.world.races.commands import Line, Said
from tests.world.races.direct_db import Door

PATIENCE = 40.0
# Commands answered before the crash, and again after it.
ANSWERS = 60

Send = Callable[[Line], Said]
"""Gives a command once. Raises Unavailable when no answer came."""


def by_http(stack: Stack, http: httpx.Client) -> Send:
    """Through the front door."""

    def send(line: Line) -> Said:
        headers = {
            "Authorization": f"Bearer {stack.token(line.who, aal='aal2')}",
            "Idempotency-Key": line.key,
        }
        try:
            answer = http.post(line.path, json=dict(line.body), headers=headers)
        except httpx.TransportError:
            raise Unavailable from None
        if answer.status_code >= 500:
            raise Unavailable
        body = answer.json()
        replayed = answer.headers.get("Idempotency-Replayed") == "true"
        return Said({}, body["code"]) if "code" in body else Said(body, replayed=replayed)

    return send


def by_database(door: Door) -> Send:
    """Past PostgREST, straight to the commands."""
    return lambda line: line(door)


@dataclass
class Client:
    """One seller and one buyer who trade until they are stopped.

    answers: of every command, with what was said. lost: attempts without an answer.
    """

    send: Send
    seller: UUID
    buyer: UUID
    order_id: UUID
    answers: list[tuple[Line, Said]] = field(default_factory=list)
    lost: int = 0

    def trade_until(self, stop: threading.Event) -> None:
        while not stop.is_set():
            taken = self.ask(commands.take(self.buyer, self.order_id, "0.001"))
            trade_id = UUID(taken.body["trade_id"])
            self.ask(commands.trade(self.buyer, trade_id, "mark-paid"))
            self.ask(commands.trade(self.seller, trade_id, "release", payer_name_matches=True))

    def ask(self, line: Line) -> Said:
        """The answer, after repeating the command with its key as often as it takes."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                said = self.send(line)
            except Unavailable:
                self.lost += 1
                assert time.monotonic() < deadline, f"no answer to {line.path}"
                time.sleep(0.05)
            else:
                assert said.done, (line.path, said.code)
                self.answers.append((line, said))
                return said


def busy(clients: Sequence[Client], crash: Callable[[], None]) -> int:
    """Let them trade, crash in the middle, and let them trade on.

    Counts answers and never time: a slow machine takes longer and proves the same.
    How many answers there were before the crash. Raises what a client raised.
    """
    stop = threading.Event()
    failed: list[BaseException] = []

    def run(client: Client) -> None:
        try:
            client.trade_until(stop)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=[each]) for each in clients]
    for thread in threads:
        thread.start()

    def answered() -> int:
        return sum(len(each.answers) for each in clients)

    def wait_for(more: int) -> None:
        enough = answered() + more
        while answered() < enough and not failed:
            time.sleep(0.01)

    try:
        wait_for(ANSWERS)
        before = answered()
        crash()
        wait_for(ANSWERS)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    if failed:
        raise failed[0]
    return before
