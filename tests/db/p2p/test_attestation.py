"""Who paid: a seller says that the buyer did, or does not release."""

from typing import Any

import pytest

from tests.world.refused import refused
from tests.world.scenes import EVERY_POLICY
from tests.world.world import World


@pytest.mark.parametrize("scene", ["performed", "statements", "decide"])
@pytest.mark.parametrize(
    ("said", "code"),
    [({}, "attestation_required"), ({"payer_name_matches": False}, "attestation_required"),
     ({"payer_name_matches": "true"}, "bad_type"), ({"confirm": True}, "attestation_required")],
)  # fmt: skip
def test_crypto_is_not_released_without_the_word(
    world: World, scene: str, said: dict[str, Any], code: str
) -> None:
    trade = EVERY_POLICY[scene](world, "p2p_crypto")
    before = trade.facts()
    with refused(world.connection, code):
        trade.commit("accept", "payer", payload=said)
    assert trade.facts() == before
    trade.commit("accept", "payer", payload={"payer_name_matches": True})
    word = world.one(
        "select payload -> 'payer_name_matches' from private.escrow_events "
        "where escrow_id = %s and event = 'accept'",
        trade.id,
    )
    assert word is True


def test_before_payment_there_is_nobody_to_name(world: World) -> None:
    trade = EVERY_POLICY["funded"](world, "p2p_crypto")
    trade.commit("accept", "payer", payload={"confirm": True})
    assert trade.place == ("released", "")


@pytest.mark.parametrize("word", [False, "true", "yes", 1, 0, [], {}])
@pytest.mark.parametrize(
    ("policy", "scene"),
    [("p2p_crypto", "funded"), ("p2p_crypto", "performed"), ("p2p_crypto", "decide"),
     ("market_goods", "funded"), ("market_goods", "performed")],
)  # fmt: skip
def test_who_says_no_does_not_release_from_any_state(
    world: World, policy: str, scene: str, word: Any
) -> None:
    trade = EVERY_POLICY[scene](world, policy)
    said = {"confirm": True, "payer_name_matches": word}
    with refused(world.connection, "attestation_required" if word is False else "bad_type"):
        trade.commit("accept", "payer", payload=said)
    trade.commit("accept", "payer", payload=said | {"payer_name_matches": True})
    assert trade.place == ("released", "")


def test_goods_are_accepted_without_it(world: World) -> None:
    trade = EVERY_POLICY["performed"](world, "market_goods")
    trade.commit("accept", "payer", payload={})
    assert trade.place == ("released", "")
