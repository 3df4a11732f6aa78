"""The steps a day is made of: a word, the escrow it is about, and what goes wrong meanwhile."""

from contextlib import suppress
from dataclasses import dataclass
from random import Random

from stack.lambdas import FunctionFailed
from tests.rails_day import card_words, chain_words, people_words
from tests.rails_day.day import Day, Part
from tests.rails_day.people_words import Word

WORKERS = {
    "inbox": "StripeInboxFunction",
    "poller": "StripePollFunction",
    "reports": "EscrowReportsFunction",
    "card payouts": "StripePayoutsFunction",
    "screen": "ScreenFunction",
    "watch": "EvmWatchFunction",
    "chain payouts": "EvmPayoutsFunction",
    "expire": "EscrowExpireFunction",
    "expire payouts": "PayoutExpireFunction",
}


@dataclass(frozen=True)
class Step:
    """part: number of the escrow on its rail, counted round. trouble: see FaultInjector."""

    word: str
    rail: str = ""
    part: int = 0
    trouble: int = 0


def _works(function: str) -> Word:
    return lambda day, part, trouble: day.work(function, trouble) and None


def _passes(**amount: float) -> Word:
    return lambda day, part, trouble: day.advance(**amount)


def _come(day: Day, part: Part, trouble: int) -> None:
    day.cards.send()


def _lost(day: Day, part: Part, trouble: int) -> None:
    day.stripe.webhooks.lose(day.stripe.webhooks.waiting())


def _mixed(day: Day, part: Part, trouble: int) -> None:
    """Some twice, in any order, those that came before among them."""
    events = day.stripe.webhooks.all()[-12:]
    Random(trouble).shuffle(events)
    day.cards.send(events + events[:4])


def _everybody(day: Day, part: Part, trouble: int) -> None:
    """Events come, blocks are made, and each worker runs once, in any order."""
    with suppress(FunctionFailed):
        day.cards.send()
    day.chain.mine(3)
    random = Random(trouble)
    functions = [*WORKERS.values(), WORKERS["reports"]]
    if trouble:
        random.shuffle(functions)
    for function in functions:
        day.work(function, random.randrange(2, 1000) if trouble else 0)


EVENTS: dict[str, Word] = {"events come": _come, "events lost": _lost, "events mixed": _mixed}
WORK: dict[str, Word] = {name: _works(function) for name, function in WORKERS.items()}
EVERYBODY: dict[str, Word] = {"everybody works": _everybody}
TIME: dict[str, Word] = {
    "a minute passes": _passes(minutes=1),
    "ten minutes pass": _passes(minutes=10),
    "an hour passes": _passes(hours=1),
    "four days pass": _passes(days=4),
    "two weeks pass": _passes(days=14),
}
ANY = {**people_words.WORDS, **EVENTS, **WORK, **EVERYBODY, **TIME}
CARD = {**card_words.PAYS, **card_words.MISHAPS}
CHAIN = {**chain_words.PAYS, **chain_words.MISHAPS}
RAILS = {"stripe": CARD, "base": CHAIN}


def do(day: Day, step: Step) -> None:
    """Make one step. Raises whatever a part of the system should not have raised."""
    parts = day.parts(step.rail) if step.rail else day.parts()
    words = {**ANY, **RAILS.get(step.rail, {})}
    words[step.word](day, parts[step.part % len(parts)], step.trouble)
