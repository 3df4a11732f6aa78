"""What people do about a trade when they look at it: mostly their duty, sometimes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal
from random import Random
from typing import Any

Row = Mapping[str, Any]

_REASONS = {
    ("payer", "funded"): ("not_paid", "other"),
    ("payer", "performed"): ("not_paid", "underpaid", "third_party_payer", "payment_reversed"),
    ("payee", "performed"): ("not_released", "overpaid", "wrong_amount"),
}
# Share of what is held that the payee gets by a finding.
_FINDINGS = {"paid": "1", "not_paid": "0", "partly_paid": "0.5", "other": "0.25"}
_STEP = Decimal("0.00001")


@dataclass(frozen=True)
class Move:
    """One command on a trade."""

    word: str
    body: Mapping[str, Any] = field(default_factory=dict)
    aal: str = "aal1"


_NOTHING = Move("")


def of_party(rng: Random, role: str, escrow: Row, offers: Sequence[Row]) -> Move | None:
    """What a payer (who sells crypto) or a payee (who sends bank money) does now."""
    theirs = [each for each in offers if each["author_role"] != role]
    aal = "aal2" if role == "payer" else "aal1"
    if theirs and rng.random() < 0.4:
        return Move("accept-split", {"offer_id": theirs[0]["id"]}, aal)
    moves = _MOVES.get((escrow["state"], escrow["phase"], role), ())
    move = _drawn(rng, moves)
    if move.word == "offer-split":
        part = (Decimal(escrow["amount"]) * rng.choice((1, 2, 3)) / 4).quantize(_STEP, ROUND_DOWN)
        return Move("offer-split", {"payee_amount": f"{part:f}"}, aal)
    if move.word == "dispute":
        return Move("dispute", {"reason": rng.choice(_REASONS[role, escrow["state"]])})
    return move if move.word else None


def of_arbiter(rng: Random, escrow: Row) -> Move | None:
    """What the arbiter of a dispute does now; one in six lets it lie."""
    if rng.random() < 1 / 6:
        return None
    match escrow["phase"]:
        case "acknowledge":
            return Move("acknowledge")
        case "decide":
            return _ruling(rng, Decimal(escrow["amount"]))
        case "approve":
            return Move(rng.choice(("approve-decision",) * 4 + ("reject-decision",)), aal="aal2")
    return None


def _ruling(rng: Random, held: Decimal) -> Move:
    finding = rng.choice(list(_FINDINGS))
    payee = (held * Decimal(_FINDINGS[finding])).quantize(_STEP, ROUND_DOWN)
    body = {
        "payer_amount": f"{held - payee:f}",
        "payee_amount": f"{payee:f}",
        "reason": finding,
        "grounds": "By the statements of both sides and the record of the bank.",
    }
    return Move("decide", body, "aal2")


def _drawn(rng: Random, moves: Sequence[tuple[float, Move]]) -> Move:
    """One move by its weight of a hundred; what is left to a hundred is silence."""
    silence = 100 - sum(weight for weight, _ in moves)
    weights = [*(weight for weight, _ in moves), silence]
    return rng.choices([*(move for _, move in moves), _NOTHING], weights)[0]


_RELEASE = Move("release", {"payer_name_matches": True}, "aal2")
_EARLY = Move("release", {"confirm": True, "payer_name_matches": True}, "aal2")
_SPLIT = Move("offer-split")
_IN_DISPUTE = {
    "payer": ((3, _RELEASE), (5, _SPLIT)),
    "payee": ((3, Move("concede")), (5, _SPLIT)),
}
# (state, phase, role): weights of a hundred, per look.
_MOVES: Mapping[tuple[str, str, str], Sequence[tuple[float, Move]]] = {
    ("funded", "", "payee"): (
        (68, Move("mark-paid", {"reference": "as agreed"})), (9, Move("concede")),
        (6, Move("cancel")),
    ),
    ("funded", "", "payer"): (
        (1, _EARLY), (2, Move("cancel", aal="aal2")), (1, Move("dispute")),
    ),
    ("performed", "", "payer"): ((58, _RELEASE), (9, Move("dispute")), (3, _SPLIT)),
    ("performed", "", "payee"): ((2, Move("concede")), (8, Move("dispute")), (3, _SPLIT)),
    **{
        ("disputed", "statements", role): (
            (50, Move("statement", {"body": "This is how it was."})), *_IN_DISPUTE[role],
        )
        for role in ("payer", "payee")
    },
    **{
        ("disputed", phase, role): _IN_DISPUTE[role]
        for phase in ("acknowledge", "decide", "approve")
        for role in ("payer", "payee")
    },
    **{
        ("decided", "", role): ((30, Move("accept-decision")), (8, Move("appeal")))
        for role in ("payer", "payee")
    },
}  # fmt: skip
