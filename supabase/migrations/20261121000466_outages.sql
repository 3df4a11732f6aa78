-- The operator's own outages: every clock that ran while nobody could act gets
-- the lost time back, before any timer acts on it.

create table public.outages (
    id uuid primary key,
    from_at timestamptz not null,
    to_at timestamptz not null,
    reason text not null check (length(reason) between 1 and 500),
    declared_by uuid references auth.users (id) on delete restrict,
    created_at timestamptz not null,
    credited_at timestamptz,
    constraint outages_have_ended check (from_at < to_at and to_at <= created_at),
    -- One minute is given back once.
    constraint outages_do_not_overlap exclude using gist (tstzrange(from_at, to_at) with &&)
);
alter table public.outages enable row level security;
select private.make_text('public.outages', 'prose', 'reason');
create index outages_declared_by_idx on public.outages (declared_by);
create index outages_open_idx on public.outages (created_at) where credited_at is null;
select private.make_audited('public.outages');
comment on table public.outages is
'Times in which Holdfast itself was out of order. Each gives every clock that ran meanwhile its time back, once.';
comment on column public.outages.id is 'The outage.';
comment on column public.outages.from_at is 'When it began.';
comment on column public.outages.to_at is 'When it was over.';
comment on column public.outages.reason is 'What happened, for everybody to read.';
comment on column public.outages.declared_by is 'Operator who declared it; null: the sweep found that it had been away.';
comment on column public.outages.created_at is 'When it was declared.';
comment on column public.outages.credited_at is
'When the last clock had its time back; until then no timer acts on an escrow that waits for it.';

create table private.outage_credits (
    outage_id uuid not null references public.outages (id) on delete restrict,
    object_id uuid not null,
    credited interval not null,
    primary key (outage_id, object_id)
);
alter table private.outage_credits enable row level security;
select private.make_append_only('private.outage_credits');
comment on table private.outage_credits is
'Escrows, and what products offer, that were looked at for an outage: each once, also those whose clock did not run.';

insert into private.refusals (code, status, detail, hint) values
('outage_not_open', 409, 'This outage gives this escrow nothing, or has done so before.', ''),
('outage_pending', 409, 'The time of an outage is being given back first.', ''),
('outage_overlaps', 409, 'A part of this time was declared before.', 'Declare the rest of it.'),
('bad_outage', 422, 'An outage has a reason, began before it ended, at most 90 days ago, and is over.', '');

create function private.duty_began_at(p_escrow_id uuid) returns timestamptz
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select max(v.created_at)
        from (
            select created_at, event, deadline_at, lag(deadline_at) over (order by version) as before
            from public.escrow_events where escrow_id = p_escrow_id
        ) as v
        where v.deadline_at is distinct from v.before and v.event not in ('unfreeze', 'outage_credit', 'rail_take')
    );
end
$$;
comment on function private.duty_began_at(uuid) is
'When the clock that runs for an escrow was set; what only moved it does not count.';

create function private.frozen_times(p_escrow_id uuid) returns tstzmultirange
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select coalesce(range_agg(tstzrange(h.opened_at, h.closed_at)), '{}')
        from public.escrow_holds as h where h.escrow_id = p_escrow_id
    );
end
$$;
comment on function private.frozen_times(uuid) is 'Times in which the clocks of an escrow stood still.';

create function private.time_lost(p_escrow public.escrow_transactions, p_outage public.outages) returns interval
language plpgsql stable set search_path = ''
as $$
declare
    v_began timestamptz;
begin
    if p_escrow.expires_at is null or p_escrow.expires_at <= p_outage.from_at or p_escrow.created_at >= p_outage.to_at then
        return '0';
    end if;
    v_began := private.duty_began_at(p_escrow.id);
    if v_began >= p_outage.to_at then
        return '0';
    end if;
    return (
        select coalesce(sum(upper(r) - lower(r)), '0')
        from unnest(
            tstzmultirange(tstzrange(greatest(v_began, p_outage.from_at), p_outage.to_at))
            - private.frozen_times(p_escrow.id)
        ) as r
    );
end
$$;
comment on function private.time_lost(public.escrow_transactions, public.outages) is
'How long the present clock of an escrow ran during an outage.';

create function private.owed_time(p_object_id uuid, p_created_at timestamptz) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return exists (
        select from public.outages as o
        where o.credited_at is null and o.to_at > p_created_at
            and not exists (
                select from private.outage_credits as c where c.outage_id = o.id and c.object_id = p_object_id
            )
    );
end
$$;
comment on function private.owed_time(uuid, timestamptz) is
'Whether the time of a declared outage has yet to be given back to an object that was made then.';

create function private.awaits_credit(p_escrow public.escrow_transactions) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return private.owed_time(p_escrow.id, p_escrow.created_at);
end
$$;
comment on function private.awaits_credit(public.escrow_transactions) is
'Whether the time of a declared outage has yet to be given back to an escrow.';

create function private.lost_to_outages(p_from timestamptz, p_to timestamptz) returns interval
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select coalesce(sum(least(to_at, p_to) - greatest(from_at, p_from)), '0')
        from public.outages where tstzrange(from_at, to_at) && tstzrange(p_from, p_to)
    );
end
$$;
comment on function private.lost_to_outages(timestamptz, timestamptz) is 'Time of declared outages within a period.';

-- What ends after the end (claims, reviews) has no move that could carry a credit: its time is counted when asked.
create function private.later_by_outages(p_from timestamptz, p_until timestamptz) returns timestamptz
language plpgsql stable set search_path = ''
as $$
begin
    return coalesce(p_until + private.lost_to_outages(p_from, p_until), '-infinity');
end
$$;
comment on function private.later_by_outages(timestamptz, timestamptz) is
'The end of a period, later by the outages declared within it; -infinity when there is none.';

-- Definer: written for whatever moved the escrow.
create function private.tg_escrow_transactions__credited() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into private.outage_credits (outage_id, object_id, credited)
    values ((new.last_payload ->> 'outage_id')::uuid, new.id, new.expires_at - old.expires_at);
    return null;
end
$$;
comment on function private.tg_escrow_transactions__credited() is 'Keeps who had the time of an outage back: once each.';
create trigger _530_credited after update on public.escrow_transactions
for each row when (new.last_event = 'outage_credit')
execute function private.tg_escrow_transactions__credited();

-- The sweep knows when it was there last; whatever else acts by the clock asks it.
create table private.sweep_ticks (
    id boolean primary key default true check (id),
    last_at timestamptz check (isfinite(last_at)),
    silent_after interval not null check (silent_after between '2 minutes' and '1 day')
);
alter table private.sweep_ticks enable row level security;
comment on table private.sweep_ticks is 'When the sweep of timers was there last: one row.';
comment on column private.sweep_ticks.id is 'There is one row.';
comment on column private.sweep_ticks.last_at is 'Last sign of the sweep; null: it never ran.';
comment on column private.sweep_ticks.silent_after is
'A longer silence is an outage: its time is given back before any timer acts.';
insert into private.sweep_ticks (last_at, silent_after) values (null, '5 minutes');

create function private.sweep_is_late(p_now timestamptz) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return exists (select from private.sweep_ticks where p_now - last_at > silent_after);
end
$$;
comment on function private.sweep_is_late(timestamptz) is
'Whether the sweep has been away for so long that no timer may act before it has noticed.';

create function private.sweep_is_here(p_now timestamptz) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    -- A long sweep is there all the time; a clock that was set back does not make it late.
    update private.sweep_ticks set last_at = p_now
    where last_at not between p_now - interval '30 seconds' and p_now;
end
$$;
comment on function private.sweep_is_here(timestamptz) is 'A sign of a sweep that has begun; the first one is service.sweep_begin.';

-- Definer: schedules have no user.
create function service.sweep_begin() returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_last timestamptz;
    v_now timestamptz;
    v_late boolean;
    v_found integer := 0;
begin
    perform set_config('holdfast.actor_id', '', true);
    select t.last_at into v_last from private.sweep_ticks as t for update;
    v_now := private.clock();
    v_late := private.sweep_is_late(v_now);
    if v_late then
        perform pg_advisory_xact_lock(hashtextextended('outages', 0));
        insert into public.outages (id, from_at, to_at, reason, declared_by, created_at)
        select private.uuid_v7(v_now), lower(r), upper(r), 'The timers stood still.', null, v_now
        from unnest(tstzmultirange(tstzrange(v_last, v_now)) - (
            select coalesce(range_agg(tstzrange(o.from_at, o.to_at)), '{}') from public.outages as o
        )) as r
        where upper(r) - lower(r) >= interval '1 minute';
        get diagnostics v_found = row_count;
    end if;
    update private.sweep_ticks set last_at = v_now;
    return v_found;
end
$$;
comment on function service.sweep_begin() is
'A sweep begins: when it was away for longer than private.sweep_ticks allows, that time becomes an outage, but for what an operator has declared of it; how many outages were found. Until it has been called, escrow_due and every other timer leave all as it is.';

-- Definer: service_role may give commands, not write the tables.
create function service.outage_declare(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_answer jsonb := private.begin_operator_command('outage', command, '{}');
    v_now timestamptz := private.clock();
    v_from timestamptz := (command ->> 'from_at')::timestamptz;
    v_to timestamptz := (command ->> 'to_at')::timestamptz;
    v_reason text := coalesce(command ->> 'reason', '');
    v_id uuid := private.uuid_v7(v_now);
begin
    if v_answer is not null then
        return v_answer;
    end if;
    if not coalesce(v_from < v_to and v_to <= v_now and v_from >= v_now - interval '90 days', false)
        or length(v_reason) > 500 or not private.has_words(v_reason) then
        perform private.refuse('bad_outage');
    end if;
    -- Two that are declared at once: the second sees the first.
    perform pg_advisory_xact_lock(hashtextextended('outages', 0));
    if exists (select from public.outages where tstzrange(from_at, to_at) && tstzrange(v_from, v_to)) then
        perform private.refuse('outage_overlaps');
    end if;
    insert into public.outages (id, from_at, to_at, reason, declared_by, created_at)
    values (v_id, v_from, v_to, v_reason, (command ->> 'actor_id')::uuid, v_now);
    return private.finish_command(
        command, jsonb_build_object('outage_id', v_id, 'from_at', v_from, 'to_at', v_to), v_now
    );
end
$$;
comment on function service.outage_declare(service.command) is
'Operator command: declares an outage of Holdfast itself that is over {from_at, to_at, reason, actor_id, aal, idempotency_key, request_hash}. Raises bad_outage (422), outage_overlaps (409).';

create function private.credit_many(p_decisions private.escrow_decision[], p_now timestamptz) returns integer
language plpgsql volatile set search_path = ''
as $$
declare
    v_moved record;
    v_done integer := 0;
begin
    for v_moved in select a.escrow_id, a.refusal from private.escrow_apply(p_decisions) as a loop
        if v_moved.refusal is null then
            perform private.went_through('outage', v_moved.escrow_id::text);
            v_done := v_done + 1;
        elsif v_moved.refusal <> 'stale_version' then
            -- Who was moved meanwhile is met again in the next batch; anything else would head each of them.
            perform private.put_off('outage', v_moved.escrow_id::text, v_moved.refusal, p_now);
        end if;
    end loop;
    return v_done;
end
$$;
comment on function private.credit_many(private.escrow_decision[], timestamptz) is
'Gives escrows the time of an outage back; how many. Those that refuse are put off.';

create function private.credit_escrows(p_outage public.outages, p_max_rows integer) returns integer
language plpgsql volatile set search_path = ''
as $$
declare
    v_escrow public.escrow_transactions;
    v_lost interval;
    v_decisions private.escrow_decision[] := '{}';
    v_decision private.escrow_decision;
    v_now timestamptz := private.clock();
    v_done integer := 0;
begin
    for v_escrow in
        select e.* from public.escrow_transactions as e
        where e.expires_at is not null and e.created_at < p_outage.to_at
            and not exists (
                select from private.outage_credits as c where c.outage_id = p_outage.id and c.object_id = e.id
            )
            and not private.is_put_off('outage', e.id::text, v_now)
        order by e.expires_at
        limit p_max_rows
    loop
        v_lost := private.time_lost(v_escrow, p_outage);
        if v_lost > '0' then
            v_decision.escrow_id := v_escrow.id;
            v_decision.expected_version := v_escrow.version;
            v_decision.event := 'outage_credit';
            v_decision.actor_kind := 'system';
            v_decision.payload := jsonb_build_object('outage_id', p_outage.id);
            v_decisions := v_decisions || v_decision;
        else
            -- A clock that did not run then never will have.
            insert into private.outage_credits (outage_id, object_id, credited) values (p_outage.id, v_escrow.id, '0')
            on conflict do nothing;
            v_done := v_done + 1;
        end if;
    end loop;
    if v_decisions <> '{}' then
        begin
            v_done := v_done + private.credit_many(v_decisions, v_now);
        exception when others then
            -- One that cannot be moved: each alone, and that one waits.
            foreach v_decision in array v_decisions loop
                begin
                    v_done := v_done + private.credit_many(array[v_decision], v_now);
                exception when others then
                    perform private.put_off('outage', v_decision.escrow_id::text, sqlerrm, v_now);
                end;
            end loop;
        end;
    end if;
    return v_done;
end
$$;
comment on function private.credit_escrows(public.outages, integer) is
'Gives a batch of live escrows the lost time back, those due first; how many were dealt with.';

-- Definer: timers have no user.
create function service.outage_credit(max_rows integer default 500) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_outage public.outages;
    v_done integer;
begin
    perform set_config('holdfast.actor_id', '', true);
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    select * into v_outage from public.outages where credited_at is null
    order by from_at limit 1 for update skip locked;
    if not found then
        return 0;
    end if;
    v_done := private.credit_escrows(v_outage, least(greatest(max_rows, 1), 2000));
    if v_done = 0 then
        v_done := private.credit_outage(v_outage, least(greatest(max_rows, 1), 2000));
    end if;
    if v_done = 0 and not exists (
        select from public.escrow_transactions as e
        where e.expires_at is not null and e.created_at < v_outage.to_at
            and not exists (
                select from private.outage_credits as c where c.outage_id = v_outage.id and c.object_id = e.id
            )
    ) then
        update public.outages set credited_at = private.clock() where id = v_outage.id;
        v_done := 1;
    end if;
    return v_done;
end
$$;
comment on function service.outage_credit(integer) is
'Gives a batch of escrows, or of what a product offers, the time of the oldest open outage back, or closes that outage; how many it dealt with, 0 when there is nothing to do.';
