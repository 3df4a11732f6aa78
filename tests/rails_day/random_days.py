"""Days drawn at random: what each escrow has before it, mixed with all the rest."""

from collections.abc import Iterator, Sequence
from random import Random

from tests.rails_day import card_words, chain_words
from tests.rails_day.faults import DEATH
from tests.rails_day.steps import EVENTS, TIME, WORK, Step

# Escrows of a day on each rail.
PARTS = 3
_WORK = "everybody works"
_AFTERWARDS: tuple[tuple[str, ...], ...] = (
    (),
    ("deliver",),
    ("deliver and release",),
    ("deliver", _WORK, "release"),
    ("deliver", "revise", "deliver", "release"),
    ("concede",),
    ("split",),
    ("dispute", "decide", "accept decision"),
    ("deliver", "dispute", "decide", "accept decision"),
    ("deliver", "dispute", "decide"),
    ("dispute",),
    ("freeze", "deliver", "unfreeze", "deliver"),
)
_SUSPENSE: tuple[tuple[str, ...], ...] = (
    (),
    ("top up",),
    ("return funds",),
    ("accept partial", "deliver and release"),
    ("accept partial", "concede"),
)
_CARDS_LATER: tuple[tuple[str, ...], ...] = (
    (),
    (),
    ("chargeback", "bank for us"),
    ("chargeback", _WORK, "bank for us", _WORK, "refund fails"),
    ("chargeback of a part", _WORK, "bank for payer"),
    ("chargeback", _WORK, "bank for payer"),
    ("refund fails", "events mixed", "retry"),
    ("slow refunds", "concede", _WORK, "refund arrives"),
    ("slow refunds", "concede", _WORK, "refund fails", _WORK, "retry"),
    ("account rejected", _WORK, "new account", "retry"),
    ("account rejected", _WORK, "keep"),
    ("refunded by hand",),
)
_CHAIN_LATER: tuple[tuple[str, ...], ...] = (
    (),
    (),
    ("reorg 1", "dropped comes back"),
    ("reorg 3", _WORK, "dropped comes back"),
    ("reorg 3",),
    ("deposit the same",),
    ("deposit late",),
    ("address blocked", _WORK, "address unblocked", "retry"),
    ("address blocked", _WORK, "new address", "retry"),
    ("address blocked", _WORK, "keep"),
    ("chain stops", _WORK, "chain goes on"),
    ("gas dear", _WORK),
    ("swept",),
)


def random_day(seed: int, besides: int = 12) -> list[Step]:
    """A day's steps. besides: how many happen beside what each escrow has before it."""
    random = Random(seed)
    lives = [
        [Step(word, rail, part) for word in _fate(random, rail)]
        for rail in ("stripe", "base")
        for part in range(PARTS)
    ]
    lives.append([_besides(random) for _ in range(besides)])
    return [_with_trouble(random, each) for each in _mixed(random, lives)]


def _fate(random: Random, rail: str) -> Iterator[str]:
    """Mostly paid as agreed."""
    pays = card_words.PAYS if rail == "stripe" else chain_words.PAYS
    pay = random.choice((*pays, *[next(iter(pays))] * 4))
    yield pay
    yield _WORK
    if pay in ("deposit under", "deposit over", "deposit bridged"):
        yield from random.choice(_SUSPENSE)
    yield from random.choice(_AFTERWARDS)
    yield _WORK
    yield from random.choice(_CARDS_LATER if rail == "stripe" else _CHAIN_LATER)


def _besides(random: Random) -> Step:
    kinds: tuple[Sequence[str], ...] = (
        tuple(WORK), tuple(WORK), tuple(EVENTS), (*list(TIME)[:2] * 3, *TIME),
    )  # fmt: skip
    if random.random() < 0.25:
        rail = random.choice(("stripe", "base"))
        mishaps = card_words.MISHAPS if rail == "stripe" else chain_words.MISHAPS
        return Step(random.choice(tuple(mishaps)), rail, random.randrange(PARTS))
    return Step(random.choice(random.choice(kinds)))


def _with_trouble(random: Random, step: Step) -> Step:
    if random.random() < 0.5:
        return step
    trouble = DEATH if random.random() < 0.05 else random.randrange(2, 1000)
    return Step(step.word, step.rail, step.part, trouble)


def _mixed(random: Random, lists: list[list[Step]]) -> Iterator[Step]:
    """All of them, each in its own order."""
    while left := [each for each in lists if each]:
        yield random.choices(left, [len(each) for each in left])[0].pop(0)
