"""The legal moves of an escrow, written down a second time by hand.

(state, phase, event) -> (roles, the places it may lead to). A change of
private.state_edges that nobody meant fails against this table.
"""

from collections.abc import Iterator

Place = tuple[str, str]

BOTH = frozenset({"payer", "payee"})
TAKES = frozenset({"rail", "timer"})
STAFF = frozenset({"operator", "rail", "system"})
TERMINAL = ("released", "refunded", "split", "void")
AWARDED: tuple[Place, ...] = (("released", ""), ("refunded", ""), ("split", ""))
PHASES = ("statements", "acknowledge", "decide", "approve")
LIVE: tuple[Place, ...] = (
    ("proposed", ""), ("awaiting_funds", ""), ("funding_exception", ""), ("funded", ""),
    ("performed", ""), *(("disputed", phase) for phase in PHASES), ("decided", ""),
)  # fmt: skip
PLACES: tuple[Place, ...] = (*LIVE, *((state, "") for state in TERMINAL))
AGREEABLE: tuple[Place, ...] = (
    ("funded", ""), ("performed", ""), *(("disputed", phase) for phase in PHASES),
)  # fmt: skip


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


Move = tuple[Place | None, str, frozenset[str], tuple[Place, ...]]


def _lines(text: str) -> Iterator[Move]:
    """from.phase | event | roles | to.phase"""
    for line in text.strip().splitlines():
        start, event, roles, end = (word.strip() for word in line.split("|"))
        yield (
            _place(start) if start else None,
            event,
            frozenset(roles.split()),
            tuple(_place(word) for word in end.split()),
        )


def _place(word: str) -> Place:
    state, _, phase = word.partition(".")
    return state, phase


_TABLE = """
                     | take                | payer payee  | funded
                     | open                | system       | proposed
proposed             | sign                | payer payee  | proposed
proposed             | countersign         | payer payee  | awaiting_funds
proposed             | cancel              | payer payee  | void
proposed             | timeout_void        | timer        | void
awaiting_funds       | cancel              | payer payee  | void
awaiting_funds       | timeout_void        | timer        | void
awaiting_funds       | fund                | payer        | funded
awaiting_funds       | funds_confirmed     | rail         | funded
awaiting_funds       | funds_mismatch      | rail         | funding_exception
funding_exception    | funds_mismatch      | rail         | funding_exception
funding_exception    | top_up              | payer rail   | funded
funding_exception    | propose_partial     | payer payee  | funding_exception
funding_exception    | accept_partial      | payer payee  | funded
funding_exception    | return_funds        | payer        | void
funding_exception    | timeout_return      | timer        | void
funding_exception    | rail_void           | rail timer   | void
funded               | perform             | payee        | performed
funded               | concede             | payee        | refunded
funded               | accept              | payer        | released
funded               | timeout_refund      | timer        | refunded
funded               | timeout_dispute     | timer        | disputed.statements
funded               | timeout_hold        | timer        | refunded
funded               | dispute             | payer payee  | disputed.statements
performed            | concede             | payee        | refunded
performed            | accept              | payer        | released
performed            | request_revision    | payer        | funded
performed            | timeout_release     | timer        | released
performed            | timeout_dispute     | timer        | disputed.statements
performed            | dispute             | payer payee  | disputed.statements
disputed.statements  | statement           | payer payee  | disputed.statements
disputed.statements  | statement_reply     | payer payee  | disputed.acknowledge
disputed.statements  | evidence            | payer payee  | disputed.statements
disputed.statements  | timeout_statements  | timer        | disputed.acknowledge
disputed.acknowledge | assign              | operator     | disputed.acknowledge
disputed.acknowledge | acknowledge         | arbiter      | disputed.decide
disputed.acknowledge | timeout_acknowledge | timer        | disputed.acknowledge
disputed.decide      | assign              | operator     | disputed.acknowledge
disputed.decide      | decide              | arbiter      | decided
disputed.decide      | propose_decision    | arbiter      | disputed.approve
disputed.decide      | timeout_decide      | timer        | disputed.acknowledge
disputed.approve     | approve_decision    | second_arbiter | decided
disputed.approve     | reject_decision     | second_arbiter | disputed.decide
disputed.approve     | timeout_decide      | timer        | disputed.acknowledge
decided              | appeal              | payer payee  | disputed.acknowledge
decided              | accept_decision     | payer payee  | decided
decided              | settle_decision     | payer payee  | released refunded split
decided              | timeout_settle      | timer        | released refunded split
"""


def _overlays() -> Iterator[Move]:
    for phase in PHASES:
        place = ("disputed", phase)
        yield place, "concede", frozenset({"payee"}), (("refunded", ""),)
        yield place, "accept", frozenset({"payer"}), (("released", ""),)
        yield place, "timeout_hold", frozenset({"timer"}), AWARDED
        if phase != "statements":
            yield place, "timeout_undecided", frozenset({"timer"}), AWARDED
    for place in AGREEABLE:
        yield place, "offer_split", BOTH, (place,)
        yield place, "withdraw_offer", BOTH, (place,)
        yield place, "accept_split", BOTH, AWARDED
    for place in (*AGREEABLE, ("decided", "")):
        yield place, "rail_return", TAKES, (("refunded", ""),)
        yield place, "rail_restore", frozenset({"rail"}), (place,)
    for place in (("funding_exception", ""), *AGREEABLE, ("decided", "")):
        yield place, "rail_take", TAKES, (place,)
    for place in (("funded", ""), ("performed", "")):
        yield place, "rail_dispute", TAKES, (("disputed", "statements"),)
    for place in LIVE:
        yield place, "freeze", STAFF, (place,)
        yield place, "unfreeze", STAFF | {"timer"}, (place,)
        yield place, "outage_credit", frozenset({"system"}), (place,)


MOVES: tuple[Move, ...] = (*_lines(_TABLE), *_overlays())
BY_CELL = {(start, event): (roles, ends) for start, event, roles, ends in MOVES}
EVENTS = tuple(sorted({event for start, event, _, _ in MOVES if start}))

# Moves whose time ends with the deadline; the rest may lose a race to the timer.
BEFORE_DEADLINE = words(
    "sign countersign fund funds_confirmed top_up propose_partial accept_partial perform "
    "request_revision dispute statement statement_reply evidence acknowledge decide "
    "propose_decision approve_decision reject_decision appeal"
)
# Moves that take or give away money, or bind a party, want a second factor. An offer of
# nothing, and taking money back, do not.
STEP_UP = words(
    "sign countersign fund accept decide propose_decision approve_decision reject_decision "
    "offer_split"
)
WHILE_FROZEN = words(
    "statement evidence withdraw_offer freeze unfreeze outage_credit rail_return rail_void "
    "rail_take rail_dispute rail_restore"
)
SETTLING = words(
    "accept concede timeout_refund timeout_release accept_split settle_decision "
    "timeout_settle timeout_undecided timeout_hold rail_return"
)
