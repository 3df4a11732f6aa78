-- After the end: claims of a party, money that came too late, reversals of a
-- rail. A case never reopens an escrow; money moves only from reserves.

create table public.escrow_cases (
    id uuid primary key,
    escrow_id uuid not null references private.escrow_transactions (id) on delete restrict,
    kind text not null check (kind in ('claim', 'late_funds', 'rail_reversal', 'payout', 'discrepancy')),
    raised_by uuid references public.parties (id) on delete restrict,
    reason text not null check (length(reason) between 1 and 64),
    description text not null default '' check (length(description) <= 5000),
    currency text references public.currencies (code) on delete restrict,
    amount public.money_amount,
    paid_amount public.money_amount check (paid_amount >= 0),
    fee_amount public.money_amount not null default 0 check (fee_amount >= 0),
    loss_amount public.money_amount not null default 0 check (loss_amount >= 0),
    provider_event_id text unique,
    reference text,
    evidence_due_at timestamptz,
    state text not null default 'review' check (state in ('review', 'upheld', 'dismissed')),
    last_event text not null,
    last_actor_role public.escrow_role not null,
    resolution text not null default '' check (length(resolution) <= 5000),
    deadline_at timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint escrow_cases_open_has_deadline check ((state = 'review') = (deadline_at is not null)),
    constraint escrow_cases_deadline_is_finite check (isfinite(deadline_at)),
    constraint escrow_cases_amount_has_currency check ((amount is null) = (currency is null))
);
alter table public.escrow_cases enable row level security;
select private.make_blankable('public.escrow_cases');
select private.make_text('public.escrow_cases', 'prose', 'reason', 'description', 'resolution');
select private.make_quota('public.escrow_cases', 'claim', 'raised_by', 'escrow_id');
create unique index escrow_cases_one_claim_idx on public.escrow_cases (escrow_id, raised_by) where kind = 'claim';
create index escrow_cases_escrow_id_idx on public.escrow_cases (escrow_id);
create index escrow_cases_raised_by_idx on public.escrow_cases (raised_by);
create index escrow_cases_currency_idx on public.escrow_cases (currency);
create index escrow_cases_discrepancies_idx on public.escrow_cases (id) where kind = 'discrepancy' and state = 'review';
create index escrow_cases_deadline_at_idx on public.escrow_cases (deadline_at) where state = 'review';
select private.make_audited('public.escrow_cases');
comment on table public.escrow_cases is 'What is brought forward after an escrow has ended; never reopens it.';
comment on column public.escrow_cases.id is 'The case.';
comment on column public.escrow_cases.escrow_id is 'The ended escrow it is about; it is never reopened.';
comment on column public.escrow_cases.kind is
'claim by a party; late_funds or rail_reversal by a rail; payout for a payment the rail refused for good; discrepancy for money that books to the platform''s losses and an operator must look at.';
comment on column public.escrow_cases.raised_by is 'Party that claims; null when a rail reported it.';
comment on column public.escrow_cases.reason is 'Why, as the party or the rail says.';
comment on column public.escrow_cases.description is 'Words of the party; empty for a rail.';
comment on column public.escrow_cases.state is 'review, then upheld or dismissed.';
comment on column public.escrow_cases.last_event is 'Name of the last move, as in private.state_edges.';
comment on column public.escrow_cases.last_actor_role is 'Who made the last move.';
comment on column public.escrow_cases.resolution is 'Words of the operator who closed it; empty while open.';
comment on column public.escrow_cases.deadline_at is
'When the case is dismissed unless closed before; null once closed.';
comment on column public.escrow_cases.created_at is 'When the row was made, by the database clock.';
comment on column public.escrow_cases.updated_at is 'When the row last changed, by the database clock.';
comment on column public.escrow_cases.currency is 'Of what amount is; null for a claim.';
comment on column public.escrow_cases.amount is
'Amount the rail reported, or that differs: of a discrepancy below zero where the rail gave more than was known. Null for a claim.';
comment on column public.escrow_cases.paid_amount is 'Amount an upheld claim was paid from the loss account; null when nothing was.';
comment on column public.escrow_cases.provider_event_id is 'Event of the rail that raised the case; each raises one.';
comment on column public.escrow_cases.reference is 'The rail''s name of the dispute or payment.';
comment on column public.escrow_cases.fee_amount is 'Of a reversal: what of our fee it took.';
comment on column public.escrow_cases.loss_amount is
'Of a reversal: what no party had been paid and no fee covers, booked to losses. What the parties bear is in receivables.';
comment on column public.escrow_cases.evidence_due_at is 'Until when the rail takes evidence; null where it takes none.';

-- Rows of a table read best one line each.
-- noqa: disable=LT05
insert into private.state_edges (number, machine, from_state, event, actor, to_state, note) values
(24, 'case', null, 'claim', 'payer', 'review', 'inside the claim window'),
(24, 'case', null, 'claim', 'payee', 'review', 'inside the claim window'),
(25, 'case', null, 'rail_reversal', 'rail', 'review', 'the rail took money back after the end'),
(6, 'case', null, 'late_funds', 'rail', 'review', 'money for an escrow that is void'),
(25, 'case', null, 'discrepancy', 'rail', 'review', 'the rail took or gave what fits nothing: booked to losses'),
(26, 'case', null, 'payout_failed', 'rail', 'review', 'the rail provably did not pay'),
(25, 'case', 'review', 'reversal_won', 'rail', 'dismissed', 'the rail gave the money back'),
(25, 'case', 'upheld', 'reversal_won', 'rail', 'dismissed', 'lost, and then won: the rail gave the money back'),
(25, 'case', 'dismissed', 'reversal_won', 'rail', 'dismissed', 'won after the case had run out of time'),
(25, 'case', 'review', 'reversal_lost', 'rail', 'upheld', 'the rail keeps the money'),
(25, 'case', 'dismissed', 'reversal_lost', 'rail', 'upheld', 'lost after the case had run out of time'),
(24, 'case', 'review', 'uphold', 'operator', 'upheld', 'paid from the loss account, never from the escrow'),
(24, 'case', 'review', 'dismiss', 'operator', 'dismissed', ''),
(24, 'case', 'review', 'timeout_dismiss', 'timer', 'dismissed', 'nobody upheld it in time');
-- noqa: enable=LT05

insert into private.refusals (code, status, detail, hint) values
('claims_exceed_escrow', 409, 'Claims of an escrow are paid at most its amount in all.', 'Uphold with what is left.');

create function private.tg_escrow_cases__guard() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if tg_op = 'DELETE' then
        raise sqlstate 'PT403' using message = 'append_only', detail = 'A case is never deleted.';
    elsif private.is_erasing() then
        return new;
    end if;
    if not private.has_edge(
        'case', case when tg_op = 'UPDATE' then old.state end, '', new.last_event, new.last_actor_role::text, new.state, ''
    ) then
        raise sqlstate 'PT409' using message = 'illegal_move', detail = 'This move does not exist for the case.';
    end if;
    -- Claims of both sides share one amount, and take turns at it.
    if new.paid_amount > 0 and (
        select e.amount from private.escrow_transactions as e where e.id = new.escrow_id for no key update
    ) < new.paid_amount + (
        select coalesce(sum(c.paid_amount), 0) from public.escrow_cases as c
        where c.escrow_id = new.escrow_id and c.id <> new.id
    ) then
        perform private.refuse('claims_exceed_escrow');
    end if;
    return new;
end
$$;
comment on function private.tg_escrow_cases__guard() is
'Law 2 for cases, and that the claims of an escrow are paid at most its amount. Raises illegal_move, claims_exceed_escrow (409).';
create trigger _500_guard before insert or update or delete on public.escrow_cases
for each row execute function private.tg_escrow_cases__guard();
