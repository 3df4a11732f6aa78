-- What the rails say. A rail writes down what has happened, and what it is for says what comes of it:
-- of an escrow the engine's own worker makes a move.

create table public.rail_reports (
    id bigint generated always as identity primary key,
    rail text not null references public.rails (id) on delete restrict
    check (rail <> 'internal'),
    provider_event_id text not null check (length(provider_event_id) between 1 and 255),
    purpose text not null references public.purposes (purpose) on delete restrict,
    reference_id uuid not null,
    kind text not null check (
        kind in ('funds', 'inquiry_opened', 'inquiry_closed', 'reversal_opened', 'reversal_won', 'reversal_lost')
    ),
    currency text not null references public.currencies (code) on delete restrict,
    amount public.money_amount not null check (amount > 0),
    reference text not null check (length(reference) between 1 and 255),
    reason text not null default '' check (length(reason) <= 64),
    provider_time timestamptz not null,
    due_by timestamptz,
    applied_as text check (length(applied_as) <= 64),
    attempts integer not null default 0,
    next_at timestamptz,
    created_at timestamptz not null,
    applied_at timestamptz,
    constraint rail_reports_once unique (rail, provider_event_id),
    constraint rail_reports_live_has_time check (
        (applied_as is null) = (next_at is not null) and (applied_as is null) = (applied_at is null)
    ),
    constraint rail_reports_times_are_finite check (isfinite(provider_time) and isfinite(due_by))
);
alter table public.rail_reports enable row level security;
create index rail_reports_reference_idx on public.rail_reports (purpose, reference_id, id);
create index rail_reports_currency_idx on public.rail_reports (currency);
create index rail_reports_next_at_idx on public.rail_reports (next_at) where next_at is not null;
comment on table public.rail_reports is
'What rails say has happened to money, once per event of the rail, and what came of it.';
comment on column public.rail_reports.id is 'Order in which they are applied.';
comment on column public.rail_reports.rail is 'Who says so.';
comment on column public.rail_reports.provider_event_id is 'What the rail calls it: charge, dispute and stage, or chain, transaction and log.';
comment on column public.rail_reports.purpose is 'What the money is for.';
comment on column public.rail_reports.reference_id is 'Which one of that: the escrow, the party whose wallet it is, the invoice.';
comment on column public.rail_reports.kind is
'funds: money arrived; inquiry_opened, inquiry_closed: the payer''s bank asks, and no money has moved; reversal_opened: a chargeback, the rail has withdrawn the money; reversal_won: it gave it back; reversal_lost: it is gone for good.';
comment on column public.rail_reports.currency is 'What arrived or left.';
comment on column public.rail_reports.amount is 'How much, in units of the currency.';
comment on column public.rail_reports.reference is 'The rail''s name of the payment or dispute.';
comment on column public.rail_reports.reason is 'Why, in a word; flagged: of money that may not be taken.';
comment on column public.rail_reports.provider_time is 'When it happened, by the rail''s clock.';
comment on column public.rail_reports.due_by is 'Until when evidence may be handed in; null where there is nothing to answer.';
comment on column public.rail_reports.applied_as is 'Move or case that came of it; repeated: it says nothing new; not_booked: it undoes what never was in the books. Null while it waits.';
comment on column public.rail_reports.attempts is 'How often a worker has taken it up.';
comment on column public.rail_reports.next_at is 'When a worker takes it up next; null once applied.';
comment on column public.rail_reports.created_at is 'When it was written, by the database clock.';
comment on column public.rail_reports.applied_at is 'When it was applied.';

create function private.tg_rail_reports__guard() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if old.applied_as is not null or (to_jsonb(old) - '{applied_as,attempts,next_at,applied_at}'::text[])
        is distinct from (to_jsonb(new) - '{applied_as,attempts,next_at,applied_at}'::text[]) then
        raise sqlstate 'PT403' using message = 'append_only', detail = 'What a rail said is never changed.';
    end if;
    return new;
end
$$;
comment on function private.tg_rail_reports__guard() is 'Law 10 for reports: only what came of one is written, once.';
create trigger _500_guard before update on public.rail_reports
for each row execute function private.tg_rail_reports__guard();
create trigger _000_never_deleted before delete or truncate on public.rail_reports
for each statement execute function private.tg__append_only();

create function private.rail_report(report jsonb) returns boolean
language plpgsql volatile set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_rail text := private.known_rail(report ->> 'rail');
    v_refusal text;
    v_row public.rail_reports;
begin
    -- Said before: it is bounded by what is there besides itself.
    if exists (
        select from public.rail_reports as r
        where r.rail = v_rail and r.provider_event_id = report ->> 'provider_event_id'
    ) then
        return false;
    end if;
    if report ->> 'kind' = 'inquiry_closed' and not exists (
        select from public.rail_reports as r
        where r.rail = v_rail and r.purpose = report ->> 'purpose' and r.reference_id = (report ->> 'reference_id')::uuid
            and r.kind = 'inquiry_opened' and r.reference = report ->> 'reference'
    ) then
        return false;
    end if;
    v_refusal := private.report_refusal(report, v_now);
    if v_refusal is not null then
        perform private.refuse_report(report, v_refusal, v_now);
        return false;
    end if;
    insert into public.rail_reports (
        rail, provider_event_id, purpose, reference_id, kind, currency, amount, reference, reason, provider_time, due_by,
        next_at, created_at
    ) values (
        v_rail, report ->> 'provider_event_id', report ->> 'purpose', (report ->> 'reference_id')::uuid,
        report ->> 'kind', report ->> 'currency', (report ->> 'amount')::numeric, report ->> 'reference',
        coalesce(report ->> 'reason', ''), (report ->> 'provider_time')::timestamptz, (report ->> 'due_by')::timestamptz,
        v_now, v_now
    ) on conflict on constraint rail_reports_once do nothing
    returning * into v_row;
    if not found then
        return false;
    end if;
    v_row.applied_as := private.apply_report(v_row, v_now);
    if v_row.applied_as is not null then
        update public.rail_reports as r set applied_as = v_row.applied_as, applied_at = v_now, next_at = null
        where r.id = v_row.id;
    end if;
    return true;
end
$$;
comment on function private.rail_report(jsonb) is
'Writes down what a rail says, and does at once what needs no decision; false when it said so before, ends an inquiry that never was, or when it cannot be so: then it is in refused_reports.';

-- Definer: rails have no user.
create function service.rail_report(report service.command) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
begin
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    return private.rail_report(report);
end
$$;
comment on function service.rail_report(service.command) is
'A rail says what happened {rail, provider_event_id, purpose, reference_id, kind, currency, amount, reference, reason, provider_time, due_by}: once per event. True when it was new.';
