-- How much keys ask, and what became of it: a row is appended after each answer, and rolled up each minute.

insert into public.rate_limits (id, burst, per_minute) values
('requests_of_key', 120, 600),
('requests_of_party', 600, 3000);

-- Definer: keys write no bucket.
create function private.admit_key() returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_key public.api_keys := private.my_key();
    v_now timestamptz := private.clock();
    v_rate private.rate;
    v_party private.rate;
    v_told jsonb;
begin
    perform set_config('synchronous_commit', 'off', true);
    v_rate := private.take_rate('requests_of_key', v_key.id::text, v_now);
    v_party := private.take_rate('requests_of_party', v_key.party_id::text, v_now);
    -- Told of the one that keeps the caller waiting for longer.
    if v_party.retry_after > v_rate.retry_after then
        v_rate := v_party;
    end if;
    v_told := jsonb_build_object('limit', v_rate.burst, 'remaining', v_rate.remaining, 'reset', v_rate.reset);
    if v_rate.retry_after > 0 then
        raise sqlstate 'PT429' using message = 'too_many_requests', detail = jsonb_build_object(
            'detail', 'This API key, or its party, asks too often.', 'retry_after', v_rate.retry_after, 'rate', v_told
        )::text;
    end if;
    return jsonb_build_object('key_id', v_key.id, 'rate', v_told);
end
$$;
comment on function private.admit_key() is 'As public.admit_request.';

create function public.admit_request() returns jsonb
language plpgsql volatile set search_path = ''
as $$
begin
    perform private.caller();
    return private.admit_key();
end
$$;
comment on function public.admit_request() is
'Asked by a function before it answers a key: takes a token of its buckets -> {key_id, rate: {limit, remaining, reset: seconds until it is full}}. Raises too_many_requests (429) with retry_after and rate, key_revoked (401).';

create table private.api_requests (
    id bigint generated always as identity primary key,
    key_id uuid not null references public.api_keys (id) on delete restrict,
    method text not null,
    route text not null,
    status integer not null,
    ms integer not null,
    created_at timestamptz not null
);
alter table private.api_requests enable row level security;
create index api_requests_key_id_idx on private.api_requests (key_id);
comment on table private.api_requests is 'Requests of keys that were answered and are not in api_usage yet.';
comment on column private.api_requests.id is 'In the order in which they were answered.';
comment on column private.api_requests.key_id is 'The key.';
comment on column private.api_requests.method is 'HTTP method.';
comment on column private.api_requests.route is 'Route, without what stands in its place: /orders/{order_id}/pause.';
comment on column private.api_requests.status is 'HTTP status of the answer.';
comment on column private.api_requests.ms is 'How long the function took, in milliseconds.';
comment on column private.api_requests.created_at is 'When it was answered.';

create table public.api_usage (
    party_id uuid not null references public.parties (id) on delete restrict,
    key_id uuid not null references public.api_keys (id) on delete restrict,
    method text not null,
    route text not null,
    status_class smallint not null check (status_class between 1 and 5),
    hour timestamptz not null,
    n bigint not null,
    errors bigint not null,
    sum_ms bigint not null,
    histogram bigint[] not null check (cardinality(histogram) = 12),
    primary key (party_id, hour, key_id, route, method, status_class)
);
alter table public.api_usage enable row level security;
create index api_usage_key_id_idx on public.api_usage (key_id);
comment on table public.api_usage is 'Requests of API keys by hour (UTC), route and status.';
comment on column public.api_usage.party_id is 'For whom the key acts.';
comment on column public.api_usage.key_id is 'The key.';
comment on column public.api_usage.method is 'HTTP method.';
comment on column public.api_usage.route is 'Route, without what stands in its place.';
comment on column public.api_usage.status_class is 'First digit of the status.';
comment on column public.api_usage.hour is 'Beginning of the hour.';
comment on column public.api_usage.n is 'How many requests.';
comment on column public.api_usage.errors is 'How many of them were answered 4xx or 5xx.';
comment on column public.api_usage.sum_ms is 'How long they took together, in milliseconds.';
comment on column public.api_usage.histogram is
'How many took at most 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000 milliseconds, each without those before, and how many longer.';

create view public.api_usage_days with (security_invoker = true) as
select
    u.party_id, u.key_id, u.method, u.route, u.status_class, date_trunc('day', u.hour, 'UTC') as day,
    sum(u.n)::bigint as n, sum(u.errors)::bigint as errors, sum(u.sum_ms)::bigint as sum_ms
from public.api_usage as u
group by u.party_id, u.key_id, u.method, u.route, u.status_class, date_trunc('day', u.hour, 'UTC');
comment on view public.api_usage_days is 'api_usage by day (UTC).';
comment on column public.api_usage_days.party_id is 'For whom the key acts.';
comment on column public.api_usage_days.key_id is 'The key.';
comment on column public.api_usage_days.method is 'HTTP method.';
comment on column public.api_usage_days.route is 'Route, without what stands in its place.';
comment on column public.api_usage_days.status_class is 'First digit of the status.';
comment on column public.api_usage_days.day is 'Beginning of the day.';
comment on column public.api_usage_days.n is 'How many requests.';
comment on column public.api_usage_days.errors is 'How many of them were answered 4xx or 5xx.';
comment on column public.api_usage_days.sum_ms is 'How long they took together, in milliseconds.';

-- Definer: service_role writes no table.
create function service.api_request_note(key_id uuid, method text, route text, status integer, ms integer) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    perform set_config('synchronous_commit', 'off', true);
    insert into private.api_requests (key_id, method, route, status, ms, created_at) values (
        api_request_note.key_id, api_request_note.method, api_request_note.route, api_request_note.status,
        api_request_note.ms, private.clock()
    );
end
$$;
comment on function service.api_request_note(uuid, text, text, integer, integer) is
'Keeps that a request of a key was answered, for api_usage.';

-- Definer: a schedule has no user.
create function service.api_usage_roll_up(max_rows integer default 50000) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_rows integer;
begin
    with gone as (
        delete from private.api_requests as r
        where r.id in (select d.id from private.api_requests as d order by d.id limit max_rows for update skip locked)
        returning r.key_id, r.method, r.route, r.status, r.ms, r.created_at
    ),
    counted as (
        select k.party_id, g.key_id, g.method, g.route, (g.status / 100)::smallint as status_class,
            date_trunc('hour', g.created_at, 'UTC') as hour,
            count(*) as n, count(*) filter (where g.status >= 400) as errors, sum(g.ms) as sum_ms,
            array(
                select count(*) filter (where width_bucket(m, '{6,11,26,51,101,251,501,1001,2501,5001,10001}'::integer[]) = b.i)
                from unnest(array_agg(g.ms)) as m
                cross join generate_series(0, 11) as b (i)
                group by b.i order by b.i
            ) as histogram
        from gone as g inner join public.api_keys as k on g.key_id = k.id
        group by 1, 2, 3, 4, 5, 6
    ),
    kept as (
        insert into public.api_usage as u (
            party_id, key_id, method, route, status_class, hour, n, errors, sum_ms, histogram
        )
        select c.party_id, c.key_id, c.method, c.route, c.status_class, c.hour, c.n, c.errors, c.sum_ms, c.histogram
        from counted as c
        on conflict (party_id, hour, key_id, route, method, status_class) do update set
            n = u.n + excluded.n, errors = u.errors + excluded.errors, sum_ms = u.sum_ms + excluded.sum_ms,
            histogram = array(
                select a.old + a.new from unnest(u.histogram, excluded.histogram) with ordinality as a (old, new, i) order by a.i
            )
    )
    select count(*) into v_rows from gone;
    return jsonb_build_object('requests', v_rows);
end
$$;
comment on function service.api_usage_roll_up(integer) is
'Adds requests of keys to api_usage -> {requests: how many}.';
