"""How an agreement of the marketplace begins."""

from uuid import UUID

from tests.model.policy import POLICIES
from tests.model.things import Escrow
from tests.model.world import Body, World


def propose(world: World, escrow_id: UUID, terms: Body) -> None:
    """A proposal that the database has opened over these terms."""
    policy = POLICIES[terms["policy_id"]]
    end = world.now + policy.sign
    world.escrows[escrow_id] = Escrow(
        escrow_id, "market", policy, terms["payer_id"], terms["payee_id"], terms["currency"],
        terms["amount"], policy.perform, policy.accept, "proposed", end, end,
        terms_hash=terms["terms_hash"], rail=terms["rail"],
    )  # fmt: skip
