"""Agreement: offers are bound to a state, expire, and are taken back; consent is exact."""

from decimal import Decimal

import pytest

from tests.world.refused import refused
from tests.world.scenes import EVERY_POLICY, ONCE
from tests.world.trades import funded
from tests.world.world import World

SERVICE = "market_service"


@pytest.mark.parametrize(
    ("part", "state"), [("0", "refunded"), ("40", "split"), ("100", "released")]
)
def test_an_accepted_offer_settles_to_the_unit(world: World, part: str, state: str) -> None:
    escrow = funded(world, SERVICE, rail="internal")
    before = world.balance(escrow.payee, "USDC_BASE")[0]
    escrow.commit("offer_split", "payer", payload={"payee_amount": part})
    answer = escrow.commit("accept_split", "payee")
    assert answer["state"] == state
    fee = Decimal(part) * 5 / 100
    assert Decimal(answer["fee_amount"]) == fee
    assert world.balance(escrow.payee, "USDC_BASE")[0] == before + Decimal(part) - fee
    assert world.rows("select status from public.escrow_offers") == [("accepted",)]
    assert world.problems() == []


@pytest.mark.parametrize("part", ["-1", "100.000001", "0.0000001", None])
def test_an_offer_lies_within_what_is_held(world: World, part: str | None) -> None:
    escrow = funded(world, SERVICE)
    with refused(world.connection, "offer_out_of_range"):
        escrow.commit("offer_split", "payee", payload={"payee_amount": part})


def test_an_offer_is_not_accepted_by_its_author(world: World) -> None:
    escrow = funded(world, SERVICE)
    escrow.commit("offer_split", "payer")
    offer = world.one("select id from public.escrow_offers")
    with refused(world.connection, "offer_not_open"):
        escrow.commit("accept_split", "payer", payload={"offer_id": offer},
                      payer_amount="75", payee_amount="23.75", fee_amount="1.25")  # fmt: skip


def test_an_offer_is_accepted_as_it_is_or_not_at_all(world: World) -> None:
    escrow = funded(world, SERVICE)
    escrow.commit("offer_split", "payer")
    with refused(world.connection, "settlement_not_as_ruled", "offer_not_open"):
        escrow.commit("accept_split", "payee", payer_amount="0", payee_amount="95", fee_amount="5")


def test_an_offer_of_another_escrow_is_no_offer_here(world: World) -> None:
    escrow, other = funded(world, SERVICE), funded(world, SERVICE)
    escrow.commit("offer_split", "payer")
    other.commit("offer_split", "payer")
    foreign = world.one("select id from public.escrow_offers where escrow_id = %s", other.id)
    with refused(world.connection, "offer_not_open"):
        escrow.commit("accept_split", "payee", payload={"offer_id": foreign})


def test_an_offer_runs_out(world: World) -> None:
    escrow = ONCE["performed_with_offers"](world, SERVICE)
    world.advance(hours=23, minutes=59)
    with world.connection.transaction(force_rollback=True):
        escrow.commit("accept_split", "payee")
    world.advance(minutes=2)
    with refused(world.connection, "offer_not_open"):
        escrow.commit("accept_split", "payee")


def test_an_author_may_set_an_earlier_end_but_no_later_one(world: World) -> None:
    escrow = funded(world, SERVICE)
    now = world.now()
    for hours, wanted in ((1, 1), (100, 24)):
        end = world.one("select %s + make_interval(hours => %s)", now, hours)
        escrow.commit("offer_split", "payer",
                      payload={"payee_amount": "1", "offer_expires_at": end})  # fmt: skip
        left = world.one(
            "select extract(epoch from expires_at - %s) from public.escrow_offers "
            "where status = 'open'", now,
        )  # fmt: skip
        assert abs(left - wanted * 3600) < 5


def test_an_offer_is_taken_back(world: World) -> None:
    escrow = funded(world, SERVICE)
    escrow.commit("offer_split", "payer")
    escrow.commit("withdraw_offer", "payer")
    with refused(world.connection, "offer_not_open"):
        escrow.commit("accept_split", "payee")
    with refused(world.connection, "offer_not_open"):
        escrow.commit("withdraw_offer", "payer")


def test_an_offer_is_not_taken_back_by_the_other_side(world: World) -> None:
    escrow = funded(world, SERVICE)
    escrow.commit("offer_split", "payer")
    with refused(world.connection, "offer_not_open"):
        escrow.commit("withdraw_offer", "payee")
    escrow.commit("accept_split", "payee")


def test_a_new_offer_replaces_the_old_one(world: World) -> None:
    escrow = funded(world, SERVICE)
    escrow.commit("offer_split", "payer", payload={"payee_amount": "10"})
    old = world.one("select id from public.escrow_offers where status = 'open'")
    escrow.commit("offer_split", "payer", payload={"payee_amount": "20"})
    with refused(world.connection, "offer_not_open"):
        escrow.commit("accept_split", "payee", payload={"offer_id": old},
                      payer_amount="90", payee_amount="9.5", fee_amount="0.5")  # fmt: skip
    assert escrow.commit("accept_split", "payee")["payee_amount"] == "19"


@pytest.mark.parametrize(
    ("scene", "event", "role"),
    [("funded_with_offers", "perform", "payee"), ("funded_with_offers", "dispute", "payer"),
     ("performed_with_offers", "request_revision", "payer"),
     ("decide_with_offers", "decide", "arbiter")],
)  # fmt: skip
def test_an_offer_does_not_outlive_its_state(
    world: World, scene: str, event: str, role: str
) -> None:
    escrow = ONCE[scene](world, SERVICE)
    escrow.commit(event, role)
    with refused(world.connection, "offer_not_open", "illegal_move"):
        escrow.commit("accept_split", "payee")


def test_an_offer_stays_through_the_phases_of_a_dispute(world: World) -> None:
    escrow = ONCE["statements_with_offers"](world, SERVICE)
    escrow.commit("statement", "payer")
    escrow.commit("statement_reply", "payee")
    escrow.commit("acknowledge", "arbiter")
    assert escrow.commit("accept_split", "payer")["state"] == "split"


def test_a_second_factor_is_for_giving_away_only(world: World) -> None:
    escrow = EVERY_POLICY["performed"](world, SERVICE)
    nothing = {"payee_amount": "0"}
    escrow.commit("offer_split", "payer", aal="aal1", payload=nothing)
    with refused(world.connection, "step_up_required"):
        escrow.commit("offer_split", "payer", aal="aal1", payload={"payee_amount": "1"})
    escrow.commit("offer_split", "payee", aal="aal1")
    with refused(world.connection, "step_up_required"):
        escrow.commit("accept_split", "payer", aal="aal1")
    escrow.commit("accept_split", "payee", aal="aal1")
    assert escrow.place == ("refunded", "")
