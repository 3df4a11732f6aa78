"""Pages of the marketplace and commands about milestones, among many contracts."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from urllib.parse import urlencode

from psycopg import ClientCursor

from bench import server, signed, world
from bench.cpu import watching
from bench.http_connection import HttpConnection, HttpFailed
from bench.load import SCRIPTS, Load, LoadFailed
from bench.measures import Measure
from bench.progress import log
from bench.scale import Scale
from stack.cluster import SUPERUSER
from stack.stack import Stack

COMMANDS: Mapping[str, str] = {"deliver": "perform.sql", "release": "accept.sql"}
_BUYERS = 100  # who ask; signed tokens for more would only cost time
_CONTRACT = (
    "id,listing_id,seller_id,currency,total,created_at,"
    "contract_progress(milestones,open_milestones,paid_out,status)"
)
_MILESTONE = (
    "id,position,title,amount,escrow_transactions(state,payee_amount,completed_at),"
    "deliveries(revision,note,created_at),"
    "escrow_next_steps(next_roles,next_action,deadline_at,on_silence)"
)


@dataclass(frozen=True)
class _Buyer:
    """One who asks, and some of their contracts."""

    user_id: str
    token: str
    contracts: Sequence[str]


# The path of a page.
Question = Callable[[Random, _Buyer], str]


def _found(**asked: str | int) -> str:
    return f"/rpc/listing_page?{urlencode(asked)}"


def _priced(random: Random, _: _Buyer) -> str:
    low = random.randint(5, 500)
    category = random.choice(("groups", "games", "design"))
    return _found(
        category=category, currency="USD", price_from=low, price_to=2 * low, cheapest="true"
    )


def _milestones(random: Random, buyer: _Buyer) -> str:
    return (
        f"/contract_milestones?select={_MILESTONE}"
        f"&contract_id=eq.{random.choice(buyer.contracts)}&order=position"
    )


def _own(_: Random, buyer: _Buyer) -> str:
    return (
        f"/contracts?select={_CONTRACT}&buyer_id=eq.{buyer.user_id}&order=created_at.desc&limit=20"
    )


# sql/contracts.sql makes listings with so many words.
BY_ANYBODY: Mapping[str, Question] = {
    "newest": lambda _random, _buyer: _found(),
    "a word of 25 % of listings": lambda r, _: _found(words=f"tone{r.randrange(20)}"),
    "a word of 0.1 %": lambda r, _: _found(words=f"mark{r.randrange(1000)}"),
    "two words": lambda r, _: _found(words=f"tone{r.randrange(20)} part{r.randrange(50)}"),
    "category and price": _priced,
}
BY_A_BUYER: Mapping[str, Question] = {
    "own contracts": _own,
    "milestones of a contract": _milestones,
}


def _fill(stack: Stack, contracts: int, people: int) -> None:
    world.prepare(stack.cluster, people)
    log(f"adding {contracts:,} contracts")
    with stack.connect(SUPERUSER) as connection:
        connection.execute("set session_replication_role = replica")
        script = (SCRIPTS / "contracts.sql").read_bytes()
        ClientCursor(connection).execute(script, {"rows": contracts, "people": people})
    world.analyse(stack.cluster)


def _pay_in(stack: Stack, contracts: int, people: int) -> None:
    log(f"paying in {contracts:,} contracts by commands")
    signed.prepare(stack)
    with stack.connect() as connection:
        connection.execute((SCRIPTS / "milestones.sql").read_bytes())
        connection.execute("select bench.pay_in(%s, %s)", [contracts, people])
    world.analyse(stack.cluster)


def _buyers(stack: Stack) -> list[_Buyer]:
    with stack.connect() as connection:
        rows = connection.execute(
            "select m.user_id::text, array(select c.id::text from public.contracts as c"
            " where c.buyer_id = m.user_id order by c.created_at desc limit 50)"
            " from bench.makers as m order by m.n limit %s",
            [_BUYERS],
        ).fetchall()
    return [_Buyer(user, stack.token(user), own) for user, own in rows]


def _read(
    connection: HttpConnection, question: Question, buyers: Sequence[_Buyer], times: int,
    random: Random, *, signed_in: bool,
) -> Measure:  # fmt: skip
    latencies, rows = [], 0
    for _ in range(times):
        buyer = random.choice(buyers)
        headers = {"Authorization": f"Bearer {buyer.token}"} if signed_in else {}
        path = question(random, buyer)
        started = time.perf_counter()
        rows += len(connection.get(path, headers))
        latencies.append((time.perf_counter() - started) * 1000)
    if not rows:
        raise LoadFailed("the pages are empty")
    return Measure.of(times, 1000 * times / sum(latencies), latencies)


def _pages(stack: Stack, times: int) -> dict[str, Measure]:
    buyers, found = _buyers(stack), {}
    connection = HttpConnection("127.0.0.1", stack.postgrest.port)
    try:
        for name, question in {**BY_ANYBODY, **BY_A_BUYER}.items():
            log(f"pages of the marketplace: {name}")
            random, signed_in = Random(name), name in BY_A_BUYER  # noqa: S311 - picks what is asked
            _read(connection, question, buyers, times // 10, random, signed_in=signed_in)
            with watching(stack.cluster) as with_cpu:
                measured = _read(connection, question, buyers, times, random, signed_in=signed_in)
                found[name] = with_cpu(measured)
    except HttpFailed as error:
        raise LoadFailed(str(error)) from error
    finally:
        connection.close()
    return found


def _commands(stack: Stack, milestones: int) -> dict[str, Measure]:
    found = {}
    for name, script in COMMANDS.items():
        log(f"{name}: {milestones:,} milestones")
        load = Load(SCRIPTS / script, 1, each=milestones, variables={"turn": 0})
        found[name] = server.measure(stack.cluster, load)
    released = stack.cluster.execute(
        "select count(*) from bench.tickets as t join private.escrow_transactions as e"
        " on e.id = t.escrow_id where e.state = 'released'"
    )[0][0]
    if released != milestones:
        raise LoadFailed(f"{released} of {milestones} milestones were released")
    return found


def pages_and_commands(scale: Scale) -> tuple[dict[str, Measure], dict[str, Measure]]:
    """A page of each kind by one reader over PostgREST, then each command by one client with
    direct commit, both among so many contracts.

    On a stack of its own: what the other parts measure is not done among so many rows.
    Raises LoadFailed.
    """
    with server.stack(scale) as stack:
        _fill(stack, scale.contracts, scale.people)
        _pay_in(stack, scale.milestones // 2, scale.people)
        pages = _pages(stack, scale.pages)
        return pages, _commands(stack, scale.milestones)
