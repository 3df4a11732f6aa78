"""How an agreement of the marketplace begins."""

from uuid import UUID

from tests.model.cast import OUTSIDE
from tests.model.money import DECIMALS, fits
from tests.model.policy import POLICIES
from tests.model.things import Escrow
from tests.model.world import DONE, Answer, Body, Verdict, World, has_key, refused


def judge_open(world: World, body: Body) -> Verdict:
    if not has_key(body):
        return refused("idempotency_key_required")
    known = world.known(OUTSIDE, body)
    if known is not None:
        return known
    amount, code = body["amount"], body["currency"]
    right = body["policy_id"] in POLICIES and amount > 0 and code in DECIMALS and fits(amount, code)
    return DONE if right else refused("bad_terms")


def apply_open(world: World, body: Body, given: Answer) -> Answer:
    escrow_id, policy = UUID(given["escrow_id"]), POLICIES[body["policy_id"]]
    end = world.now + policy.sign
    world.escrows[escrow_id] = Escrow(
        escrow_id, "market", policy, body["payer_id"], body["payee_id"], body["currency"],
        body["amount"], policy.perform, policy.accept, "proposed", end, end,
        terms_hash=body["terms_hash"], rail=body["rail"],
    )  # fmt: skip
    answer = {"escrow_id": escrow_id, "version": 1, "state": "proposed"}
    world.store(OUTSIDE, body, answer)
    return answer
