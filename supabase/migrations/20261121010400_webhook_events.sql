-- Events of providers: stored and answered first, processed later.

create table public.webhook_events (
    provider text not null check (length(provider) between 1 and 40),
    event_id text not null check (length(event_id) between 1 and 255),
    type text not null check (length(type) between 1 and 100),
    body text not null,
    outcome text not null check (outcome in ('applied', 'noted', 'unmatched', 'queued')),
    occurred_at timestamptz not null check (isfinite(occurred_at)),
    request_id text not null default '',
    received_at timestamptz not null,
    primary key (provider, event_id)
);
alter table public.webhook_events enable row level security;
create index webhook_events_received_at_idx on public.webhook_events (received_at);
comment on table public.webhook_events is
'Inbox of signed events from providers, written in the transaction of their effect or before it, and never changed: an event that comes again finds itself here and does nothing. Kept for 60 days.';
comment on column public.webhook_events.provider is 'Whose signature was checked.';
comment on column public.webhook_events.event_id is 'The provider''s id of the event, unique with the provider.';
comment on column public.webhook_events.type is 'As the provider calls it; types we do not know are kept too.';
comment on column public.webhook_events.body is 'The message as it came.';
comment on column public.webhook_events.outcome is
'applied: something changed; noted: nothing was to change; unmatched: it is about somebody we do not know; queued: see public.webhook_event_work.';
comment on column public.webhook_events.occurred_at is 'When it happened, by the provider''s clock.';
comment on column public.webhook_events.request_id is 'Correlation id of the request that brought it.';
comment on column public.webhook_events.received_at is 'When it came first.';

create function private.tg_webhook_events__keep() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if old.received_at > private.clock() - interval '60 days' then
        raise sqlstate 'PT403' using
            message = 'append_only',
            detail = 'An event of a provider is kept for 60 days, for every role.';
    end if;
    return old;
end
$$;
comment on function private.tg_webhook_events__keep() is 'Refuses to forget an event of a provider that is younger than 60 days.';
create trigger _000_append_only_update before update or truncate on public.webhook_events
for each statement execute function private.tg__append_only();
create trigger _000_append_only_delete before delete on public.webhook_events
for each row execute function private.tg_webhook_events__keep();

create table public.webhook_event_work (
    provider text not null,
    event_id text not null,
    source text not null check (source in ('webhook', 'poller')),
    status text not null default 'received' check (status in ('received', 'done', 'ignored', 'failed')),
    attempts integer not null default 0 check (attempts >= 0),
    next_at timestamptz,
    detail text not null default '' check (length(detail) <= 500),
    received_at timestamptz not null,
    completed_at timestamptz,
    primary key (provider, event_id),
    constraint webhook_event_work_live_has_time check (
        (status = 'received') = (next_at is not null) and (status = 'received') = (completed_at is null)
    )
);
alter table public.webhook_event_work enable row level security;
create index webhook_event_work_next_at_idx on public.webhook_event_work (provider, next_at) where status = 'received';
comment on table public.webhook_event_work is
'What came of the events of rails in the inbox: a worker takes them up after they were answered.';
comment on column public.webhook_event_work.provider is 'Who sent it.';
comment on column public.webhook_event_work.event_id is 'The provider''s id of the event.';
comment on column public.webhook_event_work.source is 'webhook: the provider sent it; poller: we asked and found it.';
comment on column public.webhook_event_work.status is
'received, then done, ignored (nothing to do) or failed (given up after many attempts: an operator decides).';
comment on column public.webhook_event_work.attempts is 'How often a worker has taken it up.';
comment on column public.webhook_event_work.next_at is 'When a worker takes it up next; null once it is over.';
comment on column public.webhook_event_work.detail is 'What came of it, or what stood against it.';
comment on column public.webhook_event_work.received_at is 'When it came, by the database clock.';
comment on column public.webhook_event_work.completed_at is 'When it was over; null before.';

-- Definer: whoever may forget an old event holds no right on its work.
create function private.tg_webhook_events__forget() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    delete from public.webhook_event_work where provider = old.provider and event_id = old.event_id;
    return null;
end
$$;
comment on function private.tg_webhook_events__forget() is 'With an old event goes what came of it.';
create trigger _500_forget after delete on public.webhook_events
for each row execute function private.tg_webhook_events__forget();

-- Definer: rails have no user.
create function service.webhook_receive(events service.command) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_new integer;
begin
    with kept as (
        insert into public.webhook_events (
            provider, event_id, type, body, outcome, occurred_at, request_id, received_at
        )
        select e ->> 'provider', e ->> 'event_id', left(e ->> 'type', 100), e ->> 'body', 'queued',
            (e ->> 'occurred_at')::timestamptz, private.request_id(), v_now
        from jsonb_array_elements(events) as e
        order by e ->> 'event_id'
        on conflict (provider, event_id) do nothing
        returning provider, event_id
    )
    insert into public.webhook_event_work (provider, event_id, source, next_at, received_at)
    select k.provider, k.event_id, min(e ->> 'source'), v_now, v_now
    from kept as k join jsonb_array_elements(events) as e on e ->> 'event_id' = k.event_id
    group by k.provider, k.event_id;
    get diagnostics v_new = row_count;
    return v_new;
end
$$;
comment on function service.webhook_receive(service.command) is
'Keeps events of a rail whose origin was checked [{provider, event_id, type, body, occurred_at, source webhook|poller}]; how many were new.';

-- Definer: as above.
create function service.webhook_events_due(provider text, max_rows integer default 100) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    v_now timestamptz := private.clock();
    v_due jsonb;
begin
    with due as (
        select w.provider, w.event_id from public.webhook_event_work as w
        where w.provider = webhook_events_due.provider and w.status = 'received' and w.next_at <= v_now
        order by w.next_at, w.event_id
        limit least(greatest(webhook_events_due.max_rows, 1), 1000)
        for no key update skip locked
    ), taken as (
        -- Each time it waits longer, so that one that cannot be read does not keep the others waiting.
        update public.webhook_event_work as w set
            attempts = w.attempts + 1,
            next_at = v_now + least(make_interval(secs => 30 * 2 ^ least(w.attempts, 12)), interval '6 hours')
        from due where w.provider = due.provider and w.event_id = due.event_id
        returning w.provider, w.event_id, w.attempts, w.received_at
    )
    select coalesce(jsonb_agg(jsonb_build_object(
        'event_id', t.event_id, 'type', e.type, 'body', e.body, 'attempts', t.attempts
    ) order by e.occurred_at, t.event_id), '[]') into v_due
    from taken as t join public.webhook_events as e on e.provider = t.provider and e.event_id = t.event_id;
    return v_due;
end
$$;
comment on function service.webhook_events_due(text, integer) is
'Takes up events of a rail, oldest first. A worker that dies leaves them: they come back after 30 seconds, then after twice as long each time, at most 6 hours.';

-- Definer: as above.
create function service.webhook_events_done(provider text, outcomes service.command default '[]') returns integer
language plpgsql volatile security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    v_now timestamptz := private.clock();
    v_done integer;
begin
    update public.webhook_event_work as w set
        status = o.status, next_at = null, completed_at = v_now, detail = left(coalesce(o.detail, ''), 500)
    from jsonb_to_recordset(outcomes) as o (event_id text, status text, detail text)
    where w.provider = webhook_events_done.provider and w.event_id = o.event_id and w.status = 'received';
    get diagnostics v_done = row_count;
    return v_done;
end
$$;
comment on function service.webhook_events_done(text, service.command) is
'Writes what came of events [{event_id, status done|ignored|failed, detail}]; how many were still open.';
