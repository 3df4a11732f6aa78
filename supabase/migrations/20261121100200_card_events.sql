-- What the card rail's workers know between two polls: how far they have listed Stripe's events, and
-- when they polled which payment of a payer.

create table private.rail_cursors (
    rail text primary key references public.rails (id) on delete restrict,
    seen_until timestamptz not null
);
alter table private.rail_cursors enable row level security;
comment on table private.rail_cursors is
'Until when the events of a rail were listed and kept, gaps of its webhooks included.';
comment on column private.rail_cursors.rail is 'The rail.';
comment on column private.rail_cursors.seen_until is 'Everything that happened before was listed.';

-- Definer: schedules have no user.
create function service.rail_poll_from(
    rail text, overlap interval default '30 minutes'
) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_from timestamptz;
begin
    select coalesce((select c.seen_until from private.rail_cursors as c where c.rail = rail_poll_from.rail), min(f.created_at))
    into v_from from public.deposit_requests as f where f.rail = rail_poll_from.rail;
    -- Where nobody ever paid, nothing happened. Stripe keeps events for 30 days.
    return (select jsonb_build_object(
        'from', greatest(v_from - rail_poll_from.overlap, v_now - interval '29 days'), 'now', v_now
    ) where v_from is not null);
end
$$;
comment on function service.rail_poll_from(text, interval) is
'From when on to list the events of a rail {from, now}: what was listed before, less an overlap; null where nobody ever paid over it.';

-- Definer: as above.
create function service.rail_polled(rail text, until timestamptz) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    insert into private.rail_cursors as c (rail, seen_until) values (rail_polled.rail, least(rail_polled.until, private.clock()))
    on conflict on constraint rail_cursors_pkey do update set seen_until = greatest(c.seen_until, excluded.seen_until);
end
$$;
comment on function service.rail_polled(text, timestamptz) is
'All events of a rail until a time were listed and kept; what has not happened yet was not.';

create table private.deposit_polls (
    request_id uuid primary key references public.deposit_requests (id) on delete restrict,
    polls integer not null,
    next_at timestamptz not null
);
alter table private.deposit_polls enable row level security;
comment on table private.deposit_polls is 'When the rail is asked next about a payment of a payer of which no event told.';
comment on column private.deposit_polls.request_id is 'The request.';
comment on column private.deposit_polls.polls is 'How often it was polled.';
comment on column private.deposit_polls.next_at is 'When it is polled next.';

-- Definer: as above.
create function service.deposits_due(rail text, max_rows integer default 20) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    v_now timestamptz := private.clock();
    v_due jsonb;
begin
    with due as (
        select f.id
        from public.deposit_requests as f
        left join private.deposit_polls as l on l.request_id = f.id
        where f.rail = deposits_due.rail and f.closed_at is null and f.provider_reference is not null
            and coalesce(l.next_at, f.created_at + interval '10 minutes') <= v_now
        order by coalesce(l.next_at, f.created_at), f.id
        limit least(greatest(deposits_due.max_rows, 1), 200)
    ), taken as (
        insert into private.deposit_polls as l (request_id, polls, next_at)
        select d.id, 1, v_now + interval '10 minutes' from due as d order by d.id
        on conflict on constraint deposit_polls_pkey do update set
            polls = l.polls + 1, next_at = v_now + least(interval '10 minutes' * (l.polls + 1), interval '1 hour')
        returning l.request_id
    )
    select coalesce(jsonb_agg(private.deposit_read(f)), '[]') into v_due
    from public.deposit_requests as f inner join taken as t on f.id = t.request_id;
    return v_due;
end
$$;
comment on function service.deposits_due(text, integer) is
'Open payments of payers to poll now, as deposit_read shows them: ten minutes after they were made, then less often, each hour at least.';
