"""What each event asks for beyond actor, time and parts: the guards of the table of moves."""

from tests.model import rules_dispute as dispute
from tests.model import rules_funding as funding
from tests.model import rules_holds as holds
from tests.model import rules_trade as trade
from tests.model.rule_parts import Rule

EVENT_RULES: dict[str, Rule] = {
    rule.__name__: rule
    for rule in (
        funding.sign, funding.countersign, funding.fund, funding.funds_confirmed,
        funding.funds_mismatch, funding.top_up, funding.propose_partial, funding.accept_partial,
        funding.rail_return, funding.rail_void, funding.rail_take, funding.rail_dispute,
        funding.rail_restore,
        trade.accept, trade.dispute, trade.request_revision, trade.offer_split,
        trade.withdraw_offer, trade.accept_split, trade.outage_credit,
        holds.freeze, holds.unfreeze,
        dispute.statement, dispute.statement_reply, dispute.evidence, dispute.assign,
        dispute.timeout_undecided, dispute.appeal, dispute.accept_decision,
        dispute.settle_decision, dispute.decide, dispute.propose_decision,
    )
}  # fmt: skip
EVENT_RULES |= {
    "timeout_acknowledge": dispute.asks_the_next,
    "timeout_decide": dispute.asks_the_next,
}
