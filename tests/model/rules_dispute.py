"""Guards of the file, the arbiters and the decision."""

import re
from decimal import Decimal
from uuid import UUID

from tests.model.money import ZERO, part
from tests.model.rule_parts import codes, in_range, payload
from tests.model.things import Escrow
from tests.model.world import Body, World

MOST_FILES = 20

# Whom a finding gives the money; "other" leaves it open.
AWARDS = {
    "paid": "payee", "not_paid": "payer", "partly_paid": "both",
    "delivered": "payee", "not_delivered": "payer", "partly_delivered": "both",
    "deceit_by_payee": "payer", "deceit_by_payer": "payee",
}  # fmt: skip
_ALWAYS = frozenset({"deceit_by_payee", "deceit_by_payer", "other"})
# By whether the escrow is a trade of the exchange.
FINDINGS = {
    True: _ALWAYS | {"paid", "not_paid", "partly_paid"},
    False: _ALWAYS | {"delivered", "not_delivered", "partly_delivered"},
}


def statement(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    spoke = escrow.dispute.statements
    return codes(statement_exists=role in spoke, statement_order=bool(spoke))


def statement_reply(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    spoke = escrow.dispute.statements
    return codes(statement_exists=role in spoke, statement_order=not spoke)


def evidence(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    sha256 = payload(d).get("sha256") or ""
    mine = [digest for author, digest in escrow.dispute.evidence if author == role]
    return codes(
        hash_required=re.fullmatch("[0-9a-f]{64}", sha256) is None,
        evidence_limit=len(mine) >= MOST_FILES,
        file_not_found=sha256 not in escrow.files,
        duplicate=sha256 in mine,
    )


def eligible(world: World, escrow: Escrow) -> list[UUID]:
    """Arbiters without a part who were never asked in this dispute."""
    return [
        user
        for user in world.people.staff("arbiter")
        if world.impartial(user, escrow.payer, escrow.payee)
        and user not in (*escrow.dispute.asked, *escrow.dispute.decided_by)
    ]


def assign(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    wanted = payload(d).get("arbiter_id")
    return codes(arbiter_not_eligible=wanted not in eligible(world, escrow))


def asks_the_next(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    exhausted = escrow.dispute.reassignments >= escrow.policy.reassignments
    return codes(no_arbiters_left=exhausted)


def timeout_undecided(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    left = escrow.dispute.reassignments < escrow.policy.reassignments
    return codes(arbiters_left=left)


def appeal(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    file = escrow.dispute
    party, best = (escrow.payer, ZERO) if role == "payer" else (escrow.payee, escrow.amount)
    return codes(
        already_accepted=role in file.accepted_by,
        appeal_not_open=file.level != 1 or file.award == best,
        insufficient_funds=world.books.available(party, escrow.currency) < bond(escrow),
    )


def bond(escrow: Escrow) -> Decimal:
    """What an appeal costs until it is won."""
    return part(escrow.amount, escrow.policy.bond_bps, escrow.currency)


def accept_decision(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    agreed = escrow.dispute.accepted_by
    # With the other side's consent there, it is settled instead.
    return codes(already_accepted=role in agreed, stale_version=bool(agreed))


def settle_decision(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    agreed = escrow.dispute.accepted_by
    return codes(already_accepted=role in agreed, other_side_pending=not agreed)


def _ruling(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    given = payload(d)
    payer, payee = given.get("payer_amount"), given.get("payee_amount")
    exact = (
        payer is not None
        and payer >= 0
        and in_range(payee, escrow)
        and payer + payee == escrow.amount
    )
    reasoned = len(given.get("grounds") or "") >= 20 and given.get("reason")
    return codes(
        award_not_exact=not exact,
        grounds_required=not reasoned,
        finding_unknown=given.get("reason") not in FINDINGS[escrow.order is not None],
        award_differs_from_finding=not _follows(given.get("reason"), payer, payee),
    )


def _follows(finding: str | None, payer: Decimal | None, payee: Decimal | None) -> bool:
    match AWARDS.get(finding or ""):
        case "payer":
            return payee == 0
        case "payee":
            return payer == 0
        case "both":
            return payer is not None and payee is not None and payer > 0 and payee > 0
        case _:
            return True


def _above_the_limit(escrow: Escrow) -> bool:
    return escrow.amount > escrow.policy.second_above


def decide(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    alone = codes(second_approval_required=_above_the_limit(escrow))
    return _ruling(world, escrow, d, role) | alone


def propose_decision(world: World, escrow: Escrow, d: Body, role: str) -> set[str]:
    alone = codes(second_approval_not_needed=not _above_the_limit(escrow))
    return _ruling(world, escrow, d, role) | alone
