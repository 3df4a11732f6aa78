-- Disputes: who decides them, what the sides say and show, and what was decided.

create table public.disputes (
    id uuid primary key,
    escrow_id uuid not null references private.escrow_transactions (id) on delete restrict,
    raised_by uuid references public.parties (id) on delete restrict,
    against_user_id uuid references public.parties (id) on delete restrict,
    reason text not null check (length(reason) between 1 and 64),
    description text not null check (length(description) <= 5000),
    priority text not null default 'low' check (priority in ('low', 'medium', 'high')),
    reference_amount public.money_amount not null,
    status text not null default 'pending' check (status in ('pending', 'resolved')),
    level integer not null default 1 check (level between 1 and 2),
    arbiter_id uuid references auth.users (id) on delete restrict,
    reassignments integer not null default 0,
    payer_statement_due_at timestamptz,
    payee_statement_due_at timestamptz,
    statement_within interval not null,
    acknowledge_within interval not null,
    decide_within interval not null,
    appeal_within interval not null,
    silent_roles public.escrow_role[] not null default '{}' check (silent_roles <@ '{payer,payee}'),
    appellant_role public.escrow_role,
    accepted_by public.escrow_role[] not null default '{}',
    award_payee_amount public.money_amount,
    first_award_payee_amount public.money_amount,
    resolution text,
    resolved_by uuid references auth.users (id) on delete restrict,
    resolved_at timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
alter table public.disputes enable row level security;
select private.make_blankable('public.disputes');
create unique index disputes_one_pending_idx on public.disputes (escrow_id) where status = 'pending';
create index disputes_escrow_id_idx on public.disputes (escrow_id);
create index disputes_arbiter_id_idx on public.disputes (arbiter_id) where status = 'pending';
create index disputes_arbiter_fkey_idx on public.disputes (arbiter_id);
create index disputes_raised_by_idx on public.disputes (raised_by);
create index disputes_against_user_id_idx on public.disputes (against_user_id);
create index disputes_resolved_by_idx on public.disputes (resolved_by);
select private.make_audited('public.disputes');
comment on table public.disputes is
'The file of a disputed escrow: who raised it and why, who decides, what was awarded. At most one is pending per escrow.';
comment on column public.disputes.id is 'The dispute.';
comment on column public.disputes.escrow_id is 'Escrow it is about; at most one pending dispute each.';
comment on column public.disputes.against_user_id is 'The other party; null when the timer raised it.';
comment on column public.disputes.reason is 'Code of dispute_reasons.';
comment on column public.disputes.description is 'Words of who raised it.';
comment on column public.disputes.status is 'pending until the escrow settles, then resolved.';
comment on column public.disputes.arbiter_id is
'Arbiter who has it now; null before assignment or when none is eligible.';
comment on column public.disputes.reassignments is 'How many arbiters let their time pass, at this level.';
comment on column public.disputes.appellant_role is 'Side that appealed; null without an appeal.';
comment on column public.disputes.statement_within is 'Time of each side for its statement, as the policy was when it was raised.';
comment on column public.disputes.acknowledge_within is 'Time of an arbiter to take it up, as the policy was then.';
comment on column public.disputes.decide_within is 'Time of an arbiter to decide, and of a second one to agree, as the policy was then.';
comment on column public.disputes.appeal_within is 'Time to appeal, as the policy was then.';
comment on column public.disputes.accepted_by is 'Sides that accepted the decision.';
comment on column public.disputes.first_award_payee_amount is
'Payee part, before the fee, of the first decision; set by an appeal.';
comment on column public.disputes.resolution is
'How it ended, in words or as the event that ended it; empty while pending.';
comment on column public.disputes.resolved_by is 'Who ended it; null when a timer did.';
comment on column public.disputes.resolved_at is 'When it ended; null while pending.';
comment on column public.disputes.created_at is 'When it was raised.';
comment on column public.disputes.updated_at is 'When the row last changed, by the database clock.';

create table private.dispute_proposals (
    dispute_id uuid primary key references public.disputes (id) on delete restrict,
    ruling jsonb not null
);
alter table private.dispute_proposals enable row level security;
select private.make_audited('private.dispute_proposals', 'dispute_id');
comment on table private.dispute_proposals is
'Decisions of disputes that wait for a second arbiter; no side reads one before it is made.';
comment on column private.dispute_proposals.dispute_id is 'The dispute.';
comment on column private.dispute_proposals.ruling is 'payer_amount, payee_amount, reason, grounds, arbiter_id.';
comment on column public.disputes.raised_by is 'Party who raised it; null when the timer did.';
comment on column public.disputes.award_payee_amount is 'Decided part of the payee before the fee; the rest goes to the payer.';
comment on column public.disputes.reference_amount is
'Worth of what is disputed in about the reference currency of the limits, when it was raised.';
comment on column public.disputes.priority is
'low, medium or high, as of the last move; dispute_queue tells it as of now.';
comment on column public.disputes.payer_statement_due_at is
'Until when the payer may submit a statement: a clock of its own, begun anew when the other side has spoken.';
comment on column public.disputes.payee_statement_due_at is 'The same of the payee.';
comment on column public.disputes.silent_roles is 'Sides whose time for a statement passed without one.';
comment on column public.disputes.level is '1: first decision; 2: after the one appeal.';

insert into private.hold_purposes (purpose, description) values
('bond', 'The bond of an appeal; of the dispute.');

create table public.dispute_assignments (
    dispute_id uuid not null references public.disputes (id) on delete restrict,
    number integer not null,
    level integer not null,
    arbiter_id uuid not null references auth.users (id) on delete restrict,
    assigned_at timestamptz not null,
    primary key (dispute_id, number)
);
alter table public.dispute_assignments enable row level security;
create index dispute_assignments_arbiter_id_idx on public.dispute_assignments (arbiter_id, assigned_at);
select private.make_append_only('public.dispute_assignments');
comment on table public.dispute_assignments is
'Every arbiter a dispute was given to; none gets the same dispute twice.';
comment on column public.dispute_assignments.dispute_id is 'The dispute that was given.';
comment on column public.dispute_assignments.number is 'Count of the assignments of this dispute, from 1.';
comment on column public.dispute_assignments.level is '1 first instance, 2 appeal.';
comment on column public.dispute_assignments.arbiter_id is
'Arbiter it was given to; never the same twice in a dispute.';
comment on column public.dispute_assignments.assigned_at is 'When it was given.';

create table public.dispute_statements (
    dispute_id uuid not null references public.disputes (id) on delete restrict,
    author_role public.escrow_role not null check (author_role in ('payer', 'payee')),
    author_id uuid not null references auth.users (id) on delete restrict,
    body text not null check (length(body) between 1 and 50000),
    sha256 text not null,
    created_at timestamptz not null,
    primary key (dispute_id, author_role)
);
alter table public.dispute_statements enable row level security;
create index dispute_statements_author_id_idx on public.dispute_statements (author_id);
select private.make_erasable('public.dispute_statements', 'body', 'sha256');
comment on table public.dispute_statements is 'What each side says, once, before its deadline.';
comment on column public.dispute_statements.dispute_id is 'The dispute it belongs to.';
comment on column public.dispute_statements.author_role is 'Side that wrote it; one statement a side.';
comment on column public.dispute_statements.author_id is 'User who wrote it.';
comment on column public.dispute_statements.body is
'The statement; unread by the other side until both are in or the phase is over.';
comment on column public.dispute_statements.sha256 is 'Hash of the body.';
comment on column public.dispute_statements.created_at is 'When it was received.';

create table public.dispute_evidence (
    dispute_id uuid not null references public.disputes (id) on delete restrict,
    sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    author_role public.escrow_role not null check (author_role in ('payer', 'payee')),
    author_id uuid not null references auth.users (id) on delete restrict,
    name text not null check (length(name) between 1 and 200),
    media_type text not null check (length(media_type) between 1 and 100),
    size_bytes bigint not null check (size_bytes between 1 and 20971520),
    created_at timestamptz not null,
    primary key (dispute_id, author_role, sha256)
);
alter table public.dispute_evidence enable row level security;
create index dispute_evidence_author_id_idx on public.dispute_evidence (author_id);
select private.make_erasable('public.dispute_evidence', 'name');
comment on table public.dispute_evidence is 'Receipts for files submitted, by hash; at most 20 a side.';
comment on column public.dispute_evidence.dispute_id is 'The dispute it was submitted for.';
comment on column public.dispute_evidence.sha256 is
'Hash of the file, 64 hexadecimal digits; the same file counts once a side.';
comment on column public.dispute_evidence.author_role is 'Side that handed it in.';
comment on column public.dispute_evidence.author_id is 'User who handed it in.';
comment on column public.dispute_evidence.name is 'File name as the author gave it.';
comment on column public.dispute_evidence.media_type is 'Media type of the file, such as image/png.';
comment on column public.dispute_evidence.size_bytes is 'Size of the file in bytes.';
comment on column public.dispute_evidence.created_at is 'When it was received; the receipt says the same.';

create table public.dispute_decisions (
    dispute_id uuid not null references public.disputes (id) on delete restrict,
    level integer not null,
    arbiter_id uuid not null references auth.users (id) on delete restrict,
    approved_by uuid references auth.users (id) on delete restrict,
    payer_amount public.money_amount not null check (payer_amount >= 0),
    payee_amount public.money_amount not null check (payee_amount >= 0),
    reason text not null check (length(reason) between 1 and 64),
    grounds text not null check (length(grounds) between 20 and 20000),
    created_at timestamptz not null,
    primary key (dispute_id, level),
    constraint dispute_decisions_second_is_another check (approved_by <> arbiter_id)
);
alter table public.dispute_decisions enable row level security;
create index dispute_decisions_arbiter_id_idx on public.dispute_decisions (arbiter_id);
create index dispute_decisions_approved_by_idx on public.dispute_decisions (approved_by);
select private.make_append_only('public.dispute_decisions');
comment on table public.dispute_decisions is 'What an arbiter decided, with written grounds; payee_amount is before the fee.';
comment on column public.dispute_decisions.dispute_id is 'The dispute that was decided.';
comment on column public.dispute_decisions.level is '1 first instance, 2 appeal; one decision each.';
comment on column public.dispute_decisions.arbiter_id is 'Arbiter who decided or proposed.';
comment on column public.dispute_decisions.approved_by is
'Second arbiter who agreed; null where one arbiter was enough.';
comment on column public.dispute_decisions.payer_amount is 'Part of the payer, in the currency of the escrow.';
comment on column public.dispute_decisions.payee_amount is
'Part of the payee before the fee, in the currency of the escrow.';
comment on column public.dispute_decisions.reason is 'Finding, as in dispute_reason_outcomes.';
comment on column public.dispute_decisions.grounds is 'Written grounds, read by both sides.';
comment on column public.dispute_decisions.created_at is 'When the row was made, by the database clock.';

select private.make_text('public.disputes', 'prose', 'description');
select private.make_text('public.dispute_statements', 'prose', 'body');
select private.make_text('public.dispute_evidence', 'line', 'name');
select private.make_text('public.dispute_decisions', 'prose', 'grounds');

select private.make_quota('public.disputes', 'dispute', 'raised_by');
select private.make_quota('public.dispute_statements', 'statement', 'author_id');
