"""Guards of performing, accepting, disputing, agreeing and freezing."""

from tests.model.money import ZERO
from tests.model.rule_parts import codes, in_range, other, payload
from tests.model.things import Escrow
from tests.model.world import Body, World


def accept(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    unsure = payload(d).get("confirm") is not True
    word = payload(d).get("payer_name_matches")
    early = escrow.state == "funded"
    asked = not early and escrow.policy.attests
    return codes(
        confirmation_required=early and unsure,
        attestation_required=word is not True and (asked or word is not None),
    )


def dispute(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    early = False
    if role == "payee" and escrow.policy.payee_may_dispute_when == "performed":
        performed = escrow.performed_at
        early = performed is None or world.now < performed + escrow.policy.payee_dispute_wait
    reason = payload(d).get("reason")
    return codes(
        reason_required=not reason,
        dispute_window_closed=early,
        reason_unknown=bool(reason) and reason not in ("other", "silence"),
        reason_not_fitting=reason == "silence",
    )


def request_revision(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    return codes(no_revisions_left=escrow.revisions >= escrow.policy.revisions)


def offer_split(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    return codes(offer_out_of_range=not in_range(payload(d).get("payee_amount"), escrow))


def withdraw_offer(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    mine = [offer for offer in escrow.offers if (offer.author, offer.status) == (role, "open")]
    return codes(offer_not_open=not mine)


def accept_split(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    standing = escrow.open_offer(other(role), "split", world.now)
    gross = (d.get("payee_amount") or ZERO) + (d.get("fee_amount") or ZERO)
    if standing is None or standing.id != payload(d).get("offer_id"):
        return {"offer_not_open"}
    return codes(settlement_not_as_ruled=standing.payee_amount != gross)


def outage_credit(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    """No outage is declared in these stories."""
    return {"outage_not_open"}
