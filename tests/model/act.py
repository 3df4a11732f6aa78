"""Random steps of an episode."""

from collections.abc import Callable

from tests.model import choose, choose_orders, halts, openings
from tests.model.choose_move import decision
from tests.model.episode import RULES, Episode
from tests.model.product import word
from tests.model.timers import sweep
from tests.model.views import Scope
from tests.model.worker import work
from tests.model.world import Body

# Running escrows below which something new begins; how often a command should succeed,
# and how many are thought of until one would.
FEW, WANTED, TRIES = 12, 0.75, 6

CHOOSERS: dict[str, choose.Chooser] = {
    "order_publish": choose_orders.publish, "order_cancel": choose_orders.order_command,
    "order_pause": choose_orders.order_command, "order_resume": choose_orders.order_command,
    "order_reprice": choose_orders.reprice,
    "order_take": choose_orders.take, "ledger_move_external": choose.move_external,
    "ledger_reverse": choose.reverse,
    "halt": halts.halt, "halt_lift": halts.halt_lift,
    "operator_request_confirm": halts.confirm,
    "escrow_claim": choose.claim, "escrow_rail_case": choose.rail_case,
    "escrow_case_close": choose.close_case, "escrow_rail_outcome": choose.outcome,
    "payout_retry": choose.payout_command, "payout_keep": choose.payout_command,
    "payout_destination_set": choose.destination,
}  # fmt: skip


def _wanted(episode: Episode, name: str, think: Callable[[], Body]) -> Body:
    body = think()
    if episode.random.random() < WANTED:
        for _ in range(TRIES):
            if not RULES[name][0](episode.world, body).faults:
                break
            body = think()
    return body


def command(episode: Episode, name: str) -> None:
    """A command other than a decision about an escrow."""
    chooser = CHOOSERS[name]
    body = _wanted(episode, name, lambda: chooser(episode.world, episode.random))
    episode.give(name, body)


def move(episode: Episode) -> None:
    """A decision about some escrow, a running one mostly; something new when few run."""
    random = episode.random
    known = list(episode.world.escrows.values())
    running = [escrow for escrow in known if escrow.live]
    if len(running) < random.randint(1, FEW):
        return _begin(episode)
    escrow = random.choice(running if random.random() < 0.95 else known)
    if escrow.state == "disputed" and not escrow.files:
        escrow.files = {"ab" * 32, "cd" * 32}
        for sha256 in escrow.files:
            episode.database.announce(escrow.id, episode.world.people.users[0], sha256)
    body = _wanted(episode, "escrow_commit", lambda: decision(episode.world, random, escrow))
    return episode.give("escrow_commit", body)


def _begin(episode: Episode) -> None:
    orders = episode.world.orders.values()
    if episode.random.random() < 0.25:
        propose(episode)
    elif any(order.remaining > 0 and order.status == "active" for order in orders):
        command(episode, "order_take")
    elif any(order.status == "draft" for order in orders):
        command(episode, "order_publish")
    else:
        draft(episode)


def draft(episode: Episode) -> None:
    """A maker writes an order."""
    order = choose_orders.new_order(episode.world, episode.random)
    episode.database.write_order(order)
    episode.world.orders[order.id] = order


def propose(episode: Episode) -> None:
    """Two parties agree on terms in the marketplace."""
    terms = choose.opening(episode.world, episode.random)
    openings.propose(episode.world, episode.database.open_escrow(terms), terms)


def repeat(episode: Episode) -> None:
    """An earlier command again: the same, or another under its key."""
    if episode.history:
        name, body = episode.random.choice(episode.history[-40:])
        if episode.random.random() < 0.4:
            body = body | {"request_hash": "another"}
        episode.give(name, body)


def wait(episode: Episode) -> None:
    episode.wait(choose.moment(episode.world, episode.random))


def roll_up(episode: Episode) -> None:
    """Advance the shared wallets; no balance may change by it."""
    episode.database.roll_up()
    episode.compare(Scope(frozenset(), frozenset()))


STEPS: dict[str, tuple[float, Callable[[Episode], None]]] = {
    "move": (45, move),
    "word": (35, word),
    "draft": (2, draft),
    "propose": (2, propose),
    "repeat": (5, repeat),
    "wait": (3, wait),
    "sweep": (0.3, sweep),
    "work": (8, work),
    "roll_up": (0.5, roll_up),
}
COMMANDS: dict[str, float] = {
    "order_take": 8, "order_publish": 3, "order_cancel": 1, "order_pause": 1,
    "order_resume": 1, "order_reprice": 2,
    "ledger_move_external": 3, "ledger_reverse": 1, "escrow_claim": 1.5,
    "halt": 0.3, "halt_lift": 1, "operator_request_confirm": 1,
    "escrow_rail_case": 2, "escrow_case_close": 1, "escrow_rail_outcome": 1,
    "payout_retry": 1, "payout_keep": 0.5, "payout_destination_set": 2,
}  # fmt: skip


def step(episode: Episode) -> None:
    """One random thing."""
    weights = {name: weight for name, (weight, _) in STEPS.items()} | COMMANDS
    chosen = episode.random.choices(list(weights), list(weights.values()))[0]
    if chosen in STEPS:
        STEPS[chosen][1](episode)
    else:
        command(episode, chosen)
