-- Timers that fail wait before they are tried again, so that they hold up
-- nobody else.

create table private.timer_failures (
    escrow_id uuid primary key references private.escrow_transactions (id) on delete restrict,
    version integer not null,
    failures integer not null check (failures > 0),
    retry_at timestamptz not null check (isfinite(retry_at)),
    last_error text not null check (length(last_error) <= 200),
    updated_at timestamptz not null
);
alter table private.timer_failures enable row level security;
comment on table private.timer_failures is
'Escrows whose timer failed in their present version, and when it is tried again. Gone when the escrow moves.';
comment on column private.timer_failures.escrow_id is 'The escrow that should have moved.';
comment on column private.timer_failures.version is 'Version of the escrow the timer failed at; at another one the row means nothing.';
comment on column private.timer_failures.failures is 'How often the timer failed at this version.';
comment on column private.timer_failures.retry_at is
'Until then escrow_due leaves the escrow out: a minute after the first failure, twice as long after each further one, an hour at most.';
comment on column private.timer_failures.last_error is 'Code of the last failure.';
comment on column private.timer_failures.updated_at is 'When the timer failed last.';

-- Definer: service_role owns no table.
create function service.escrow_timers_failed(failures service.command) returns integer
language plpgsql volatile security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    v_now timestamptz := private.clock();
    v_noted integer;
begin
    if jsonb_typeof(failures) is distinct from 'array' then
        raise sqlstate 'PT422' using message = 'bad_failures', detail = 'A list of failures is needed.';
    end if;
    -- In id order, as every other writer of many rows.
    insert into private.timer_failures as f (escrow_id, version, failures, retry_at, last_error, updated_at)
    select e.id, e.version, 1, v_now + interval '1 minute', left(coalesce(n.error, ''), 200), v_now
    from jsonb_to_recordset(escrow_timers_failed.failures) as n (escrow_id uuid, version integer, error text)
    join private.escrow_transactions as e on e.id = n.escrow_id and e.version = n.version
    order by e.id
    on conflict (escrow_id) do update set
        version = excluded.version,
        failures = case f.version when excluded.version then f.failures + 1 else 1 end,
        retry_at = case f.version
            when excluded.version then v_now + least(interval '1 minute' * 2 ^ least(f.failures, 6), interval '1 hour')
            else excluded.retry_at
        end,
        last_error = excluded.last_error,
        updated_at = v_now;
    get diagnostics v_noted = row_count;
    return v_noted;
end
$$;
comment on function service.escrow_timers_failed(service.command) is
'Timers that failed [{escrow_id, version, error}]: each is left out of escrow_due for a while. Escrows that have moved on are passed over; returns how many were noted. Raises bad_failures (422).';

-- Definer: as escrow_timers_failed.
create function service.escrow_timers_failing() returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
begin
    delete from private.timer_failures
    where escrow_id in (
        select f.escrow_id from private.timer_failures as f
        join private.escrow_transactions as e on e.id = f.escrow_id
        where e.version <> f.version
        for update of f skip locked
    );
    return (
        select jsonb_build_object(
            'failing', count(*),
            'overdue_seconds', coalesce(extract(epoch from max(private.clock() - coalesce(h.ends_at, e.expires_at)))::bigint, 0)
        )
        from private.timer_failures as f
        join private.escrow_transactions as e on e.id = f.escrow_id and e.version = f.version
        left join lateral (
            select min(o.ends_at) as ends_at from public.escrow_holds as o
            where o.escrow_id = e.id and o.closed_at is null and e.frozen_at is not null
        ) as h on true
        where e.frozen_at is null or h.ends_at <= private.clock()
    );
end
$$;
comment on function service.escrow_timers_failing() is
'Forgets failures of escrows that have moved; of the others, and of held ones of which a reason should have ended, how many there are and how late the oldest is {failing, overdue_seconds}.';
