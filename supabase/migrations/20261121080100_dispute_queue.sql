-- The queue of disputes: which one comes first, and how much each arbiter carries.

create table public.dispute_priorities (
    priority text primary key check (priority in ('low', 'medium', 'high')),
    min_score integer not null unique check (min_score >= 0)
);
alter table public.dispute_priorities enable row level security;
select private.make_audited('public.dispute_priorities', 'priority');
select private.make_setting('public.dispute_priorities', 'From which score on a dispute is more pressing.', '{
    "min_score": {"least": "0", "most": "1000"}
}');
comment on table public.dispute_priorities is 'From which score on a dispute has which priority.';
comment on column public.dispute_priorities.priority is 'low, medium or high.';
comment on column public.dispute_priorities.min_score is 'Least score of this priority, in points.';
insert into public.dispute_priorities (priority, min_score) values ('low', 0), ('medium', 45), ('high', 75);

create table public.arbiter_capacities (
    user_id uuid primary key references auth.users (id) on delete restrict,
    max_open integer not null check (max_open between 0 and 1000),
    updated_at timestamptz not null default private.clock()
);
alter table public.arbiter_capacities enable row level security;
create trigger _100_touch before update on public.arbiter_capacities
for each row execute function private.tg__touch();
select private.make_audited('public.arbiter_capacities', 'user_id');
comment on table public.arbiter_capacities is
'How many pending disputes an arbiter is given at once. Without a row: 20. Written by operators.';
comment on column public.arbiter_capacities.user_id is 'The arbiter.';
comment on column public.arbiter_capacities.max_open is
'Most pending disputes at once; 0: none for now. An operator may assign beyond it by hand.';
comment on column public.arbiter_capacities.updated_at is 'When an operator last changed it.';

create function private.dispute_score(p_weight integer, p_worth numeric, p_age interval) returns integer
language plpgsql immutable set search_path = ''
as $$
begin
    return p_weight
        + trunc(least(30, 10 * log(greatest(p_worth, 10) / 10)))::integer
        + least(40, greatest(0, extract(epoch from p_age) / 10800))::integer;
end
$$;
comment on function private.dispute_score(integer, numeric, interval) is
'Points of a dispute: the weight of its reason (0 to 50), of its worth (10 for each power of ten above 10, at most 30) and of its age (one for each 3 hours, at most 40).';

create function private.dispute_priority(p_score integer) returns text
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select priority from public.dispute_priorities where min_score <= p_score order by min_score desc limit 1
    );
end
$$;
comment on function private.dispute_priority(integer) is 'Priority of a score, by dispute_priorities.';

create function private.worth_by_limit(p_escrow private.escrow_transactions) returns numeric
language plpgsql stable set search_path = ''
as $$
begin
    return coalesce(
        10000 * p_escrow.amount / nullif(private.second_approval_above(p_escrow.policy_id, p_escrow.currency), 0), 10000
    );
end
$$;
comment on function private.worth_by_limit(private.escrow_transactions) is
'Worth of an escrow in about the reference currency, by the limit of its currency, which is about 10,000.';

create function private.arbiter_loads() returns table (
    user_id uuid, open_disputes integer, max_open integer, last_assigned_at timestamptz
)
language plpgsql stable set search_path = ''
as $$
begin
    return query
    select m.user_id,
        (select count(*)::integer from public.disputes as d where d.arbiter_id = m.user_id and d.status = 'pending'),
        coalesce(c.max_open, 20),
        (select max(a.assigned_at) from public.dispute_assignments as a where a.arbiter_id = m.user_id)
    from public.party_members as m
    left join public.arbiter_capacities as c on c.user_id = m.user_id
    where m.party_id = private.platform_party() and m.role = 'arbiter';
end
$$;
comment on function private.arbiter_loads() is 'Pending disputes, capacity and last assignment of each arbiter.';

-- Definer: counts cases for callers who may not read party_members and all disputes.
create function private.visible_arbiter_loads() returns table (
    user_id uuid, open_disputes integer, max_open integer, last_assigned_at timestamptz
)
language plpgsql stable security definer set search_path = ''
as $$
begin
    return query
    select l.user_id, l.open_disputes, l.max_open, l.last_assigned_at
    from private.arbiter_loads() as l
    where l.user_id = auth.uid() or private.is_acting_staff('operator');
end
$$;
comment on function private.visible_arbiter_loads() is 'private.arbiter_loads, all of it for operators, the own row for an arbiter.';

create function public.arbiter_loads() returns table (
    user_id uuid, open_disputes integer, max_open integer, last_assigned_at timestamptz
)
language plpgsql stable set search_path = ''
as $$
begin
    return query select l.user_id, l.open_disputes, l.max_open, l.last_assigned_at
    from private.visible_arbiter_loads() as l;
end
$$;
comment on function public.arbiter_loads() is
'How much each arbiter carries: operators see all arbiters, an arbiter the own row.';

create view public.dispute_queue with (security_invoker = true) as
select
    d.id as dispute_id, d.escrow_id, e.product, e.policy_id, e.currency, e.amount, d.reference_amount,
    d.reason, s.score, private.dispute_priority(s.score) as priority,
    d.level, e.phase, d.arbiter_id, coalesce(d.arbiter_id = (select auth.uid()), false) as mine,
    d.reassignments, d.silent_roles, d.payer_statement_due_at, d.payee_statement_due_at,
    e.deadline_at, e.expires_at, e.frozen_at is not null as frozen, d.created_at
from public.disputes as d
inner join private.escrow_transactions as e on d.escrow_id = e.id
inner join public.dispute_reasons as r on e.product = r.product and d.reason = r.code
cross join lateral private.dispute_score(r.weight, d.reference_amount, private.clock() - d.created_at) as s (score)
where d.status = 'pending' and e.state = 'disputed'
order by s.score desc, d.created_at asc;
comment on view public.dispute_queue is
'Open disputes, most pressing first: arbiters see what is given to them or waits for a second arbiter, operators and readers all, parties their own. deadline_at is the clock of whoever has to act in this phase.';
comment on column public.dispute_queue.dispute_id is 'The dispute.';
comment on column public.dispute_queue.escrow_id is 'Escrow it is about.';
comment on column public.dispute_queue.product is 'Product of the escrow.';
comment on column public.dispute_queue.policy_id is 'Policy of the escrow.';
comment on column public.dispute_queue.currency is 'Currency of the amount.';
comment on column public.dispute_queue.amount is 'What is held.';
comment on column public.dispute_queue.reference_amount is 'Its worth in the reference currency; null when unknown.';
comment on column public.dispute_queue.reason is 'Code of dispute_reasons.';
comment on column public.dispute_queue.score is 'Number the queue is sorted by: the larger, the sooner.';
comment on column public.dispute_queue.priority is 'The score in three words: low, medium, high.';
comment on column public.dispute_queue.level is '1 first instance, 2 appeal.';
comment on column public.dispute_queue.phase is 'Part of the dispute it is in.';
comment on column public.dispute_queue.arbiter_id is 'Arbiter who has it; null when nobody does.';
comment on column public.dispute_queue.mine is 'Whether the reader has it.';
comment on column public.dispute_queue.reassignments is 'How many arbiters let their time pass.';
comment on column public.dispute_queue.silent_roles is 'Sides that let the time for their statement pass.';
comment on column public.dispute_queue.payer_statement_due_at is 'Until when the payer may submit a statement.';
comment on column public.dispute_queue.payee_statement_due_at is 'Until when the payee may submit a statement.';
comment on column public.dispute_queue.deadline_at is 'When the present duty is due.';
comment on column public.dispute_queue.expires_at is 'From here on the timer acts.';
comment on column public.dispute_queue.frozen is 'Whether its clocks stand still.';
comment on column public.dispute_queue.created_at is 'When the dispute was raised.';
