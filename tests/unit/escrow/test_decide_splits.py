"""Offers: they stand, or settle at once on the terms that stood first."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.escrow.decide import decide
from functions.escrow.decision import Command, Decision
from tests.world.decisions.refused import refused
from tests.world.decisions.snapshots import HELD, NOW, SIDES, offer, other, snapshot

GROSS = st.integers(0, int(HELD * 10**8)).map(lambda units: Decimal(units).scaleb(-8))
SIDE = st.sampled_from(SIDES)


def split(side: str, gross: Decimal, *, aal: str = "aal2", standing: str | None = None) -> Decision:
    offers = () if standing is None else (offer(other(side), standing),)
    read = snapshot("performed", role=side, offers=offers, aal=aal)
    return decide(read, Command("offer-split", {"payee_amount": gross}), NOW)


@given(SIDE, GROSS, GROSS)
def test_an_overlap_settles_on_the_standing_terms(
    side: str, gross: Decimal, standing: Decimal
) -> None:
    decision = split(side, gross, standing=str(standing))
    overlap = gross >= standing if side == "payer" else gross <= standing
    assert decision.event == ("accept_split" if overlap else "offer_split")
    if overlap:
        assert decision.payload == {"offer_id": f"offer-of-{other(side)}"}
        assert decision.payer_amount == HELD - standing
        assert (decision.payee_amount or 0) + (decision.fee_amount or 0) == standing
    else:
        assert decision.payload == {"payee_amount": gross}
        assert decision.payer_amount is None


@given(SIDE, GROSS)
def test_ones_own_offer_settles_nothing(side: str, gross: Decimal) -> None:
    read = snapshot("performed", role=side, offers=(offer(side, str(gross)),))
    decision = decide(read, Command("offer-split", {"payee_amount": gross}), NOW)
    assert decision.event == "offer_split"


@pytest.mark.parametrize("gross", ["-0.01", "0.10000001", "0.000000001"])
@pytest.mark.parametrize("side", SIDES)
def test_out_of_range(side: str, gross: str) -> None:
    with refused("offer_out_of_range"):
        split(side, Decimal(gross))


def test_a_payer_gives_nothing_away_without_a_second_factor() -> None:
    with refused("step_up_required"):
        split("payer", Decimal("0.01"), aal="aal1")
    with refused("step_up_required"):
        split("payer", Decimal("0.05"), aal="aal1", standing="0.04")
    assert split("payer", Decimal(0), aal="aal1").event == "offer_split"
    assert split("payer", Decimal(0), aal="aal1", standing="0").event == "accept_split"
    assert split("payee", Decimal("0.05"), aal="aal1").event == "offer_split"


@pytest.mark.parametrize("side", SIDES)
def test_cancelling_is_an_offer_with_nothing_for_the_payee(side: str) -> None:
    decision = decide(snapshot(role=side, aal="aal1"), Command("cancel"), NOW)
    assert (decision.event, decision.payload) == ("offer_split", {"payee_amount": 0})


@pytest.mark.parametrize("side", SIDES)
def test_when_both_cancel_it_ends(side: str) -> None:
    read = snapshot(role=side, aal="aal1", offers=(offer(other(side), "0"),))
    decision = decide(read, Command("cancel"), NOW)
    assert decision.event == "accept_split"
    assert decision.payer_amount == HELD
    assert decision.payee_amount == decision.fee_amount == 0


@pytest.mark.parametrize("wanted", ["offer-of-payer", "gone"])
def test_only_the_other_sides_open_offer_can_be_accepted(wanted: str) -> None:
    read = snapshot(role="payer", offers=(offer("payer"), offer("payee", None, "partial")))
    with refused("offer_not_open"):
        decide(read, Command("accept-split", {"offer_id": wanted}), NOW)


def test_only_ones_own_offer_can_be_withdrawn() -> None:
    with refused("offer_not_open"):
        decide(snapshot(role="payer", offers=(offer("payee"),)), Command("withdraw-offer"), NOW)
