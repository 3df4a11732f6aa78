"""Reputation: of settled trades only, one voice per counterparty, equal to recomputation."""

from datetime import timedelta
from decimal import Decimal
from math import log
from typing import Any, LiteralString

import pytest

from stack.identity import as_owner, as_role
from tests.world.ratings import open_between, profile, rate, refresh, refreshed, ruled, settled
from tests.world.trades import draft, publish
from tests.world.verifications import operator_says
from tests.world.world import World


def points(*volumes: int, loss_bps: int = 0) -> int:
    """The documented score, from the volume with each counterparty."""
    whole = 100 * sum(log(1 + volume / 100) for volume in volumes)
    return round(whole * (10000 - loss_bps) / 10000)


def test_the_figures_of_settled_trades(world: World) -> None:
    seller, one, other = world.user("seller"), world.user("one"), world.user("other")
    for buyer in (one, one, other):
        settled(world, seller, buyer)
    found = refreshed(world, seller)
    assert (found.completed_trades, found.volume, found.counterparties) == (3, Decimal(15000), 2)
    assert (found.dispute_loss_bps, found.score) == (0, points(10000, 5000))
    assert refreshed(world, other).score == points(5000)
    assert world.problems() == []


def test_a_hundred_trades_with_a_friend_weigh_less_than_two_with_strangers(world: World) -> None:
    vain, friend, honest = world.user("vain"), world.user("friend"), world.user("honest")
    for _ in range(100):
        settled(world, vain, friend, "0.002")
    for _ in range(5):
        settled(world, honest, world.user("stranger"), "0.002")
    among_friends, among_strangers = refreshed(world, vain), refreshed(world, honest)
    assert (among_friends.completed_trades, among_friends.volume) == (100, Decimal(10000))
    assert (among_strangers.completed_trades, among_strangers.volume) == (5, Decimal(500))
    # 461 against 347 with a twentieth of the volume; the hundredth trade added one point.
    assert (among_friends.score, among_strangers.score) == (points(10000), points(*[100] * 5))
    for _ in range(2):
        settled(world, honest, world.user("stranger"), "0.002")
    assert refreshed(world, honest).score > among_friends.score


def test_a_friend_who_rates_well_is_one_voice(world: World) -> None:
    vain, friend, victim = world.user("vain"), world.user("friend"), world.user("victim")
    for buyer, score in (*[(friend, 5)] * 9, (victim, 1)):
        trade = settled(world, vain, buyer)
        rate(world, trade.id, buyer, score)
        rate(world, trade.id, vain, 5)
    world.advance(days=3)
    found = refreshed(world, vain)
    assert (found.rating_count, found.rating_average) == (10, Decimal(3))


def test_trades_that_did_not_settle_count_nothing(world: World) -> None:
    seller, buyer = world.user("seller"), world.user("buyer")
    unpaid = open_between(world, seller, buyer)
    unpaid.expire()
    unpaid.commit("timeout_refund", "timer")
    given_back = open_between(world, seller, buyer)
    given_back.commit("perform", "payee")
    given_back.commit("concede", "payee")
    open_between(world, seller, buyer)
    blank = profile(world, seller)
    assert refreshed(world, seller) == blank
    assert (blank.completed_trades, blank.volume, blank.score) == (0, Decimal(0), 0)


@pytest.mark.parametrize(("winner", "seller_loses"), [("payer", False), ("payee", True)])
def test_a_lost_dispute_counts_against_who_lost_it(
    world: World, winner: str, seller_loses: bool
) -> None:
    seller, buyer = world.user("seller"), world.user("buyer")
    settled(world, seller, world.user("other"))
    settled(world, world.user("other"), buyer)
    ruled(world, open_between(world, seller, buyer), winner)
    lost = {"seller": refreshed(world, seller), "buyer": refreshed(world, buyer)}
    loser = lost.pop("seller" if seller_loses else "buyer")
    (other,) = lost.values()
    assert (loser.dispute_loss_bps, other.dispute_loss_bps) == (5000, 0)
    volumes = (5000, 5000) if seller_loses else (5000,)
    assert loser.score == points(*volumes, loss_bps=5000)
    assert world.problems() == []


def test_trades_with_a_friend_do_not_dilute_a_lost_dispute(world: World) -> None:
    seller, friend = world.user("seller"), world.user("friend")
    ruled(world, open_between(world, seller, world.user("victim")), "payee")
    for _ in range(9):
        settled(world, seller, friend)
        # Nor does one that was given back, which costs no fee.
        open_between(world, seller, world.user("sham")).commit("concede", "payee")
        paid = open_between(world, seller, world.user("sham"))
        paid.commit("perform", "payee")
        paid.commit("concede", "payee")
    assert refreshed(world, seller).dispute_loss_bps == 5000


def test_giving_in_before_a_decision_is_no_lost_dispute(world: World) -> None:
    trade = open_between(world, world.user("seller"), world.user("buyer"))
    trade.commit("perform", "payee")
    trade.commit("dispute", "payer")
    trade.commit("accept", "payer")
    assert refreshed(world, trade.payer).dispute_loss_bps == 0


def test_half_for_each_side_is_lost_by_nobody(world: World) -> None:
    # An odd number of units: the payee's half is the smaller one.
    trade = open_between(world, world.user("seller"), world.user("buyer"), "0.10000001")
    for event, role in (("perform", "payee"), ("dispute", "payer"), ("statement", "payer"),
                        ("statement_reply", "payee")):  # fmt: skip
        trade.commit(event, role)
    for _ in range(3):
        trade.expire()
        trade.commit("timeout_acknowledge", "timer")
    trade.expire()
    trade.commit("timeout_undecided", "timer")
    for party in (trade.payer, trade.payee):
        found = refreshed(world, party)
        assert (found.completed_trades, found.dispute_loss_bps) == (1, 0)


def test_only_the_released_part_of_a_split_is_volume(world: World) -> None:
    trade = open_between(world, world.user("seller"), world.user("buyer"))
    trade.commit("offer_split", "payee")
    trade.commit("accept_split", "payer")
    assert refreshed(world, trade.payer).volume == Decimal(5000) / 4


def test_a_trade_counts_at_its_worth_in_the_reference_currency(world: World) -> None:
    trades = [settled(world, world.user("seller"), world.user("buyer")) for _ in range(3)]
    world.run("update public.p2p_trades set reference_amount = null")
    world.run("update public.p2p_trades set reference_amount = 7 where id = %s", trades[0].id)
    world.run("update public.p2p_trades set fiat_currency = 'IDR' where id = %s", trades[1].id)
    # Worth known; not known and not in the reference currency; the fiat amount in it.
    assert [refreshed(world, trade.payer).volume for trade in trades] == [7, 0, 5000]
    assert profile(world, trades[1].payer).counterparties == 1


def test_median_times_are_taken_per_counterparty(world: World) -> None:
    seller, friend = world.user("seller"), world.user("friend")
    waits = ((friend, 1), (friend, 1), (friend, 1), (world.user("a"), 20), (world.user("b"), 30))
    for buyer, minutes in waits:
        trade = open_between(world, seller, buyer)
        world.advance(minutes=minutes)
        trade.commit("perform", "payee")
        world.advance(minutes=2 * minutes)
        trade.commit("accept", "payer")
    found = refreshed(world, seller)
    assert found.median_pay_time is None
    assert found.median_release_time is not None
    assert abs(found.median_release_time - timedelta(minutes=40)) < timedelta(minutes=1)
    paid = refreshed(world, friend).median_pay_time
    assert paid is not None
    assert abs(paid - timedelta(minutes=1)) < timedelta(minutes=1)
    assert profile(world, friend).median_release_time is None


def test_a_blind_rating_does_not_show_in_the_average(world: World) -> None:
    trade = settled(world, world.user("seller"), world.user("buyer"))
    rate(world, trade.id, trade.payee, 1)
    assert refreshed(world, trade.payer).rating_count == 0
    assert world.problems() == []
    world.advance(days=17, minutes=1)
    assert profile(world, trade.payer).rating_count == 0
    found = refreshed(world, trade.payer)
    assert (found.rating_count, found.rating_average) == (1, Decimal(1))
    assert world.problems() == []


def test_the_second_rating_opens_both_in_the_figures(world: World) -> None:
    trade = settled(world, world.user("seller"), world.user("buyer"))
    assert refreshed(world, trade.payer).rating_average is None
    rate(world, trade.id, trade.payee, 2)
    rate(world, trade.id, trade.payer, 4)
    world.advance(days=3)
    assert refreshed(world, trade.payer).rating_average == 2
    assert refreshed(world, trade.payee).rating_average == 4
    world.advance(days=15)
    assert refreshed(world, trade.payer).rating_count == 1


def test_stored_figures_equal_recomputation_or_verify_says_so(world: World) -> None:
    trade = settled(world, world.user("seller"), world.user("buyer"))
    assert world.problems() == []
    refreshed(world, trade.payer)
    assert world.problems() == []
    # A cause that was lost.
    settled(world, trade.payer, world.user("other"))
    world.run("delete from private.reputation_queue")
    assert "reputation_differs_from_trades" in world.problems()
    since = world.rows("select problem from ledger.verify(private.clock() - interval '1 hour')")
    assert ("reputation_differs_from_trades",) in since


def test_a_refresh_takes_no_more_than_asked_for(world: World) -> None:
    settled(world, world.user("seller"), world.user("buyer"))
    assert [refresh(world, 1), refresh(world, 1), refresh(world, 1)] == [1, 1, 0]


def test_everybody_reads_the_public_profile_and_no_more(world: World) -> None:
    seller, idle = world.user("seller"), world.user("idle")
    world.run("update public.profiles set full_name = 'Very Secret' where id = %s", seller)
    settled(world, seller, world.user("buyer"))
    refreshed(world, seller)
    as_role(world.connection, "anon")
    query: LiteralString = "select p::text from public.trader(%s) as p"
    shown = world.rows(query, seller)
    listed = world.rows(query, idle)
    as_owner(world.connection)
    assert len(shown) == 1
    assert "Secret" not in str(shown)
    assert "@" not in str(shown)
    assert listed == []


def test_who_publishes_or_takes_has_a_profile(world: World) -> None:
    trade = open_between(world, world.user("seller"), world.user("buyer"))
    for party in (trade.payer, trade.payee):
        assert profile(world, party).completed_trades == 0


def test_the_profile_follows_name_and_user(world: World) -> None:
    trade = settled(world, world.user("seller"), world.user("buyer"))
    refreshed(world, trade.payer)
    world.run("update public.parties set display_name = 'Nova' where id = %s", trade.payer)
    assert world.one(
        "select display_name from public.trader_profiles where party_id = %s", trade.payer
    ) == "Nova"  # fmt: skip
    assert world.problems() == []
    world.run("update public.profiles set deleted_at = private.clock() where id = %s", trade.payer)
    query: LiteralString = "select from public.trader_profiles where party_id = %s"
    assert world.rows(query, trade.payer) == []
    assert world.problems() == []


def test_the_public_profile_follows_flags_and_tier(world: World) -> None:
    trader = world.user("trader", limited=True)
    world.deposit(trader, "1")
    publish(world, draft(world, trader, min_order_amount="0.001"), trader)

    def shown() -> Any:
        return world.rows(
            "select verification_tier, phone_verified, address_verified "
            "from public.trader_profiles where party_id = %s", trader,
        )[0]  # fmt: skip

    assert shown() == (0, False, False)
    operator_says(world, trader, "verify", flag="phone")
    assert shown() == (1, True, False)
    operator_says(world, trader, "grant_tier", tier=2)
    assert shown() == (2, True, False)
    operator_says(world, trader, "withdraw_tier")
    operator_says(world, trader, "revoke", flag="phone")
    assert shown() == (0, False, False)
