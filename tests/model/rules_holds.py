"""The reasons to hold an escrow: who opens and closes which, and what each move closes."""

from tests.model.bounds import move_too_much
from tests.model.money import fits
from tests.model.moves import HOLDING
from tests.model.rule_parts import codes, payload
from tests.model.things import HOLD_KINDS, Escrow, Hold
from tests.model.world import Body, World


def freeze(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    said = payload(d)
    owner, _, at_end = HOLD_KINDS.get(said.get("kind") or "", (None, None, "lift"))
    amount, name = said.get("amount"), said.get("reference")
    right = amount is not None and amount > 0 and fits(amount, escrow.currency)
    twins = [
        hold
        for hold in escrow.open_holds
        if (hold.kind, hold.reference) == (said.get("kind"), name)
    ]
    return codes(
        reason_required=not said.get("reason"),
        hold_kind_unknown=owner != role,
        other_rail=role == "rail" and escrow.rail == "internal",
        funds_not_exact=(at_end == "stand" or amount is not None) and not right,
        reference_required=role != "operator" and not name,
        hold_open=bool(twins),
        report_too_large=role == "rail"
        and amount is not None
        and move_too_much(escrow, escrow.currency, amount, name or "", held=True),
    )


def unfreeze(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    hold = next((h for h in escrow.open_holds if h.id == payload(d).get("hold_id")), None)
    if hold is None:
        return {"hold_not_open"}
    if role != "timer":
        return codes(not_your_move=hold.owner != role)
    return codes(
        policy_mismatch=hold.stands and there_is_money(world, escrow),
        not_due=world.now < hold.ends_at,
    )


def there_is_money(world: World, escrow: Escrow) -> bool:
    """Whether a rail can have withdrawn any."""
    return escrow.state in HOLDING or world.books.held(escrow.id, escrow.currency, "pending") > 0


def may_stand(world: World, escrow: Escrow, d: Body) -> bool:
    """Whether the timer may say that what a rail has withdrawn is gone for good."""
    said = payload(d)
    return any(
        hold.stands and hold.ends_at <= world.now and hold.reference == said.get("reference")
        and hold.amount is not None and hold.amount >= (said.get("amount") or 0)
        for hold in escrow.open_holds
    )  # fmt: skip


def keep_holds(world: World, escrow: Escrow, d: Body) -> None:
    """Open and close reasons with a move that the escrow has made; the overlay follows the set."""
    if d["event"] == "freeze":
        said = payload(d)
        escrow.holds.append(
            Hold(
                None, said["kind"], said.get("reference") or str(escrow.version),
                said.get("amount"), escrow.version, world.now + HOLD_KINDS[said["kind"]][1],
            )
        )  # fmt: skip
        escrow.frozen_at = escrow.frozen_at or world.now
    for hold in escrow.open_holds:
        if escrow.closed or closes(hold, d):
            hold.closed_version, hold.closed_event = escrow.version, d["event"]
    if not escrow.open_holds:
        escrow.frozen_at = None


def closes(hold: Hold, d: Body) -> bool:
    """Whether a move that does not end the escrow ends a reason."""
    if d["event"] in ("rail_take", "rail_dispute"):
        return hold.owner == "rail" and hold.reference == payload(d).get("reference")
    return d["event"] == "unfreeze" and hold.id == payload(d).get("hold_id")
