"""Each story of `make demo` is a test, and a story that is not true fails the demo."""

import io
from collections.abc import Iterator

import pytest

from demo.catalogue import STORIES, Story
from demo.console import Console
from demo.runner import tell, tell_all, verify
from demo.stage import Stage, StoryFailed
from stack.stack import Stack
from tests.world.http.coins import passed_over_without_a_node
from tests.world.lone_operators import let_operators_act_alone

# supabase-py passes these to its own postgrest-py.
pytestmark = pytest.mark.filterwarnings(
    "ignore:The '(timeout|verify)' parameter is deprecated:DeprecationWarning"
)


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """A stack of their own: stories move the clock by days."""
    with Stack.start(shared=True) as running:
        let_operators_act_alone(running.cluster)
        yield running


@pytest.fixture
def console() -> Console:
    return Console(io.StringIO())


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_story(stack: Stack, console: Console, story: Story) -> None:
    with passed_over_without_a_node():
        tell(stack, story, console)
    assert verify(stack, console) == 0


def test_a_claim_that_is_not_true_fails_the_story(stack: Stack, console: Console) -> None:
    def lies(stage: Stage) -> None:
        stage.claim("alice has 1 BTC", stage.person("alice").balance("BTC").total, 1)

    with pytest.raises(StoryFailed, match="not true that alice has 1 BTC"):
        tell(stack, lies, console)


def test_an_answer_that_is_not_expected_fails_the_story(stack: Stack, console: Console) -> None:
    def hopes(stage: Stage) -> None:
        stage.sells(stage.person("alice"), "1")

    with pytest.raises(StoryFailed, match="409 insufficient_funds"):
        tell(stack, hopes, console)


def test_the_other_stories_are_told_when_one_fails(stack: Stack) -> None:
    told = io.StringIO()

    def breaks(stage: Stage) -> None:
        raise StoryFailed("as it should")

    def goes_on(stage: Stage) -> None:
        stage.tell("alice", "goes on")

    assert tell_all(stack, [breaks, goes_on], Console(told)) == ["breaks"]
    assert "✗ StoryFailed: as it should" in told.getvalue()
    assert "goes on" in told.getvalue()


def test_money_that_goes_missing_fails_the_story(stack: Stack, console: Console) -> None:
    def loses(stage: Stage) -> None:
        alice = stage.person("alice", deposit="1")
        body = {"party_id": alice.id, "currency": "BTC", "amount": "0.5", "reference": "slip 1"}
        stage.command(stage.olga, "books it out", "/withdrawals", body, aal="aal2", expect="200")

    with pytest.raises(StoryFailed, match="all 1 BTC are still there"):
        tell(stack, loses, console)
