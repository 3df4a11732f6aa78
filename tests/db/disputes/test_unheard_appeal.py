"""An appeal that no arbiter is left to hear."""

from decimal import Decimal

from tests.world.scenes import EVERY_POLICY
from tests.world.world import PLATFORM, World

GOODS = "market_goods"


def test_an_appeal_that_nobody_hears_leaves_the_first_decision(world: World) -> None:
    """The loser of all got all back by appealing where no second arbiter is left."""
    escrow = EVERY_POLICY["decide"](world, GOODS)
    row = escrow.row()
    ruling = escrow.payload("decide", "arbiter", row) | {
        "payee_amount": row.amount, "payer_amount": Decimal(0),
    }  # fmt: skip
    escrow.commit("decide", "arbiter", payload=ruling)
    world.run(
        "delete from public.party_members where role = 'arbiter' and user_id <> %s", escrow.arbiter
    )
    before = world.balance(escrow.payer, "USDC_BASE")[0]
    fees = world.balance(PLATFORM, "USDC_BASE", "fees")[0]
    escrow.commit("appeal", "payer")
    for _ in range(3):
        escrow.expire()
        escrow.commit("timeout_acknowledge", "timer")
    escrow.expire()
    answer = escrow.commit("timeout_undecided", "timer")
    assert (answer["state"], answer["payer_amount"]) == ("released", "0")
    # The bond comes back: nothing was decided against who appealed.
    assert world.balance(escrow.payer, "USDC_BASE")[0] == before
    assert world.balance(PLATFORM, "USDC_BASE", "fees")[0] - fees == Decimal(answer["fee_amount"])
    assert world.problems() == []
