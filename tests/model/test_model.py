"""Random stories on the real database, each step compared with the model (shrinks by itself).

`make soak` runs the same steps a hundred thousand times.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from tests.model import act
from tests.model.choose_move import decision
from tests.model.episode import Episode
from tests.model.model_db import Database, model_database
from tests.model.moves import MOVES
from tests.model.product import word
from tests.model.timers import drain, sweep
from tests.model.views import Difference

# Many stories on a busy machine; each by itself is short.
pytestmark = pytest.mark.timeout(1200)

RANDOM = st.randoms(use_true_random=False)
STORIES, STEPS = 20, 60


@contextmanager
def seeded(episode: Episode, random: Random) -> Iterator[None]:
    """Let one step draw from Hypothesis, so that it shrinks."""
    episode.random, before = random, episode.random
    yield
    episode.random = before


class Trade(RuleBasedStateMachine):
    """The rules by which a story goes on; each compares both sides."""

    database: ClassVar[Database]

    def __init__(self) -> None:
        super().__init__()
        self.database.clear()
        self.episode = Episode(self.database, Random(1))

    def _do(self, step: Callable[[Episode], None], random: Random) -> None:
        with seeded(self.episode, random):
            step(self.episode)

    @rule(random=RANDOM)
    def move(self, random: Random) -> None:
        self._do(act.move, random)

    @rule(random=RANDOM)
    def word(self, random: Random) -> None:
        self._do(word, random)

    @rule(random=RANDOM)
    def move_any(self, random: Random) -> None:
        """A decision nobody chose for being right."""
        known = list(self.episode.world.escrows.values())
        if known:
            body = decision(self.episode.world, random, random.choice(known))
            self._do(lambda episode: episode.give("escrow_commit", body), random)

    @rule(random=RANDOM)
    def command(self, random: Random) -> None:
        name = random.choice(sorted(act.CHOOSERS))
        self._do(lambda episode: act.command(episode, name), random)

    @rule(random=RANDOM)
    def draft(self, random: Random) -> None:
        self._do(act.draft, random)

    @rule(random=RANDOM)
    def repeat(self, random: Random) -> None:
        self._do(act.repeat, random)

    @rule(random=RANDOM)
    def wait(self, random: Random) -> None:
        self._do(act.wait, random)

    @rule(random=RANDOM)
    def sweep(self, random: Random) -> None:
        self._do(sweep, random)

    @rule()
    def roll_up(self) -> None:
        act.roll_up(self.episode)

    def teardown(self) -> None:
        self.episode.check_everything()
        drain(self.episode)
        self.episode.check_books()


@pytest.fixture(scope="module")
def own() -> Iterator[Database]:
    with model_database() as opened:
        yield opened


@pytest.fixture
def database(own: Database) -> Database:
    own.clear()
    return own


def test_the_moves_of_the_model_are_the_moves_of_the_database(database: Database) -> None:
    rows = database.owner.execute(
        """select from_state, from_phase, event, actor, to_state, to_phase, settles, step_up,
               before_deadline, while_frozen
           from private.state_edges where machine = 'escrow' and from_state is not null"""
    ).fetchall()

    ends = [(state, "") for state in ("released", "refunded", "split")]
    model = {
        (*state, event, actor, *to, move.settles, actor in move.step_up, move.in_time,
         move.while_frozen)
        for state, moves in MOVES.items()
        for event, move in moves.items()
        for actor in move.actors
        for to in ([move.to] if move.to else ends)
    }  # fmt: skip
    assert set(rows) == model


def test_random_stories_go_as_the_model_says(database: Database) -> None:
    Trade.database = database
    run_state_machine_as_test(
        Trade,
        settings=settings(
            max_examples=STORIES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize("seed", range(3))
def test_long_stories_go_as_the_model_says(database: Database, seed: int) -> None:
    episode = Episode(database, Random(seed))
    for _ in range(400):
        act.step(episode)
    drain(episode)
    episode.check_books()


# Past every trigger, as only a superuser can.
TAMPERINGS = {
    "wallet": "update public.wallets set available = available + 1 where type = 'spot'",
    "hold": "update public.ledger_holds set amount = amount / 2",
    "order": "update public.p2p_orders set completed_trades = 7",
    "escrow": (
        "update private.escrow_transactions set expires_at = expires_at + interval '1 second'"
    ),
    "events": "delete from private.escrow_events where version = 2",
    "no offer": "update public.escrow_offers set status = 'withdrawn' where status = 'open'",
    "disputes": "update public.disputes set level = 3 - level",
    "payment": "update public.payouts set attempt = attempt + 1",
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_what_no_command_did_is_seen(database: Database, what: str) -> None:
    episode = Episode(database, Random(5))
    steps = 0
    # A payment is rare: the story goes on until there is one.
    while steps < 150 or not episode.world.payments:
        act.step(episode)
        steps += 1
        assert steps < 1000

    database.admin.execute(TAMPERINGS[what].encode())

    with pytest.raises(Difference, match=what):
        episode.check_everything()
