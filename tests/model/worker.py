"""A worker of a rail: takes on payments, says what became of them, sometimes what is wrong."""

from uuid import UUID, uuid4

from tests.model import payments
from tests.model.episode import Episode
from tests.model.model_db import Refused
from tests.model.views import Difference, Scope
from tests.model.world import Body

RAIL = "base"


def work(episode: Episode) -> None:
    """Claim what is due, or say something about a payment."""
    if episode.random.random() < 0.4:
        take(episode)
    else:
        tell(episode)


def take(episode: Episode) -> None:
    world = episode.world
    given = {UUID(row["id"]): row for row in episode.database.claim(RAIL)}
    wanted = payments.claim(world, RAIL)
    if given.keys() != wanted:
        raise Difference(f"claimed: {given.keys()}, the model says {wanted}")
    for payment_id, row in given.items():
        payment = world.payments[payment_id]
        seen = (row["state"], row["version"], row["attempt"], row["destination"])
        if seen != (payment.state, payment.version, payment.attempt, payment.destination):
            raise Difference(f"claimed {row}, the model says {payment}")
    episode.tally.done["payouts_claim"] += 1
    _look(episode, {world.payments[each].escrow for each in wanted})


def tell(episode: Episode) -> None:
    """Mostly what may be said where the payment is."""
    random, known = episode.random, list(episode.world.payments.values())
    if not known:
        return
    worked = [payment for payment in known if payment.state in payments.SAID]
    payment = random.choice(worked if worked and random.random() < 0.8 else known)
    fitting = list(payments.SAID.get(payment.state, payments.WORDS))
    event = random.choice(fitting if random.random() < 0.85 else [*payments.WORDS, "pay"])
    version = payment.version - (random.random() < 0.1)
    record(episode, {
        "id": str(payment.id), "version": version, "event": event,
        "provider_reference": uuid4().hex, "reason": "of the rail",
    })  # fmt: skip


def record(episode: Episode, body: Body) -> None:
    """Tell both sides. Raises Difference."""
    wanted = payments.record(episode.world, body)
    try:
        given = episode.database.command("payout_record", body)
    except Refused as refusal:
        if wanted is not None or refusal.code != "illegal_move":
            raise episode.differs("payout_record", body, refusal.code, wanted) from refusal
        episode.tally.refused[refusal.code] += 1
        return
    if given != wanted:
        raise episode.differs("payout_record", body, given, wanted)
    episode.tally.done[f"payout {body['event']}"] += 1
    _look(episode, {episode.world.payments[UUID(body["id"])].escrow})


def finish(episode: Episode) -> None:
    """Let the rail say the last word about everything that is under way."""
    for payment in list(episode.world.payments.values()):
        if payment.state in payments.SAID:
            record(episode, {
                "id": str(payment.id), "version": payment.version, "event": "confirm",
                "provider_reference": uuid4().hex, "reason": "",
            })  # fmt: skip


def _look(episode: Episode, escrows: set[UUID]) -> None:
    episode.compare(Scope(frozenset(escrows), frozenset()))
