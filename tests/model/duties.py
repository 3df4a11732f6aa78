"""How long the duty of each state lasts."""

from datetime import datetime, timedelta

from tests.model.things import Escrow
from tests.model.world import World


def latest(world: World, escrow: Escrow, place: tuple[str, str]) -> datetime:
    """The latest end of a duty that begins now: what the policy gives, or the clock that runs."""
    end = world.now + within(escrow)[place]
    end += escrow.policy.grace if place[0] == "funded" else timedelta()
    same = place == (escrow.state, escrow.phase) and escrow.expires_at is not None
    return max(end, escrow.expires_at) if same and escrow.expires_at else end


def within(escrow: Escrow) -> dict[tuple[str, str], timedelta]:
    policy = escrow.policy
    return {
        ("proposed", ""): policy.sign,
        ("awaiting_funds", ""): policy.fund,
        ("funding_exception", ""): policy.exception,
        ("funded", ""): escrow.perform,
        ("performed", ""): escrow.accept,
        ("disputed", "statements"): policy.statement,
        ("disputed", "acknowledge"): policy.acknowledge,
        ("disputed", "decide"): policy.decide,
        ("disputed", "approve"): policy.decide,
        ("decided", ""): policy.appeal,
    }
