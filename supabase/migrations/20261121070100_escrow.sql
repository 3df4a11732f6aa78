-- One row of escrow_transactions is one held amount, in every product.
-- The party who performs is the payee, the party who accepts is the payer.

create type public.escrow_state as enum (
    'proposed', 'awaiting_funds', 'funding_exception', 'funded', 'performed', 'disputed', 'decided',
    'released', 'refunded', 'split', 'void'
);
create type public.escrow_phase as enum ('', 'statements', 'acknowledge', 'decide', 'approve');
create type public.escrow_product as enum ('p2p', 'market');
create type public.escrow_role as enum (
    'payer', 'payee', 'arbiter', 'second_arbiter', 'operator', 'timer', 'rail', 'system'
);

create function private.is_terminal(p_state public.escrow_state) returns boolean
language plpgsql immutable set search_path = ''
as $$
begin
    return p_state in ('released', 'refunded', 'split', 'void');
end
$$;
comment on function private.is_terminal(public.escrow_state) is 'Whether a state has no exits.';

create function private.is_holding(p_state public.escrow_state) returns boolean
language plpgsql immutable set search_path = ''
as $$
begin
    return p_state in ('funded', 'performed', 'disputed', 'decided');
end
$$;
comment on function private.is_holding(public.escrow_state) is 'Whether money is held in this state.';

create table public.escrow_policies (
    id text primary key,
    description text not null,
    fee_bps integer not null check (fee_bps between 0 and 5000),
    sign_within interval not null,
    fund_within interval not null,
    exception_within interval not null default interval '72 hours',
    perform_within interval not null,
    perform_grace interval not null,
    accept_within interval not null,
    payee_silent_event text not null check (payee_silent_event in ('timeout_refund', 'timeout_dispute')),
    payer_silent_event text not null check (payer_silent_event in ('timeout_release', 'timeout_dispute')),
    payee_dispute_from public.escrow_state not null check (payee_dispute_from in ('funded', 'performed')),
    payee_dispute_wait interval not null,
    statement_within interval not null,
    acknowledge_within interval not null,
    decide_within interval not null,
    appeal_within interval not null,
    offer_within interval not null default interval '24 hours',
    claim_within interval not null,
    claim_review_within interval not null default interval '14 days',
    max_revisions integer not null check (max_revisions >= 0),
    max_reassignments integer not null default 3 check (max_reassignments >= 0),
    appeal_bond_bps integer not null check (appeal_bond_bps between 0 and 5000),
    undecided_payee_bps integer not null check (undecided_payee_bps between 0 and 10000),
    rail_part_bps integer not null default 1000 check (rail_part_bps between 0 and 10000),
    attest_payer_name boolean not null
);
alter table public.escrow_policies enable row level security;
select private.make_audited('public.escrow_policies');
select private.make_setting('public.escrow_policies',
'The fee of new escrows, how long their payer has to accept, and the windows of new disputes.', '{
    "fee_bps": {"least": "0", "most": "2000", "second": true},
    "accept_within": {"least": "30 minutes", "most": "60 days", "second": true},
    "statement_within": {"least": "1 hour", "most": "14 days", "second": true},
    "acknowledge_within": {"least": "30 minutes", "most": "7 days", "second": true},
    "decide_within": {"least": "1 hour", "most": "30 days", "second": true},
    "appeal_within": {"least": "1 hour", "most": "14 days", "second": true}
}');
-- As currencies: named by hot rows without a foreign key, so never deleted.
create trigger _000_never_deleted before delete or truncate on public.escrow_policies
for each statement execute function private.tg__append_only();
comment on table public.escrow_policies is
'What silence means and how long each duty lasts, per product. Everything else is the same machine.';
comment on column public.escrow_policies.id is 'Name of the policy.';
comment on column public.escrow_policies.description is 'What it is for.';
comment on column public.escrow_policies.sign_within is 'Time for both to sign the terms.';
comment on column public.escrow_policies.fund_within is
'Time for the money to arrive after signing; zero where it is locked at once.';
comment on column public.escrow_policies.exception_within is
'Time to settle money that does not match; then it goes back.';
comment on column public.escrow_policies.perform_within is
'Time of the payee to perform, unless the escrow was made with another.';
comment on column public.escrow_policies.perform_grace is 'Added to the time to perform before the timer acts.';
comment on column public.escrow_policies.accept_within is 'Time of the payer to accept what was performed.';
comment on column public.escrow_policies.payee_dispute_from is 'Earliest state in which the payee may dispute.';
comment on column public.escrow_policies.payee_dispute_wait is 'Time after performing before the payee may dispute.';
comment on column public.escrow_policies.statement_within is 'Time of each side for its statement.';
comment on column public.escrow_policies.acknowledge_within is 'Time of an arbiter to take up a case.';
comment on column public.escrow_policies.decide_within is 'Time of an arbiter to decide, and of a second one to agree.';
comment on column public.escrow_policies.appeal_within is 'Time to appeal a decision; then it is carried out.';
comment on column public.escrow_policies.offer_within is 'How long an offer stands.';
comment on column public.escrow_policies.claim_within is 'Time after the end in which a party may claim.';
comment on column public.escrow_policies.claim_review_within is
'Time of an operator to close a case; then it is dismissed.';
comment on column public.escrow_policies.max_revisions is 'How often the payer may send work back.';
comment on column public.escrow_policies.max_reassignments is
'How many silent arbiters end a dispute without a decision.';
comment on column public.escrow_policies.appeal_bond_bps is 'Bond of an appeal in basis points of the held amount.';
comment on column public.escrow_policies.payee_silent_event is 'Move of the timer when the payee did not perform in time.';
comment on column public.escrow_policies.payer_silent_event is 'Move of the timer when the payer did not accept in time.';
comment on column public.escrow_policies.fee_bps is 'Fee in basis points of the released part.';
comment on column public.escrow_policies.rail_part_bps is
'Part of the amount, in basis points, that a rail may take back while the rest goes on under its rules; above it a dispute opens.';
comment on column public.escrow_policies.undecided_payee_bps is
'Part of the payee when no arbiter ever decides, in basis points; a party who filed no statement while the other did gets nothing.';

insert into public.escrow_policies (
    id, description, fee_bps, sign_within, fund_within, perform_within, perform_grace, accept_within,
    payee_silent_event, payer_silent_event, payee_dispute_from, payee_dispute_wait,
    statement_within, acknowledge_within, decide_within, appeal_within, claim_within,
    max_revisions, appeal_bond_bps, undecided_payee_bps, attest_payer_name
) values
(
    'p2p_crypto', 'Crypto for bank money: the payee (crypto buyer) sends it, the payer (crypto seller) confirms it.',
    50, '72 hours', '0', '30 minutes', '10 minutes', '24 hours',
    'timeout_refund', 'timeout_dispute', 'performed', '15 minutes',
    '24 hours', '2 hours', '48 hours', '24 hours', '72 hours', 0, 200, 5000, true
),
(
    'market_goods', 'Goods: the payee delivers, the payer inspects.',
    500, '72 hours', '60 minutes', '14 days', '48 hours', '72 hours',
    'timeout_refund', 'timeout_release', 'funded', '0',
    '72 hours', '4 hours', '5 days', '48 hours', '7 days', 0, 200, 0, false
),
(
    'market_service', 'One milestone of a service: the payee delivers, the payer may ask for revisions.',
    500, '72 hours', '24 hours', '30 days', '72 hours', '7 days',
    'timeout_dispute', 'timeout_release', 'funded', '0',
    '72 hours', '4 hours', '5 days', '48 hours', '14 days', 2, 200, 5000, false
);

create table public.escrow_approval_limits (
    policy_id text not null references public.escrow_policies (id) on delete restrict,
    currency text not null references public.currencies (code) on delete restrict,
    above public.money_amount not null check (above >= 0),
    primary key (policy_id, currency)
);
alter table public.escrow_approval_limits enable row level security;
create index escrow_approval_limits_currency_idx on public.escrow_approval_limits (currency);
select private.make_audited('public.escrow_approval_limits', 'policy_id');
select private.make_setting('public.escrow_approval_limits',
'Above what a decision of an arbiter needs a second one.', '{
    "above": {"least": "0", "most": "1000000000", "second": true}
}');
comment on table public.escrow_approval_limits is
'Held amount, per policy and currency, above which a decision needs a second arbiter. Without a row every decision does.';
comment on column public.escrow_approval_limits.policy_id is 'Policy of the escrow.';
comment on column public.escrow_approval_limits.currency is 'Currency of the held amount, and of the limit.';
comment on column public.escrow_approval_limits.above is 'Largest held amount one arbiter decides alone, in units of the currency.';

-- About 10,000 US dollars when it was written; set anew when prices have moved far.
insert into public.escrow_approval_limits (policy_id, currency, above)
select p.id, l.currency, l.above
from public.escrow_policies as p
cross join (values
    ('BTC', 0.15), ('ETH', 3), ('ETH_BASE', 3), ('BNB', 15), ('SOL', 60), ('LTC', 100), ('CELO', 20000),
    ('CUSD', 10000), ('TRX', 40000), ('POL', 40000),
    ('USDT_TRON', 10000), ('USDT_ETH', 10000), ('USDT_BSC', 10000),
    ('USDC_ETH', 10000), ('USDC_BASE', 10000), ('USDC_POLYGON', 10000),
    ('USD', 10000), ('EUR', 9000), ('GBP', 8000), ('KES', 1300000), ('NGN', 15000000), ('IDR', 160000000)
) as l (currency, above);

comment on column public.escrow_policies.attest_payer_name is
'Whether the payer, before releasing after performance, must say that the money came from an account in the payee''s name: against payments of third parties.';

create table private.escrow_transactions (
    id uuid primary key,
    product public.escrow_product not null,
    policy_id text not null,
    rail text not null default 'internal',
    payer_id uuid not null references public.parties (id) on delete restrict,
    payee_id uuid not null references public.parties (id) on delete restrict,
    currency text not null,
    amount public.money_amount not null,
    fee_bps integer not null,
    perform_within interval not null,
    accept_within interval not null,
    state public.escrow_state not null,
    phase public.escrow_phase not null default '',
    version integer not null default 1,
    state_version integer not null default 1,
    deadline_at timestamptz,
    expires_at timestamptz,
    frozen_at timestamptz,
    rail_hold_until timestamptz not null default 'infinity',
    revision_count integer not null default 0,
    performed_at timestamptz,
    payer_amount public.money_amount,
    payee_amount public.money_amount,
    fee_amount public.money_amount,
    claim_until timestamptz,
    taken_amount public.money_amount,
    transaction_hash text,
    terms_hash text,
    signed_by public.escrow_role[] not null default '{}',
    last_event text not null,
    last_actor_role public.escrow_role not null,
    last_actor_id uuid,
    last_payload jsonb not null default '{}'::jsonb,
    last_hash bytea not null default '\x'::bytea,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    completed_at timestamptz,
    constraint escrow_transactions_phase_in_dispute check ((state = 'disputed') = (phase <> '')),
    constraint escrow_transactions_live_has_deadline check (
        (state in ('released', 'refunded', 'split', 'void')) = (expires_at is null)
        and (expires_at is null) = (deadline_at is null)
        and deadline_at <= expires_at
    ),
    constraint escrow_transactions_outlived_by_rail check (expires_at <= rail_hold_until),
    constraint escrow_transactions_settles_exactly check (
        case when state in ('released', 'refunded', 'split')
            then coalesce(
                payer_amount >= 0 and payee_amount >= 0 and fee_amount >= 0
                and payer_amount + payee_amount + fee_amount = amount
                and (state = 'refunded') = (payee_amount + fee_amount = 0)
                and (state = 'released') = (payer_amount = 0), false
            )
            else payer_amount is null and payee_amount is null and fee_amount is null
        end
    ),
    constraint escrow_transactions_completed check (
        (completed_at is not null) = (state in ('released', 'refunded', 'split', 'void'))
    ),
    -- What never ends would hold the money for ever.
    constraint escrow_transactions_times_are_finite check (isfinite(deadline_at) and isfinite(expires_at)),
    constraint escrow_transactions_taken_is_positive check (taken_amount > 0),
    constraint escrow_transactions_time_to_perform check (
        perform_within > '0' and perform_within <= '400 days' and accept_within > '0' and accept_within <= '400 days'
    ),
    constraint escrow_transactions_payload_is_an_object check (jsonb_typeof(last_payload) = 'object')
) with (fillfactor = 70);
alter table private.escrow_transactions enable row level security;
create index escrow_transactions_payer_id_idx on private.escrow_transactions (payer_id, created_at desc);
create index escrow_transactions_payee_id_idx on private.escrow_transactions (payee_id, created_at desc);
create index escrow_transactions_due_idx on private.escrow_transactions (expires_at)
where expires_at is not null;
-- What waits for a second arbiter: policies ask for it with each request.
create index escrow_transactions_approve_idx on private.escrow_transactions (id) where phase = 'approve';
comment on table private.escrow_transactions is
'One held amount: who pays, who is paid, where it stands, what happens next and when. Changed only by legal moves.';
comment on column private.escrow_transactions.id is 'The escrow; a P2P trade has the same id.';
comment on column private.escrow_transactions.product is 'Product it belongs to.';
comment on column private.escrow_transactions.policy_id is 'Row of escrow_policies that says what silence means.';
comment on column private.escrow_transactions.rail is 'How money reaches it.';
comment on column private.escrow_transactions.payer_id is 'Party that pays and accepts.';
comment on column private.escrow_transactions.payee_id is 'Party that performs and is paid.';
comment on column private.escrow_transactions.currency is 'Currency of all its amounts.';
comment on column private.escrow_transactions.amount is 'Amount held, or to be held, in units of the currency.';
comment on column private.escrow_transactions.fee_bps is
'Fee in basis points of the released part, as it was when the escrow began.';
comment on column private.escrow_transactions.state is 'Where it stands; changed only by moves of private.state_edges.';
comment on column private.escrow_transactions.phase is 'Part of a dispute; empty outside one.';
comment on column private.escrow_transactions.revision_count is 'How often the payer sent the work back.';
comment on column private.escrow_transactions.performed_at is
'When the payee performed, later by the time it was frozen since; null before.';
comment on column private.escrow_transactions.payer_amount is 'Part that went back to the payer; null until it settled.';
comment on column private.escrow_transactions.fee_amount is 'Fee taken from the payees part; null until it settled.';
comment on column private.escrow_transactions.transaction_hash is
'Transaction on the network that brought the money; null where there is none.';
comment on column private.escrow_transactions.signed_by is 'Sides that signed the terms, in order.';
comment on column private.escrow_transactions.last_event is
'Name of the last move; the next event row is made from the last_ columns.';
comment on column private.escrow_transactions.last_actor_role is 'As what the last move was made.';
comment on column private.escrow_transactions.last_actor_id is 'User who made the last move; null for machines.';
comment on column private.escrow_transactions.last_payload is 'What was submitted with the last move.';
comment on column private.escrow_transactions.last_hash is 'Hash of the last event: the head of the chain.';
comment on column private.escrow_transactions.created_at is 'When the escrow began.';
comment on column private.escrow_transactions.updated_at is 'When it last moved.';
comment on column private.escrow_transactions.completed_at is 'When it ended; null while it lives.';
comment on column private.escrow_transactions.perform_within is 'Time the payee has to perform, without the grace of the policy.';
comment on column private.escrow_transactions.accept_within is
'Time the payer has to accept what was performed; a payment method may give less or more than the policy.';
comment on column private.escrow_transactions.deadline_at is 'When the duty of the present state is due.';
comment on column private.escrow_transactions.expires_at is 'deadline_at plus grace: from here on the timer acts for the silent side.';
comment on column private.escrow_transactions.frozen_at is 'Overlay: since when a reason of escrow_holds is open. While one is, all money moves are blocked and the clocks stand still; null when none is.';
comment on column private.escrow_transactions.version is 'Number of the last event; every move adds one.';
comment on column private.escrow_transactions.state_version is 'Version at which the state was entered; offers are bound to it.';
comment on column private.escrow_transactions.rail_hold_until is 'How long the rail can hold the money; no deadline lies beyond it.';
comment on column private.escrow_transactions.payee_amount is 'Net amount the payee got; the fee is taken from the released part only.';
comment on column private.escrow_transactions.terms_hash is 'sha256 of the terms both parties sign; null where nothing is signed.';
comment on column private.escrow_transactions.taken_amount is
'What the rail has taken back of it while it was held, in units of the currency: amount is what is left. Null: nothing.';
comment on column private.escrow_transactions.claim_until is 'Until when a party may claim after the end.';

create view public.escrow_transactions with (security_invoker = true) as
select
    e.id, e.product, e.policy_id, e.rail, e.payer_id, e.payee_id, e.currency, e.amount, e.fee_bps, e.perform_within,
    e.accept_within, e.state, e.phase, e.version, e.state_version, e.deadline_at, e.expires_at, e.frozen_at,
    e.rail_hold_until, e.revision_count, e.performed_at, e.payer_amount, e.payee_amount, e.fee_amount, e.taken_amount,
    e.claim_until, e.transaction_hash, e.terms_hash, e.signed_by, e.last_event, e.last_actor_role, e.last_hash,
    e.created_at, e.updated_at, e.completed_at
from private.escrow_transactions as e;
select private.comment_as_table('public.escrow_transactions', 'private.escrow_transactions');

insert into private.hold_purposes (purpose, description) values
('escrow', 'What an escrow holds.'),
('suspense', 'What reached an escrow and is not as agreed.');

create table private.escrow_events (
    escrow_id uuid not null,
    version integer not null,
    event text not null,
    actor_role public.escrow_role not null,
    actor_id uuid,
    from_state public.escrow_state,
    from_phase public.escrow_phase not null default '',
    to_state public.escrow_state not null,
    to_phase public.escrow_phase not null default '',
    deadline_at timestamptz,
    payer_amount public.money_amount,
    payee_amount public.money_amount,
    fee_amount public.money_amount,
    payload jsonb not null default '{}'::jsonb,
    request_id text not null default '',
    hash bytea not null,
    created_at timestamptz not null,
    primary key (escrow_id, version)
) partition by range (escrow_id);
alter table private.escrow_events enable row level security;
-- I4: only a settling event carries amounts, and there is one at most.
create unique index escrow_events_one_settlement_idx on private.escrow_events (escrow_id)
where payer_amount is not null;
-- By whose words there are: an erasure and an export find them, and few events have any.
create index escrow_events_words_idx on private.escrow_events ((case when payload ? 'seals' then actor_id end))
where (case when payload ? 'seals' then actor_id end) is not null;
select private.make_append_only('private.escrow_events', true);
select private.make_blankable('private.escrow_events');
comment on table private.escrow_events is
'History of every escrow: one row per version, chained by hash. The month of a row is the month its escrow began.';
comment on column private.escrow_events.escrow_id is 'The escrow that moved.';
comment on column private.escrow_events.version is 'Number of the event within its escrow, from 1 without gaps.';
comment on column private.escrow_events.event is 'Name of the move, as in private.state_edges.';
comment on column private.escrow_events.actor_role is 'As what the actor moved it.';
comment on column private.escrow_events.actor_id is 'User who moved it; null for timers, rails and the system.';
comment on column private.escrow_events.from_state is 'State before; null for the first event.';
comment on column private.escrow_events.from_phase is 'Phase of the dispute before; empty outside a dispute.';
comment on column private.escrow_events.to_state is 'State after.';
comment on column private.escrow_events.to_phase is 'Phase of the dispute after; empty outside a dispute.';
comment on column private.escrow_events.deadline_at is 'Deadline of the duty after the move; null at the end.';
comment on column private.escrow_events.payer_amount is
'Part that went back to the payer, in the currency of the escrow; only in the event that settles.';
comment on column private.escrow_events.payee_amount is
'Net part of the payee, in the currency of the escrow; only in the event that settles.';
comment on column private.escrow_events.fee_amount is 'Fee taken from the payees part; only in the event that settles.';
comment on column private.escrow_events.payload is
'What the actor submitted with the move: amounts as strings, hashes, reasons.';
comment on column private.escrow_events.request_id is 'Request that made the move, to find it in the logs.';
comment on column private.escrow_events.created_at is 'When the move was made, by the database clock under the lock.';
comment on column private.escrow_events.hash is 'sha256 over the previous event''s hash and this event.';

create view public.escrow_events with (security_invoker = true) as
select
    v.escrow_id, v.version, v.event, v.actor_role, v.from_state, v.from_phase, v.to_state, v.to_phase, v.deadline_at,
    v.payer_amount, v.payee_amount, v.fee_amount, v.payload, v.hash, v.created_at
from private.escrow_events as v;
select private.comment_as_table('public.escrow_events', 'private.escrow_events');

create table public.escrow_offers (
    id uuid primary key,
    escrow_id uuid not null references private.escrow_transactions (id) on delete restrict,
    kind text not null check (kind in ('split', 'partial')),
    author_role public.escrow_role not null check (author_role in ('payer', 'payee')),
    payee_amount public.money_amount check (payee_amount >= 0),
    state_version integer not null,
    status text not null default 'open' check (status in ('open', 'withdrawn', 'replaced', 'accepted')),
    expires_at timestamptz not null,
    created_at timestamptz not null,
    constraint escrow_offers_split_has_amount check ((kind = 'split') = (payee_amount is not null))
);
alter table public.escrow_offers enable row level security;
create unique index escrow_offers_one_open_idx on public.escrow_offers (escrow_id, author_role, kind)
where status = 'open';
create index escrow_offers_escrow_id_idx on public.escrow_offers (escrow_id);
comment on table public.escrow_offers is
'Consents: how a party would end the escrow by agreement. Bound to the state they were made in, expiring, withdrawable. A cancel is an offer with nothing for the payee.';
comment on column public.escrow_offers.id is 'The offer.';
comment on column public.escrow_offers.escrow_id is 'Escrow it would end.';
comment on column public.escrow_offers.kind is
'split of what is held, or partial: hold what arrived instead of what was agreed.';
comment on column public.escrow_offers.author_role is 'Side that offers; one open offer of a kind a side.';
comment on column public.escrow_offers.state_version is
'state_version of the escrow it was made in; void in any other.';
comment on column public.escrow_offers.status is 'open, or why it no longer is.';
comment on column public.escrow_offers.expires_at is 'From here on it cannot be accepted.';
comment on column public.escrow_offers.created_at is 'When the row was made, by the database clock.';
comment on column public.escrow_offers.payee_amount is 'Part of the payee before the fee; the rest goes back to the payer.';
