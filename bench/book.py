"""Pages of the order book among many orders, as anybody on the internet asks for them."""

import time
from collections.abc import Callable, Mapping, Sequence
from random import Random
from urllib.parse import urlencode

from psycopg import ClientCursor

from bench import server, world
from bench.cpu import watching
from bench.http_connection import HttpConnection, HttpFailed
from bench.load import SCRIPTS, LoadFailed
from bench.measures import Measure
from bench.progress import log
from bench.scale import Scale
from stack.cluster import SUPERUSER
from stack.stack import Stack

Filters = Mapping[str, str | int]
Question = Callable[[Random, str], Filters]

_MAKERS = 50
_SIDES = ("sell", "buy")


def _one_of(name: str, *values: str | int) -> Question:
    return lambda random, _: {name: random.choice(values)}


def _amount(low: float, high: float) -> Question:
    return lambda random, _: {"amount": f"{random.uniform(low, high):.4f}"}


def _all_of(*questions: Question) -> Question:
    return lambda random, side: {
        name: value for each in questions for name, value in each(random, side).items()
    }


# What a reader asks for; sql/book.sql makes so many orders fit.
QUESTIONS: Mapping[str, Question] = {
    "no filter": lambda _random, _side: {},
    "a method of many orders": _one_of("payment_method", "sepa", "wise", "bank_transfer"),
    "a method of 0.1 % of orders": _one_of("payment_method", "mpesa"),
    "an amount that most have": _amount(0.01, 0.1),
    "an amount that 0.1 % have": _amount(20, 30),
    "a tier": _one_of("tier", 0, 1, 2),
    "method, amount and tier": _all_of(
        _one_of("payment_method", "sepa", "wise"), _amount(0.1, 2), _one_of("tier", 0, 1)
    ),
}
LATE = "a late page"


def _fill(stack: Stack, orders: int) -> None:
    """Put orders into one pair, half of them on either side; without money behind them."""
    world.prepare(stack.cluster, _MAKERS)
    log(f"adding {orders:,} orders")
    with stack.connect(SUPERUSER) as connection:
        connection.execute("set session_replication_role = replica")
        script = (SCRIPTS / "book.sql").read_bytes()
        ClientCursor(connection).execute(script, {"rows": orders, "people": _MAKERS})
    world.analyse(stack.cluster)


def _late(stack: Stack) -> Question:
    """Pages that begin after any line of a book."""
    with stack.connect() as connection:
        ends: dict[str, Sequence[tuple[str, str]]] = {
            side: connection.execute(
                "select price::numeric::text, id::text from public.p2p_orders where type = %s"
                " and status = 'active' and price_type = 'fixed' order by random() limit 1000",
                [side],
            ).fetchall()
            for side in _SIDES
        }

    def after(random: Random, side: str) -> Filters:
        return dict(zip(("after_price", "after_id"), random.choice(ends[side]), strict=True))

    return after


def _read(connection: HttpConnection, question: Question, random: Random, times: int) -> Measure:
    latencies, lines = [], 0
    for _ in range(times):
        side = random.choice(_SIDES)
        pair = {"side": side, "cryptocurrency": "BTC", "fiat_currency": "USD"}
        path = f"/rpc/p2p_book?{urlencode({**pair, **question(random, side)})}"
        started = time.perf_counter()
        lines += len(connection.get(path, {}))
        latencies.append((time.perf_counter() - started) * 1000)
    if not lines:
        raise LoadFailed("the book is empty")
    return Measure.of(times, 1000 * times / sum(latencies), latencies)


def pages(scale: Scale) -> dict[str, Measure]:
    """A page of each kind, by one reader without an account over PostgREST.

    On a stack of its own: what the other parts measure is not done among so many orders.
    Raises LoadFailed.
    """
    found = {}
    with server.stack(scale) as stack:
        _fill(stack, scale.orders)
        connection = HttpConnection("127.0.0.1", stack.postgrest.port)
        try:
            for name, question in {**QUESTIONS, LATE: _late(stack)}.items():
                log(f"pages of the book: {name}")
                random = Random(name)  # noqa: S311 - picks what is asked
                _read(connection, question, random, scale.pages // 10)
                with watching(stack.cluster) as with_cpu:
                    found[name] = with_cpu(_read(connection, question, random, scale.pages))
        except HttpFailed as error:
            raise LoadFailed(str(error)) from error
        finally:
            connection.close()
    return found
