"""decide: the event and effects of a command. Pure: no clock, no I/O.

The database checks everything again when the decision is committed.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from . import dispute_rules, funding_rules, operator_rules, party_rules, rail_take_rules
from .decision import Command, Decision
from .permit import Context
from .snapshot import Snapshot

RULES: Mapping[str, Callable[[Context], Decision]] = {
    "mark-paid": party_rules.mark_paid,
    "deliver": party_rules.deliver,
    "release": party_rules.release,
    "concede": party_rules.concede,
    "cancel": party_rules.cancel,
    "offer-split": party_rules.offer_split,
    "withdraw-offer": party_rules.withdraw_offer,
    "accept-split": party_rules.accept_split,
    "request-revision": party_rules.request_revision,
    "dispute": dispute_rules.dispute,
    "statement": dispute_rules.statement,
    "evidence": dispute_rules.evidence,
    "acknowledge": dispute_rules.acknowledge,
    "decide": dispute_rules.decide,
    "approve-decision": dispute_rules.approve_decision,
    "reject-decision": dispute_rules.reject_decision,
    "accept-decision": dispute_rules.accept_decision,
    "appeal": dispute_rules.appeal,
    "assign": operator_rules.assign,
    "freeze": operator_rules.freeze,
    "unfreeze": operator_rules.unfreeze,
    "sign": funding_rules.sign,
    "fund": funding_rules.fund,
    "funds-confirmed": funding_rules.funds_confirmed,
    "funds-mismatch": funding_rules.funds_mismatch,
    "top-up": funding_rules.top_up,
    "propose-partial": funding_rules.propose_partial,
    "accept-partial": funding_rules.accept_partial,
    "return-funds": funding_rules.return_funds,
    "rail-take": rail_take_rules.take,
    "rail-restore": rail_take_rules.restore,
}


def decide(snapshot: Snapshot, command: Command, now: datetime) -> Decision:
    """What to commit so that the command is done.

    now: by the database's clock. Raises Problem with a code of private.refusals when it
    cannot be done, KeyError when the name or a required field of its payload is missing.
    """
    return RULES[command.name](Context(snapshot, command, now))
