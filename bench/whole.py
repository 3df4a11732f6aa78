"""The whole benchmark: every part once, in turn, on one server."""

from collections.abc import Callable, Collection

from bench import (
    book,
    commands,
    contention,
    contracts,
    delivery,
    funded,
    http_rounds,
    imports,
    inbox,
    machine,
    poller,
    postings,
    relay,
    rls,
    server,
    sign_in,
    strangers,
    sweep,
    world,
    yardstick,
)
from bench.load import LoadFailed
from bench.progress import log
from bench.results import DIRECT, FUNCTIONS, POSTGREST, Results
from bench.scale import Scale
from stack.stack import Stack


def _commands(stack: Stack, scale: Scale, results: Results) -> None:
    for clients in scale.clients:
        found = commands.rounds(stack.cluster, clients, scale, trades=True)
        results.trades.setdefault(DIRECT, {})[clients] = found.pop(commands.TRADE)
        results.commands[clients] = found


def _http(way: str, name: str) -> Callable[[Stack, Scale, Results], None]:
    def part(stack: Stack, scale: Scale, results: Results) -> None:
        results.trades[name] = {
            clients: http_rounds.rounds(stack, way, clients, scale) for clients in scale.clients
        }

    return part


def _postings(stack: Stack, scale: Scale, results: Results) -> None:
    results.postings = postings.rounds(stack.cluster, max(scale.clients), scale)


def _queries(stack: Stack, scale: Scale, results: Results) -> None:
    results.queries = rls.compare(stack, scale.queries, scale.repeats)


def _functions(stack: Stack, scale: Scale, results: Results) -> None:
    results.functions = imports.footprints(stack.lambdas, scale)


def _sweeps(stack: Stack, scale: Scale, results: Results) -> None:
    results.sweeps = {
        DIRECT: sweep.direct(stack.cluster, scale.due, scale.people),
        FUNCTIONS: sweep.by_function(stack, scale.due // 5, scale.people),
    }


def _ticks(stack: Stack, scale: Scale, results: Results) -> None:
    _check(stack)  # before rows are added that are no real escrows
    results.ticks = sweep.ticks(stack.cluster, scale)


def _contention(stack: Stack, scale: Scale, results: Results) -> None:
    results.takes = {
        clients: contention.rounds(stack.cluster, clients, scale) for clients in scale.clients
    }


def _strangers(stack: Stack, scale: Scale, results: Results) -> None:
    results.strangers = strangers.commands(stack, scale)


def _book(_: Stack, scale: Scale, results: Results) -> None:
    results.pages = book.pages(scale)


def _contracts(_: Stack, scale: Scale, results: Results) -> None:
    results.market_pages, results.milestones = contracts.pages_and_commands(scale)


def _sign_in(_: Stack, scale: Scale, results: Results) -> None:
    results.attempts, results.first_reads = sign_in.attempts_and_reads(scale)


def _relay(_: Stack, scale: Scale, results: Results) -> None:
    results.relay = relay.rate(scale)


def _delivery(_: Stack, scale: Scale, results: Results) -> None:
    results.deliveries = {manner: delivery.waves(scale, manner) for manner in scale.dead}


def _inbox(stack: Stack, scale: Scale, results: Results) -> None:
    results.inbox = inbox.receive(stack, scale)
    results.taken_up = inbox.take_up(stack)


def _funded(stack: Stack, scale: Scale, results: Results) -> None:
    results.funded = funded.waits(stack, scale)


def _poller(stack: Stack, scale: Scale, results: Results) -> None:
    results.chain = poller.credit(stack, scale)


# The first five make stacks of their own. Those of the rails start functions anew, so they come
# before what works with them. Imports while the functions that worked still run. Ticks add rows
# that are not money, so nothing moves after them; queries last, to be asked of tables that are
# large.
PARTS = {
    "book": _book,
    "contracts": _contracts,
    "sign_in": _sign_in,
    "relay": _relay,
    "delivery": _delivery,
    "inbox": _inbox,
    "funded": _funded,
    "poller": _poller,
    "commands": _commands,
    "contention": _contention,
    "postings": _postings,
    "postgrest": _http("postgrest", POSTGREST),
    "strangers": _strangers,
    "functions": _http("functions", FUNCTIONS),
    "imports": _functions,
    "sweeps": _sweeps,
    "ticks": _ticks,
    "rls": _queries,
}


def run(scale: Scale, parts: Collection[str] = tuple(PARTS)) -> Results:
    """Measure. Raises LoadFailed, also when the books do not hold afterwards."""
    log("starting a stack with the commit settings of production")
    with server.stack(scale) as stack:
        results = Results(scale, machine.describe(stack.cluster))
        yardstick.prepare(stack.cluster, scale.branches)
        world.prepare(stack.cluster, scale.people)
        postings.prepare(stack.cluster, scale.people)
        for name, part in PARTS.items():
            if name in parts:
                part(stack, scale, results)
        if "ticks" not in parts:
            _check(stack)
    return results


def _check(stack: Stack) -> None:
    log("checking the books")
    if problems := world.problems(stack.cluster):
        raise LoadFailed(f"ledger.verify found: {'; '.join(problems)}")
