-- Outages, our own and of networks: every clock that ran while nobody could act gets the lost time
-- back, before any timer acts on it.

create table public.outages (
    id uuid primary key,
    network_id text,
    from_at timestamptz not null,
    to_at timestamptz not null,
    reason text not null check (length(reason) between 1 and 500),
    created_at timestamptz not null,
    credited_at timestamptz,
    constraint outages_have_ended check (from_at < to_at and to_at <= created_at),
    -- One minute is given back once.
    constraint outages_do_not_overlap exclude using gist (tstzrange(from_at, to_at) with &&)
    where (network_id is null)
);
alter table public.outages enable row level security;
select private.make_text('public.outages', 'prose', 'reason');
create index outages_open_idx on public.outages (created_at) where credited_at is null;
select private.make_audited('public.outages');
comment on table public.outages is
'Times in which Holdfast itself, or a network, was out of order. Each gives every clock that ran meanwhile its time back, once; that of a network only those that waited for money over it.';
comment on column public.outages.id is 'The outage.';
comment on column public.outages.network_id is 'Network that stood still; null: Holdfast itself.';
comment on column public.outages.from_at is 'When it began.';
comment on column public.outages.to_at is 'When it was over.';
comment on column public.outages.reason is 'What happened, for everybody to read.';
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
'Escrows, and what products offer, that were checked for an outage: each once, also those whose clock did not run.';

insert into private.refusals (code, status, detail, hint) values
('outage_not_open', 409, 'This outage gives this escrow nothing, or has done so before.', ''),
('outage_pending', 409, 'The time of an outage is being given back first.', ''),
('outage_overlaps', 409, 'A part of this time was declared before.', 'Declare the rest of it.'),
('bad_outage', 422, 'An outage has a reason, began before it ended, at most 90 days ago, and is over.', '');

create function private.owed_time(p_object_id uuid, p_created_at timestamptz) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return exists (
        select from public.outages as o
        where o.credited_at is null and o.network_id is null and o.to_at > p_created_at
            and not exists (
                select from private.outage_credits as c where c.outage_id = o.id and c.object_id = p_object_id
            )
    );
end
$$;
comment on function private.owed_time(uuid, timestamptz) is
'Whether the time of an outage of our own has yet to be given back to an object that was made then.';

create function private.later_by(
    p_from timestamptz, p_until timestamptz, p_lost tstzmultirange
) returns timestamptz
language plpgsql immutable set search_path = ''
as $$
declare
    v_until timestamptz := coalesce(p_until, '-infinity');
    v_lost tstzrange;
begin
    for v_lost in select r from unnest(p_lost * tstzmultirange(tstzrange(p_from, null))) as r order by lower(r) loop
        exit when lower(v_lost) >= v_until;
        v_until := v_until + (upper(v_lost) - lower(v_lost));
    end loop;
    return v_until;
end
$$;
comment on function private.later_by(timestamptz, timestamptz, tstzmultirange) is
'The end of a period, later by what was lost before it: what begins within the period is lost whole, also where it lasts longer. -infinity when there is no end.';

-- What ends after the end (claims, reviews) has no move that could carry a credit: its time is counted when asked.
create function private.later_by_outages(p_from timestamptz, p_until timestamptz) returns timestamptz
language plpgsql stable set search_path = ''
as $$
begin
    return private.later_by(p_from, p_until, (
        select coalesce(range_agg(tstzrange(o.from_at, o.to_at)), '{}') from public.outages as o
        where o.network_id is null and o.to_at > p_from
    ));
end
$$;
comment on function private.later_by_outages(timestamptz, timestamptz) is
'The end of a period, later by our own outages that began within it; -infinity when there is none.';

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
    perform from private.sweep_ticks where last_at not between p_now - interval '30 seconds' and p_now for update;
    if found then
        -- Read under the lock: who moves the clock takes it too, and p_now may be of before.
        update private.sweep_ticks set last_at = private.clock();
    end if;
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
        insert into public.outages (id, from_at, to_at, reason, created_at)
        select private.uuid_v7(v_now), lower(r), upper(r), 'The timers stood still.', v_now
        from unnest(tstzmultirange(tstzrange(v_last, v_now)) - (
            select coalesce(range_agg(tstzrange(o.from_at, o.to_at)), '{}') from public.outages as o
            where o.network_id is null
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
