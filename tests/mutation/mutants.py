"""What is broken on purpose: one text in one function of the database, replaced by another."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """function: in schema private. old stands in its body exactly once. tests: files of tests/db,
    of which one should fail."""

    name: str
    function: str
    old: str
    new: str
    tests: str


_EVENT = "escrow_event_refusal"
_MOVE = "move_refusal"
_PARTS = "settlement_refusal"
_JUDGE = "escrow_judge"
_EDGE = "escrow_edge"
_AFTER = "escrow_after"
_LIMITS = "check_trade_limits"

EVENTS = (
    Mutant(
        "early release unasked",
        _EVENT,
        "p_escrow.state = 'funded' and p_payload -> 'confirm'",
        "false and p_payload -> 'confirm'",
        "refusals",
    ),
    Mutant(
        "payer's name not attested",
        _EVENT,
        "p_escrow.state <> 'funded' and p_policy.attest",
        "false and p_policy.attest",
        "attestation",
    ),
    Mutant(
        "payee disputes at once", _EVENT, " + p_policy.payee_dispute_wait", "", "refusals cells"
    ),
    Mutant(
        "one revision more",
        _EVENT,
        ">= p_policy.max_revisions",
        "> p_policy.max_revisions",
        "refusals cells",
    ),
    Mutant(
        "any terms signed",
        _EVENT,
        "'terms_hash' is distinct from p_escrow.terms_hash",
        "'terms_hash' is null",
        "open refusals",
    ),
    Mutant(
        "signed twice by one", _EVENT, "v_role = any (p_escrow.signed_by)", "false", "open refusals"
    ),
    Mutant(
        "too much is funding",
        _EVENT,
        "::numeric is distinct from p_escrow.amount::numeric",
        "::numeric < p_escrow.amount::numeric",
        "funding refusals",
    ),
    Mutant(
        "late at the deadline itself",
        _EVENT,
        "> p_escrow.expires_at",
        ">= p_escrow.expires_at",
        "funding incidents refusals",
    ),
    Mutant(
        "mismatch of nothing",
        _EVENT,
        "(p_payload ->> 'amount')::numeric > 0, false)\n   ",
        "(p_payload ->> 'amount')::numeric >= 0, false)\n   ",
        "funding refusals",
    ),
    Mutant("an exact top-up refused", _EVENT, ">= p_escrow.amount", "> p_escrow.amount", "funding"),
    Mutant(
        "top-up of another currency",
        _EVENT,
        "and p_payload ->> 'currency' = p_escrow.currency",
        "",
        "funding refusals",
    ),
    Mutant(
        "own consent is enough", _EVENT, "and o.author_role <> v_role and", "and", "funding offers"
    ),
    Mutant(
        "old consent to a part",
        _EVENT,
        "o.state_version = p_escrow.state_version and o.expires_at > p_now",
        "true",
        "funding offers incidents",
    ),
    Mutant(
        "an offer below nothing",
        _EVENT,
        "between 0 and p_escrow.amount",
        "between -1 and p_escrow.amount",
        "offers refusals",
    ),
    Mutant(
        "an offer beyond the amount",
        _EVENT,
        "between 0 and p_escrow.amount",
        "between 0 and p_escrow.amount + 1",
        "offers refusals",
    ),
    Mutant(
        "another's offer withdrawn",
        _EVENT,
        "o.status = 'open' and o.author_role = v_role",
        "o.status = 'open'",
        "offers refusals",
    ),
    Mutant(
        "a second statement",
        _EVENT,
        "s.dispute_id = p_dispute.id and s.author_role = v_role",
        "false",
        "disputes statements refusals",
    ),
    Mutant("one file more", _EVENT, ">= 20", "> 20", "disputes"),
    Mutant(
        "any arbiter assigned",
        _EVENT,
        "not coalesce(private.may_arbitrate(",
        "not coalesce(true or private.may_arbitrate(",
        "disputes review desk",
    ),
    Mutant(
        "one reassignment more",
        _EVENT,
        ">= p_policy.max_reassignments",
        "> p_policy.max_reassignments",
        "silence cells",
    ),
    Mutant(
        "undecided too early",
        _EVENT,
        "< p_policy.max_reassignments",
        "< p_policy.max_reassignments - 1",
        "refusals cells",
    ),
    Mutant(
        "accepted and appealed",
        _EVENT,
        """any (p_dispute.accepted_by) then
                return 'already_accepted';
            elsif p_dispute.level""",
        """any ('{}'::public.escrow_role[]) then
                return 'already_accepted';
            elsif p_dispute.level""",
        "dispute_reasons refusals",
    ),
    Mutant("appealed twice", _EVENT, "p_dispute.level <> 1 or", "false or", "disputes refusals"),
    Mutant(
        "the winner appeals",
        _EVENT,
        "then 0 else p_escrow.amount end",
        "then p_escrow.amount else 0 end",
        "disputes cells",
    ),
    Mutant(
        "an award below what is held",
        _EVENT,
        "(p_payload ->> 'payee_amount')::numeric = p_escrow.amount",
        "(p_payload ->> 'payee_amount')::numeric <= p_escrow.amount",
        "refusals",
    ),
    Mutant("shorter grounds", _EVENT, "< 20", "< 19", "refusals dispute_reasons"),
    Mutant(
        "one arbiter above the limit",
        _EVENT,
        "<> private.needs_second_approval(p_escrow)",
        "<> false",
        "disputes refusals",
    ),
    Mutant(
        "an outage credited twice",
        _EVENT,
        "c.outage_id = o.id and c.object_id = p_escrow.id",
        "false",
        "outages",
    ),
    Mutant(
        "frozen without a reason",
        _EVENT,
        """        when 'freeze' then
            if coalesce(p_payload ->> 'reason', '') = '' then""",
        """        when 'freeze' then
            if false then""",
        "freeze refusals",
    ),
)

MOVES = (
    Mutant(
        "money moves while frozen",
        _MOVE,
        "p_escrow.frozen_at is not null and not",
        "false and not",
        "freeze",
    ),
    Mutant(
        "a timer at the deadline, without grace",
        _MOVE,
        "if p_now < p_escrow.expires_at",
        "if p_now < p_escrow.deadline_at",
        "refusals timers incidents_races cells",
    ),
    Mutant(
        "a timer before the credit",
        _MOVE,
        "elsif private.awaits_credit(p_escrow)",
        "elsif false",
        "outages",
    ),
    Mutant(
        "silence of the payer as one likes",
        _MOVE,
        "p_decision.event <> p_policy.payer_silent_event",
        "false",
        "refusals cells",
    ),
    Mutant(
        "silence of the payee as one likes",
        _MOVE,
        "p_decision.event <> p_policy.payee_silent_event",
        "false",
        "refusals cells",
    ),
    Mutant(
        "in time a day late",
        _MOVE,
        "p_now > p_escrow.expires_at\n",
        "p_now > p_escrow.expires_at + interval '1 day'\n",
        "refusals cells",
    ),
    Mutant(
        "late money by our clock", _MOVE, " and p_edge.actor <> 'rail'", "", "funding incidents"
    ),
    Mutant(
        "no second factor",
        _MOVE,
        "is distinct from 'aal2'",
        "is distinct from p_decision.aal",
        "refusals offers",
    ),
    Mutant(
        "an accepted offer without a second factor",
        _MOVE,
        "when 'accept_split' then p_decision.payee_amount + p_decision.fee_amount",
        "when 'accept_split' then 0",
        "offers refusals",
    ),
    Mutant(
        "an offer without a second factor",
        _MOVE,
        "when 'offer_split' then (p_decision.payload ->> 'payee_amount')::numeric",
        "when 'offer_split' then 0",
        "offers refusals",
    ),
    Mutant(
        "amounts where nothing settles",
        _MOVE,
        "p_decision.payer_amount is not null or",
        "false or",
        "refusals",
    ),
    Mutant(
        "a deadline in the past",
        _MOVE,
        "or p_decision.expires_at <= p_now",
        "or false",
        "refusals laws",
    ),
    Mutant(
        "a grace that ends before the deadline",
        _MOVE,
        "or p_decision.expires_at < p_decision.deadline_at",
        "or false",
        "refusals guard",
    ),
    Mutant(
        "a grace beyond what the rail holds",
        _MOVE,
        "p_decision.expires_at > p_escrow.rail_hold_until",
        "p_decision.deadline_at > p_escrow.rail_hold_until",
        "incidents funding refusals",
    ),
    Mutant(
        "an arbiter without a clock",
        _MOVE,
        "'assign', 'timeout_acknowledge', 'statement'",
        "'timeout_acknowledge', 'statement'",
        "refusals",
    ),
)

SETTLING = (
    Mutant(
        "a negative part",
        _PARTS,
        "p_decision.fee_amount) < 0",
        "p_decision.fee_amount) < -1e9",
        "refusals invariants",
    ),
    Mutant(
        "more than is held",
        _PARTS,
        "is distinct from p_escrow.amount::numeric",
        "< p_escrow.amount::numeric",
        "refusals invariants",
    ),
    Mutant(
        "a smaller fee",
        _PARTS,
        "p_decision.fee_amount <> private",
        "p_decision.fee_amount > private",
        "refusals invariants",
    ),
    Mutant(
        "the own offer accepted", _PARTS, "o.author_role::text <> p_edge.actor", "true", "offers"
    ),
    Mutant("an offer that ran out", _PARTS, " and o.expires_at > p_now", "", "offers"),
    Mutant(
        "an offer of an earlier state",
        _PARTS,
        "o.state_version = p_escrow.state_version",
        "true",
        "offers incidents",
    ),
    Mutant("an offer of another escrow", _PARTS, " and o.escrow_id = p_escrow.id", "", "offers"),
    Mutant(
        "an award as one likes",
        _PARTS,
        "v_ruled := p_dispute.award_payee_amount",
        "v_ruled := v_gross",
        "refusals disputes",
    ),
    Mutant(
        "a default as one likes",
        _PARTS,
        "private.undecided_payee(p_escrow.id, p_escrow.amount, p_policy.undecided_payee_bps, v_decimals)",
        "v_gross",
        "disputes",
    ),
    Mutant(
        "all to the silent side", "undecided_payee", "then p_held\n", "then 0\n", "disputes silence"
    ),
    Mutant("an unheard appeal decides", "undecided_payee", "max(d.level) = 2", "false", "review"),
    Mutant(
        "the bond returns for nothing",
        "bond_returns",
        "p_payee_gross >",
        "p_payee_gross >=",
        "disputes",
    ),
    Mutant(
        "the bond of a payer is lost",
        "bond_returns",
        "p_payee_gross <",
        "p_payee_gross >",
        "disputes",
    ),
)

JUDGES = (
    Mutant(
        "stale decisions count",
        _JUDGE,
        "p_decision.expected_version is distinct from p_escrow.version",
        "false",
        "refusals",
    ),
    Mutant(
        "a key for any request",
        _JUDGE,
        "v_key.request_hash = p_decision.request_hash",
        "true",
        "laws invariants",
    ),
    Mutant(
        "a command without a key",
        _JUDGE,
        "p_decision.idempotency_key is null or",
        "false or",
        "refusals",
    ),
    Mutant(
        "who pays may be paid",
        _EDGE,
        "p_decision.actor_id = p_escrow.payer_id or private.acts_for(p_decision.actor_id, p_escrow.payer_id)",
        "p_decision.actor_id in (p_escrow.payer_id, p_escrow.payee_id)",
        "cells",
    ),
    Mutant(
        "members do not act",
        _EDGE,
        " or private.acts_for(p_decision.actor_id, p_escrow.payee_id)",
        "",
        "incidents_later rls incidents review",
    ),
    Mutant(
        "an operator in the own affair",
        _EDGE,
        "and not private.belongs_to(p_decision.actor_id, p_escrow.payee_id)",
        "",
        "review disputes",
    ),
    Mutant(
        "one arbiter approves alone",
        _EDGE,
        "p_decision.actor_id <> p_arbiter_id and",
        "true and",
        "cells",
    ),
    Mutant(
        "an arbiter with a part",
        _EDGE,
        "p_decision.actor_id = p_arbiter_id and private.may_review(p_decision.actor_id, p_escrow)",
        "p_decision.actor_id = p_arbiter_id",
        "review desk",
    ),
    Mutant(
        "judge and trading partner",
        "may_review",
        "and not private.has_traded(p_user_id, p_escrow.payer_id, p_escrow.payee_id)",
        "",
        "desk",
    ),
    Mutant(
        "judge of the own decision",
        "may_review",
        "in (made.arbiter_id, made.approved_by)",
        "= made.arbiter_id",
        "review",
    ),
    Mutant(
        "the clock of a payment runs on in a freeze",
        _AFTER,
        "v_new.frozen_reason := null;\n            v_new.performed_at := v_old.performed_at + v_paused;",
        "v_new.frozen_reason := null;",
        "freeze",
    ),
    Mutant(
        "an outage moves no payment",
        _AFTER,
        "when 'outage_credit' then\n            v_new.performed_at := v_old.performed_at + v_paused;",
        "when 'outage_credit' then",
        "outages",
    ),
    Mutant(
        "a pause beyond what the rail holds",
        _AFTER,
        "least(v_paused, v_old.rail_hold_until - v_old.expires_at)",
        "v_paused",
        "freeze outages",
    ),
    Mutant(
        "a revision stays performed",
        _AFTER,
        "v_new.performed_at := null",
        "v_new.performed_at := p_now",
        "incidents invariants disputes refusals",
    ),
)

LIMITS = (
    Mutant(
        "the last unit of a limit",
        _LIMITS,
        "v_limit.wanted > v_limit.remaining",
        "v_limit.wanted >= v_limit.remaining",
        "limits",
    ),
    Mutant(
        "a maker without limits",
        _LIMITS,
        "('taker', p_trade.taker_id), ('maker', v_maker)",
        "('taker', p_trade.taker_id)",
        "limits",
    ),
    Mutant(
        "any method for anybody",
        _LIMITS,
        "v_method.risk > v_tier.max_method_risk",
        "false",
        "limits",
    ),
    Mutant(
        "any tier takes",
        _LIMITS,
        "(select o.min_taker_tier from public.p2p_orders as o where o.id = p_trade.order_id)",
        "(select 0)",
        "limits",
    ),
    Mutant("no limit of a method", _LIMITS, "v_worth > v_method.trade_limit", "false", "limits"),
    Mutant(
        "what came back still counts",
        "limits_of",
        "not in ('cancelled', 'refunded')",
        "not in ('cancelled')",
        "limits",
    ),
    Mutant(
        "a day of 25 hours", "limits_of", "interval '24 hours'", "interval '25 hours'", "limits"
    ),
    Mutant("a month of 31 days", "limits_of", "interval '30 days'", "interval '31 days'", "limits"),
    Mutant(
        "sales do not count",
        "limits_of",
        """(t.buyer_id = p_party_id or t.seller_id = p_party_id) and t.created_at""",
        "t.buyer_id = p_party_id and t.created_at",
        "limits",
    ),
    Mutant(
        "reviews lose an outage",
        "later_by_outages",
        "p_until + private.lost_to_outages(p_from, p_until)",
        "p_until",
        "outages",
    ),
    Mutant(
        "rated for ever",
        "tg_p2p_ratings__stamp",
        "new.created_at >= v_trade.completed_at + private.rating_window()",
        "false",
        "ratings",
    ),
    Mutant(
        "unsettled trades are rated",
        "tg_p2p_ratings__stamp",
        "v_trade.status not in ('completed', 'split')",
        "false",
        "ratings",
    ),
)

MUTANTS = (*EVENTS, *MOVES, *SETTLING, *JUDGES, *LIMITS)
