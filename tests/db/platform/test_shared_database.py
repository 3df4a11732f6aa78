"""Files that commit nothing share a database: what one test does is gone before the next."""

from typing import Any

import psycopg
import pytest

from tests.world.world import World


@pytest.mark.parametrize("again", [False, True])
def test_nothing_of_a_test_is_left(world: World, again: bool) -> None:
    """The second finds what the first found."""
    found = "select count(*) from auth.users where email like 'left%'"
    assert world.one(found) == 0, again
    world.user("left")
    assert world.one(found) == 1


def test_a_commit_fails_the_test(owner: psycopg.Connection[Any]) -> None:
    with pytest.raises(pytest.fail.Exception, match="commits"):
        owner.commit()
