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
comment on column public.rail_reports.reference_id is 'Which one of that: the escrow, or the party whose wallet it is.';
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

create function private.snapshot_for_report(
    p_escrow public.escrow_transactions, p_report_id bigint, p_now timestamptz
) returns jsonb
language plpgsql volatile set search_path = ''
as $$
begin
    return private.escrow_snapshot(p_escrow, '{"id": null, "aal": "aal1", "roles": ["rail"]}', p_now);
exception when others then
    perform private.put_off('rail_report', p_report_id::text, sqlerrm, p_now);
    return null;
end
$$;
comment on function private.snapshot_for_report(public.escrow_transactions, bigint, timestamptz) is
'Snapshot of the escrow of a report; null for one that cannot be read, whose report waits.';

-- Definer: as above.
create function service.rail_reports_due(max_rows integer default 100) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_due jsonb;
begin
    with due as (
        select r.id from public.rail_reports as r
        where r.next_at <= v_now and r.purpose = 'escrow'
            -- What a rail said first comes first.
            and not exists (
                select from public.rail_reports as earlier
                where earlier.purpose = r.purpose and earlier.reference_id = r.reference_id and earlier.id < r.id and earlier.applied_as is null
                    and not private.is_set_aside('rail_report', earlier.id::text)
            )
            and not private.is_set_aside('rail_report', r.id::text)
        order by r.next_at, r.id
        limit least(greatest(rail_reports_due.max_rows, 1), 1000)
        for no key update skip locked
    ), taken as (
        update public.rail_reports as r set
            attempts = r.attempts + 1,
            next_at = v_now + least(make_interval(secs => 15 * 2 ^ least(r.attempts, 12)), interval '1 hour')
        from due where r.id = due.id
        returning r.*
    )
    select coalesce(jsonb_agg(
        jsonb_build_object(
            'report', jsonb_build_object(
                'id', t.id, 'rail', t.rail, 'provider_event_id', t.provider_event_id, 'escrow_id', t.reference_id,
                'kind', t.kind, 'currency', t.currency, 'amount', trim_scale(t.amount)::text,
                'reference', t.reference, 'reason', t.reason, 'provider_time', t.provider_time, 'due_by', t.due_by
            ),
            -- Whoever made the move may have died before saying so.
            'moved_as', (
                select k.answer ->> 'event' from private.idempotency_keys as k
                where k.actor_id = private.external_party() and k.key = t.rail || ':' || t.provider_event_id
            ),
            'taken', trim_scale(private.taken_for(e.id, t.reference))::text,
            'case', (
                select jsonb_build_object('id', c.id, 'last_event', c.last_event) from public.escrow_cases as c
                where c.escrow_id = e.id and c.kind = 'rail_reversal' and c.reference = t.reference
                order by c.created_at desc, c.id desc limit 1
            ),
            'before', (
                select b.kind from public.rail_reports as b
                where b.purpose = t.purpose and b.reference_id = t.reference_id and b.reference = t.reference and b.id < t.id and b.kind like 'reversal_%'
                order by b.id desc limit 1
            ),
            'snapshot', s.snapshot
        ) order by t.id
    ), '[]') into v_due
    from taken as t
    join public.escrow_transactions as e on e.id = t.reference_id
    cross join lateral (select private.snapshot_for_report(e, t.id, v_now) as snapshot offset 0) as s
    where s.snapshot is not null;
    return v_due;
end
$$;
comment on function service.rail_reports_due(integer) is
'Takes up reports of escrows, oldest first and in order for each: what the rail said, the move that has come of it already, if any, what was said before of the same reversal, and the escrow as the rail may move it. A worker that dies leaves them: they come back after 15 seconds, then after twice as long each time, at most an hour.';

-- Definer: as above.
create function service.rail_report_applied(report_id bigint, applied_as text default null) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    v_report public.rail_reports;
    v_event text;
    v_rest numeric;
begin
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    update public.rail_reports as r set
        applied_as = rail_report_applied.applied_as, applied_at = private.clock(), next_at = null
    where r.id = rail_report_applied.report_id and r.applied_as is null and rail_report_applied.applied_as is not null
    returning * into v_report;
    if not found then
        return false;
    elsif v_report.kind = 'reversal_lost' then
        -- A move takes what the escrow holds; what the rail took beyond it is booked as well.
        v_event := v_report.rail || ':' || v_report.provider_event_id;
        select v_report.amount - (v.payload ->> 'amount')::numeric into v_rest
        from private.idempotency_keys as k
        join public.escrow_events as v
            on v.escrow_id = v_report.reference_id and v.version = (k.answer ->> 'version')::integer
        where k.actor_id = private.external_party() and k.key = v_event;
        if v_rest > 0 then
            perform private.book_discrepancy(e, jsonb_build_object(
                'currency', v_report.currency, 'provider_event_id', v_report.provider_event_id || ':rest',
                'reference', v_report.reference, 'reason', 'beyond_escrow'
            ), v_rest, private.clock())
            from public.escrow_transactions as e where e.id = v_report.reference_id;
        end if;
    end if;
    perform private.went_through('rail_report', rail_report_applied.report_id::text);
    return true;
end
$$;
comment on function service.rail_report_applied(bigint, text) is
'Says what came of a report: a move, a case, repeated or not_booked. What a rail took beyond what the escrow held goes to losses, with a case. False when that was said before.';

-- Definer: as above.
create function service.rail_report_failed(report_id bigint, error text default '') returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
begin
    if not exists (
        select from public.rail_reports as r where r.id = rail_report_failed.report_id and r.applied_as is null
    ) then
        return false;
    end if;
    perform private.put_off('rail_report', rail_report_failed.report_id::text, coalesce(rail_report_failed.error, ''), private.clock());
    return true;
end
$$;
comment on function service.rail_report_failed(bigint, text) is
'Notes that a report could not be applied, for operators to see: it comes back by itself, and holds up what its rail said later of the same escrow until it is applied or set aside (setback_decide). False when it was applied.';

create table private.rail_costs (
    rail text not null references public.rails (id) on delete restrict,
    provider_event_id text not null,
    transfer_id uuid not null,
    created_at timestamptz not null,
    primary key (rail, provider_event_id)
);
alter table private.rail_costs enable row level security;
select private.make_append_only('private.rail_costs');
comment on table private.rail_costs is 'Fees a rail took from what it holds for the platform: each counts once.';
comment on column private.rail_costs.rail is 'Who took it.';
comment on column private.rail_costs.provider_event_id is 'What it was taken for.';
comment on column private.rail_costs.transfer_id is 'Posting of it.';
comment on column private.rail_costs.created_at is 'When it was posted.';

-- Definer: as above.
create function service.rail_cost(cost service.command) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_transfer uuid := private.uuid_v7(v_now);
    v_amount numeric := (cost ->> 'amount')::numeric;
    v_currency text := cost ->> 'currency';
begin
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    perform private.refuse('report_too_large') from public.rails as r
    where r.id = private.known_rail(cost ->> 'rail') and (
        not r.has_reports or abs(v_amount) > r.cost_amount + r.cost_bps / 10000.0 * greatest((
            select max(p.amount) from public.rail_reports as p
            where p.rail = r.id and p.provider_event_id = cost ->> 'provider_event_id'
        ), (
            -- What it settled in the currency of its fee.
            select max(abs(c.amount)) from public.escrow_cases as c
            where c.kind = 'discrepancy' and c.reference = cost ->> 'provider_event_id' and c.currency = v_currency
        ), 0)
    );
    insert into private.rail_costs (rail, provider_event_id, transfer_id, created_at)
    values (cost ->> 'rail', cost ->> 'provider_event_id', v_transfer, v_now)
    on conflict (rail, provider_event_id) do nothing;
    if not found or v_amount = 0 then
        return false;
    end if;
    perform ledger.post(
        array[row(v_transfer, 'rail.cost', 'external', null, left(coalesce(cost ->> 'memo', ''), 500), null, null)::ledger.new_transfer],
        array[
            row(v_transfer, ledger.wallet_of(private.platform_party(), v_currency, 'costs'), 'available', -v_amount, null, null)::ledger.new_entry,
            row(v_transfer, ledger.wallet_of(private.external_party(), v_currency, 'clearing'), 'available', v_amount, null, null)::ledger.new_entry
        ],
        v_now
    );
    return true;
end
$$;
comment on function service.rail_cost(service.command) is
'Posts a fee that a rail took {rail, provider_event_id, currency, amount, memo}: once per event; below zero is a fee given back. True when it was posted now. Raises report_too_large (409): more than the rail takes for what it reported under that name.';
