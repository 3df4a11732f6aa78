"""The table of moves, in the order of the documentation."""

from dataclasses import dataclass

LIVE_DISPUTE = ("statements", "acknowledge", "decide", "approve")
TERMINAL = frozenset({"released", "refunded", "split", "void"})
HOLDING = frozenset({"funded", "performed", "disputed", "decided"})

PARTIES = frozenset({"payer", "payee"})
PLATFORM = frozenset({"operator", "rail", "system"})

State = tuple[str, str]  # state, phase of the dispute


@dataclass(frozen=True)
class Move:
    """What an event does in a state.

    to: the state entered; None where the parts of the settlement decide it.
    settles: whose rule divides the money. step_up: the roles that need a second factor.
    """

    actors: frozenset[str]
    to: State | None
    settles: str | None = None
    step_up: frozenset[str] = frozenset()
    in_time: bool = False
    while_frozen: bool = False


MOVES: dict[State, dict[str, Move]] = {}


def _add(
    states: list[State], event: str, actors: frozenset[str] | str, to: State | str | None,
    *, settles: str | None = None, step_up: frozenset[str] | bool = False,
    in_time: bool = False, while_frozen: bool = False,
) -> None:  # fmt: skip
    who = actors if isinstance(actors, frozenset) else frozenset({actors})
    second = step_up if isinstance(step_up, frozenset) else who if step_up else frozenset()
    for state in states:
        target = state if to == "same" else (to, "") if isinstance(to, str) else to
        MOVES.setdefault(state, {})[event] = Move(
            who, target, settles, second, in_time, while_frozen
        )


def _state(name: str) -> list[State]:
    return [(name, "")]


def _phase(*names: str) -> list[State]:
    return [("disputed", name) for name in names]


_PROPOSED, _AWAITING = _state("proposed"), _state("awaiting_funds")
_EXCEPTION = _state("funding_exception")
_FUNDED, _PERFORMED, _DECIDED = _state("funded"), _state("performed"), _state("decided")
_DISPUTED = _phase(*LIVE_DISPUTE)

# 3, 4: signing and giving up before money is seen
_add(_PROPOSED, "sign", PARTIES, "same", step_up=True, in_time=True)
_add(_PROPOSED, "countersign", PARTIES, "awaiting_funds", step_up=True, in_time=True)
_add(_PROPOSED + _AWAITING, "cancel", PARTIES, "void")
_add(_PROPOSED + _AWAITING, "timeout_void", "timer", "void")
# 5, 6, 7: funding
_add(_AWAITING, "fund", "payer", "funded", step_up=True, in_time=True)
_add(_AWAITING, "funds_confirmed", "rail", "funded", in_time=True)
_add(_AWAITING + _EXCEPTION, "funds_mismatch", "rail", "funding_exception")
_add(_EXCEPTION, "top_up", frozenset({"payer", "rail"}), "funded", in_time=True)
_add(_EXCEPTION, "propose_partial", PARTIES, "same", in_time=True)
_add(_EXCEPTION, "accept_partial", PARTIES, "funded", in_time=True)
_add(_EXCEPTION, "return_funds", "payer", "void")
_add(_EXCEPTION, "timeout_return", "timer", "void")
# 8 to 14: performing and accepting
_add(_FUNDED, "perform", "payee", "performed", in_time=True)
_add(_FUNDED + _PERFORMED + _DISPUTED, "concede", "payee", "refunded", settles="refund")
_add(_FUNDED, "timeout_refund", "timer", "refunded", settles="refund")
_add(_FUNDED + _PERFORMED, "timeout_dispute", "timer", ("disputed", "statements"))
_add(
    _FUNDED + _PERFORMED + _DISPUTED, "accept", "payer", "released",
    settles="release", step_up=True,
)  # fmt: skip
_add(_PERFORMED, "request_revision", "payer", "funded", in_time=True)
_add(_PERFORMED, "timeout_release", "timer", "released", settles="release")
# 15, 16: disputing and agreeing
_add(_FUNDED + _PERFORMED, "dispute", PARTIES, ("disputed", "statements"), in_time=True)
_AGREE = _FUNDED + _PERFORMED + _DISPUTED
_add(_AGREE, "offer_split", PARTIES, "same", step_up=frozenset({"payer"}))
_add(_AGREE, "withdraw_offer", PARTIES, "same", while_frozen=True)
_add(_AGREE, "accept_split", PARTIES, None, settles="offer", step_up=frozenset({"payer"}))
# 17, 18: the file
_STATEMENTS = _phase("statements")
_add(_STATEMENTS, "statement", PARTIES, "same", in_time=True, while_frozen=True)
_add(_STATEMENTS, "statement_reply", PARTIES, ("disputed", "acknowledge"), in_time=True)
_add(_STATEMENTS, "evidence", PARTIES, "same", in_time=True, while_frozen=True)
_add(_STATEMENTS, "timeout_statements", "timer", ("disputed", "acknowledge"))
# 19, 20: arbiters
_add(_phase("acknowledge", "decide"), "assign", "operator", ("disputed", "acknowledge"))
_add(_phase("acknowledge"), "acknowledge", "arbiter", ("disputed", "decide"), in_time=True)
_add(_phase("acknowledge"), "timeout_acknowledge", "timer", "same")
_add(_phase("decide", "approve"), "timeout_decide", "timer", ("disputed", "acknowledge"))
_add(_phase(*LIVE_DISPUTE[1:]), "timeout_undecided", "timer", None, settles="default")
_add(_FUNDED, "timeout_hold", "timer", "refunded", settles="default")
_add(_DISPUTED, "timeout_hold", "timer", None, settles="default")
_add(_phase("decide"), "decide", "arbiter", "decided", step_up=True, in_time=True)
_add(
    _phase("decide"), "propose_decision", "arbiter", ("disputed", "approve"),
    step_up=True, in_time=True,
)  # fmt: skip
_add(_phase("approve"), "approve_decision", "second_arbiter", "decided", step_up=True, in_time=True)
_add(
    _phase("approve"), "reject_decision", "second_arbiter", ("disputed", "decide"),
    step_up=True, in_time=True,
)  # fmt: skip
# 21, 22: the decision
_add(_DECIDED, "appeal", PARTIES, ("disputed", "acknowledge"), in_time=True)
_add(_DECIDED, "accept_decision", PARTIES, "same")
_add(_DECIDED, "settle_decision", PARTIES, None, settles="decision")
_add(_DECIDED, "timeout_settle", "timer", None, settles="decision")
# 25: the rail has given the money back itself
_TAKES = frozenset({"rail", "timer"})
_add(
    _FUNDED + _PERFORMED + _DISPUTED + _DECIDED, "rail_return", _TAKES, "refunded",
    settles="refund", while_frozen=True,
)  # fmt: skip
_add(_EXCEPTION, "rail_void", _TAKES, "void", while_frozen=True)
_HELD = _FUNDED + _PERFORMED + _DISPUTED + _DECIDED
_add(_EXCEPTION + _HELD, "rail_take", _TAKES, "same", while_frozen=True)
_add(
    _FUNDED + _PERFORMED, "rail_dispute", _TAKES, ("disputed", "statements"), while_frozen=True,
)  # fmt: skip
_add(_HELD, "rail_restore", "rail", "same", while_frozen=True)
# 23: the overlay
_LIVE = list(MOVES)
_add(_LIVE, "freeze", PLATFORM, "same", while_frozen=True)
_add(_LIVE, "outage_credit", "system", "same", while_frozen=True)
_add(_LIVE, "unfreeze", PLATFORM | {"timer"}, "same", while_frozen=True)

EVENTS = tuple(sorted({event for moves in MOVES.values() for event in moves}))
TIMERS = tuple(event for event in EVENTS if event.startswith("timeout_"))
