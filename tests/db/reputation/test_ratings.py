"""Ratings: of settled trades, once, in time, and blind until neither can answer the other."""

from datetime import timedelta
from typing import Any, LiteralString
from uuid import UUID, uuid4

import pytest

from stack.identity import as_owner, as_role, as_user
from tests.world.escrow import Escrow
from tests.world.ratings import open_between, rate, settled
from tests.world.refused import refused
from tests.world.world import World

_SEEN: LiteralString = "select score from public.p2p_ratings where party_id = %s"
_SEEN_BY_STRANGERS: LiteralString = "select score from public.trader_ratings(%s)"


@pytest.fixture
def trade(world: World) -> Escrow:
    """A completed trade: payer is the seller, payee the buyer."""
    return settled(world, world.user("seller"), world.user("buyer"))


def scores(world: World, reader: UUID | None, party: UUID) -> list[int]:
    """What somebody (None: not signed in) reads about a party."""
    if reader:
        as_user(world.connection, reader)
    else:
        as_role(world.connection, "anon")
    rows = world.rows(_SEEN if reader else _SEEN_BY_STRANGERS, party)
    as_owner(world.connection)
    return [row[0] for row in rows]


def test_a_rating_is_blind_until_both_are_in(world: World, trade: Escrow) -> None:
    others = (world.operator, *world.arbiters[:1], world.user("stranger"), None)
    rate(world, trade.id, trade.payee, 1)
    assert scores(world, trade.payee, trade.payer) == [1]
    assert [scores(world, each, trade.payer) for each in (trade.payer, *others)] == [[]] * 5
    rate(world, trade.id, trade.payer, 4)
    for side in (trade.payer, trade.payee):
        assert scores(world, side, trade.payer) == [1]
        assert scores(world, side, trade.payee) == [4]
    # Everybody else a little later, and by the function: the table is for the sides and operators.
    world.advance(days=3)
    assert [scores(world, each, trade.payer) for each in others] == [[1], [], [], [1]]
    assert [scores(world, each, trade.payee) for each in others] == [[4], [], [], [4]]


def test_the_two_ratings_of_a_trade_do_not_come_out_together(world: World, trade: Escrow) -> None:
    rate(world, trade.id, trade.payee, 1)
    rate(world, trade.id, trade.payer, 4)
    public = world.rows(
        "select private.rating_public_at(r) from public.p2p_ratings as r order by 1"
    )
    (first,), (second,) = public
    assert first != second
    world.advance_to(first - timedelta(seconds=30))
    seen = [scores(world, None, each) for each in (trade.payer, trade.payee)]
    assert seen == [[], []]
    world.advance_to(second + timedelta(seconds=1))
    seen = [scores(world, None, each) for each in (trade.payer, trade.payee)]
    assert seen == [[1], [4]]


def test_a_rating_is_blind_until_the_window_is_over(world: World, trade: Escrow) -> None:
    rate(world, trade.id, trade.payee, 2)
    world.advance(days=13, hours=23)
    assert scores(world, trade.payer, trade.payer) == []
    assert scores(world, None, trade.payer) == []
    world.advance(hours=2)
    assert scores(world, trade.payer, trade.payer) == [2]
    world.advance(days=3)
    assert scores(world, None, trade.payer) == [2]
    # And whoever reads it can no longer answer it.
    with refused(world.connection, "rating_window_closed"):
        rate(world, trade.id, trade.payer, 1)


def test_who_it_is_about_and_from_is_found_by_the_database(world: World, trade: Escrow) -> None:
    rate(world, trade.id, trade.payer, 3, "Paid at once.")
    assert world.rows(
        "select author_role, author_id, party_id, score, comment from public.p2p_ratings"
    ) == [("seller", trade.payer, trade.payee, 3, "Paid at once.")]


@pytest.mark.parametrize("column", ["author_role", "author_id", "party_id", "blind_until"])
def test_nobody_writes_who_it_is_about_or_until_when_it_is_blind(
    world: World, trade: Escrow, column: str
) -> None:
    query = f"insert into public.p2p_ratings (trade_id, score, {column}) values (%s, 1, null)"
    with refused(world.connection, "42501"):
        as_user(world.connection, trade.payee)
        world.connection.execute(query.encode(), [trade.id])


def test_a_third_party_rates_nothing(world: World, trade: Escrow) -> None:
    for person in (world.user("stranger"), world.operator, world.arbiters[0]):
        for about in (trade.id, uuid4()):
            with refused(world.connection, "trade_not_found"):
                rate(world, about, person)


def test_a_viewer_of_a_party_does_not_rate_for_it(world: World, trade: Escrow) -> None:
    viewer = world.user("viewer")
    world.join(trade.payer, viewer, "viewer")
    with refused(world.connection, "trade_not_found"):
        rate(world, trade.id, viewer)


def test_each_side_rates_once(world: World, trade: Escrow) -> None:
    rate(world, trade.id, trade.payee, 5)
    with refused(world.connection, "rating_exists"):
        rate(world, trade.id, trade.payee, 1)
    rate(world, trade.id, trade.payer, 5)
    with refused(world.connection, "rating_exists"):
        rate(world, trade.id, trade.payer, 1)


def test_only_a_settled_trade_is_rated(world: World) -> None:
    seller, buyer = world.user("seller"), world.user("buyer")
    running = open_between(world, seller, buyer)
    given_back = open_between(world, seller, buyer)
    given_back.commit("perform", "payee")
    given_back.commit("concede", "payee")
    unpaid = open_between(world, seller, buyer)
    unpaid.expire()
    unpaid.commit("timeout_refund", "timer")
    for trade in (running, given_back, unpaid):
        with refused(world.connection, "trade_not_settled"):
            rate(world, trade.id, seller)


def test_a_split_trade_is_rated(world: World) -> None:
    trade = open_between(world, world.user("seller"), world.user("buyer"))
    trade.commit("offer_split", "payee")
    trade.commit("accept_split", "payer")
    rate(world, trade.id, trade.payer, 2)
    rate(world, trade.id, trade.payee, 3)
    world.advance(days=3)
    assert scores(world, None, trade.payer) == [3]


@pytest.mark.parametrize(
    ("score", "comment"), [(0, ""), (6, ""), (-1, ""), (None, ""), (5, "x" * 501), (5, None)]
)
def test_an_invalid_rating_is_refused(
    world: World, trade: Escrow, score: Any, comment: Any
) -> None:
    with refused(world.connection, "rating_invalid"):
        rate(world, trade.id, trade.payee, score, comment)
    rate(world, trade.id, trade.payee, 1, "x" * 500)


def test_law_10_a_rating_is_not_taken_back(world: World, trade: Escrow) -> None:
    rate(world, trade.id, trade.payee, 1)
    for statement in ("delete from public.p2p_ratings", "update public.p2p_ratings set score = 5"):
        with refused(world.connection, "append_only"):
            world.connection.execute(statement.encode())
        with refused(world.connection, "42501"):
            as_user(world.connection, trade.payee)
            world.connection.execute(statement.encode())


def test_both_sides_are_told_that_and_not_what(world: World, trade: Escrow) -> None:
    rate(world, trade.id, trade.payee, 1, "Slow.")
    rate(world, trade.id, trade.payer, 4)
    told = world.rows(
        "select sequence, parties, payload from private.outbox "
        "where event = 'trade.rated' order by id"
    )
    both = {trade.payer, trade.payee}
    assert [(number, set(parties)) for number, parties, _ in told] == [(1, both), (2, both)]
    assert [payload for *_, payload in told] == [
        {"trade_id": str(trade.id), "author_role": "buyer", "revealed": False},
        {"trade_id": str(trade.id), "author_role": "seller", "revealed": True},
    ]


def test_the_public_does_not_learn_who_traded_with_whom(world: World, trade: Escrow) -> None:
    rate(world, trade.id, trade.payee, 1)
    rate(world, trade.id, trade.payer, 1)
    for column in (
        "trade_id", "blind_until", "author_id",
    ):  # fmt: skip
        with refused(world.connection, "42501"):
            as_role(world.connection, "anon")
            world.connection.execute(f"select {column} from public.p2p_ratings".encode())
