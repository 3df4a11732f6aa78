"""decide: the event and effects of a command. Pure: no clock, no I/O.

The database checks everything again when the decision is committed.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from . import disputes, funding, parties, rail_takes, supervision
from .decision import Command, Decision
from .snapshot import Snapshot
from .turn import Turn

RULES: Mapping[str, Callable[[Turn], Decision]] = {
    "mark-paid": parties.mark_paid,
    "deliver": parties.deliver,
    "release": parties.release,
    "concede": parties.concede,
    "cancel": parties.cancel,
    "offer-split": parties.offer_split,
    "withdraw-offer": parties.withdraw_offer,
    "accept-split": parties.accept_split,
    "request-revision": parties.request_revision,
    "dispute": disputes.dispute,
    "statement": disputes.statement,
    "evidence": disputes.evidence,
    "acknowledge": disputes.acknowledge,
    "decide": disputes.decide,
    "approve-decision": disputes.approve_decision,
    "reject-decision": disputes.reject_decision,
    "accept-decision": disputes.accept_decision,
    "appeal": disputes.appeal,
    "assign": supervision.assign,
    "freeze": supervision.freeze,
    "unfreeze": supervision.unfreeze,
    "sign": funding.sign,
    "fund": funding.fund,
    "funds-confirmed": funding.funds_confirmed,
    "funds-mismatch": funding.funds_mismatch,
    "top-up": funding.top_up,
    "propose-partial": funding.propose_partial,
    "accept-partial": funding.accept_partial,
    "return-funds": funding.return_funds,
    "rail-take": rail_takes.take,
    "rail-restore": rail_takes.restore,
}


def decide(snapshot: Snapshot, command: Command, now: datetime) -> Decision:
    """What to commit so that the command is done.

    now: by the database's clock. Raises Problem with a code of private.refusals when it
    cannot be done, KeyError when the word or a required field of its payload is missing.
    """
    return RULES[command.word](Turn(snapshot, command, now))
