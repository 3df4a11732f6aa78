"""What the schedules do: act for silent sides, close what has run out."""

from typing import Any
from uuid import UUID

from functions.escrow.snapshot import parse_snapshot
from functions.escrow.timer_rules import decide_timer
from tests.model import cases, orders, payments
from tests.model.apply import apply, due
from tests.model.choose_move import rightful
from tests.model.episode import Episode
from tests.model.product import same_decision
from tests.model.rules_holds import there_is_money
from tests.model.takings import fitted, taken_as
from tests.model.things import Escrow, Hold
from tests.model.validate import validate
from tests.model.views import Difference
from tests.model.worker import finish
from tests.model.world import Body

ROUNDS = 60


def timer_event(episode: Episode, escrow_id: UUID) -> str:
    """The move of the timer where an escrow stands."""
    escrow = episode.world.escrows[escrow_id]
    policy = escrow.policy
    if escrow.state == "disputed" and escrow.phase != "statements":
        if escrow.dispute.reassignments >= policy.reassignments:
            return "timeout_undecided"
        return "timeout_acknowledge" if escrow.phase == "acknowledge" else "timeout_decide"
    return {
        "proposed": "timeout_void", "awaiting_funds": "timeout_void",
        "funding_exception": "timeout_return", "funded": policy.payee_silent,
        "performed": policy.payer_silent, "disputed": "timeout_statements",
        "decided": "timeout_settle",
    }[escrow.state]  # fmt: skip


def sweep(episode: Episode) -> None:
    """One round of all schedules, in one transaction each as in production."""
    world, database = episode.world, episode.database
    rows = {UUID(row["escrow"]["id"]): row for row in database.sweep("escrow_due", 500)}
    found = rows.keys()
    if found != due(world):
        raise Difference(f"due: {found}, the model says {due(world)}")
    decisions = [
        _decision(episode, escrow_id, rows[escrow_id])
        for escrow_id in world.escrows
        if escrow_id in found
    ]
    answers = database.command("escrow_commit_many", decisions) if decisions else []
    given = {UUID(each["escrow_id"]): each for each in answers}
    accepted = [d for d in decisions if _is_right(episode, d, given[d["escrow_id"]])]
    for d, wanted in zip(accepted, apply(world, accepted), strict=True):
        answer = given[d["escrow_id"]]["answer"]
        episode.same_answer("escrow_commit_many", d, answer, wanted | {"replayed": False})
        episode.tally.done[d["event"]] += 1
    for name, rule in (
        ("orders_expire", orders.apply_expire),
        ("escrow_cases_expire", cases.apply_expire_cases),
        ("payouts_expire", payments.expire),
    ):
        count, wanted_count = database.sweep(name, 500), rule(world)
        if count != wanted_count:
            raise Difference(f"{name}: {count}, the model says {wanted_count}")
        episode.tally.done[name] += 1
    episode.check_everything()


def _decision(episode: Episode, escrow_id: UUID, row: dict[str, Any]) -> Body:
    """The model's, which must be the function's."""
    escrow, event = episode.world.escrows[escrow_id], timer_event(episode, escrow_id)
    lapsed = escrow.lapsed_hold(episode.world.now)
    if lapsed:
        event = _end_of(episode, escrow, lapsed)
    wanted = rightful(episode.world, episode.random, escrow, event, "timer", None, "")
    if lapsed:
        wanted["payload"] = _says(episode, escrow, lapsed, event)
    same_decision(episode, "timer", decide_timer(parse_snapshot(row)), wanted)
    return wanted


def _end_of(episode: Episode, escrow: Escrow, lapsed: Hold) -> str:
    """The move that ends a reason: it is lifted, or what the rail has withdrawn stays gone."""
    if not (lapsed.stands and there_is_money(episode.world, escrow)):
        return "unfreeze"
    return taken_as(episode.world, escrow, _withdrawn(escrow, lapsed))


def _says(episode: Episode, escrow: Escrow, lapsed: Hold, event: str) -> Body:
    if event == "unfreeze":
        return {"hold_id": lapsed.id}
    return fitted(episode.world, escrow, _withdrawn(escrow, lapsed))


def _withdrawn(escrow: Escrow, lapsed: Hold) -> Body:
    assert lapsed.amount is not None
    return {
        "amount": lapsed.amount, "currency": escrow.currency, "reference": lapsed.reference,
    }  # fmt: skip


def _is_right(episode: Episode, d: Body, given: Body) -> bool:
    verdict = validate(episode.world, d)
    if (given["refusal"] is None) == bool(verdict.faults):
        raise episode.differs("escrow_commit_many", d, given, verdict)
    return given["refusal"] is None


def drain(episode: Episode) -> None:
    """Let time alone end everything: no row waits for ever (law 11)."""
    world = episode.world
    for _ in range(ROUNDS):
        live = [e for e in world.escrows.values() if e.expires_at is not None]
        ends = [e.expires_at for e in live if e.expires_at and e.frozen_at is None]
        ends += [hold.ends_at for e in live for hold in e.open_holds]
        if not ends:
            break
        episode.wait(max(world.now, *ends))
        sweep(episode)
    else:
        raise Difference(f"an escrow outlived {ROUNDS} rounds of its timers")
    ends = [case.deadline_at for case in world.cases.values() if case.deadline_at is not None]
    ends += [order.expires_at for order in world.orders.values()]
    episode.wait(max([world.now, *ends]))
    sweep(episode)
    finish(episode)
    ends = [p.deadline_at for p in world.payments.values() if p.deadline_at is not None]
    episode.wait(max([world.now, *ends]))
    sweep(episode)
    still_held = {hold: amount for hold, amount in world.books.holds.items() if amount}
    if still_held:
        raise Difference(f"held when everything has ended: {still_held}")
