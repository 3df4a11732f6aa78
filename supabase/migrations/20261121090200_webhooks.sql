-- Webhook endpoints of parties, and what became of each message.

create table public.webhook_endpoints (
    id uuid primary key,
    party_id uuid not null references public.parties (id) on delete restrict,
    url text not null check (length(url) between 8 and 2000 and url ~ '^https?://'),
    description text not null default '' check (length(description) <= 200),
    event_types text[] not null default array['*'],
    status text not null default 'active' check (status in ('active', 'disabled', 'removed')),
    disabled_reason text check (disabled_reason in ('owner', 'gone', 'failing')),
    version integer not null default 1,
    consecutive_failures integer not null default 0,
    failing_since timestamptz,
    paused_until timestamptz,
    quick_answers smallint not null default 4 check (quick_answers between 0 and 5),
    closed_at timestamptz,
    created_by uuid not null references auth.users (id) on delete restrict,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint webhook_endpoints_disabled_says_why check ((status = 'disabled') = (disabled_reason is not null))
);
alter table public.webhook_endpoints enable row level security;
select private.make_blankable('public.webhook_endpoints');
select private.make_text('public.webhook_endpoints', 'line', 'description');
select private.make_quota('public.webhook_endpoints', 'webhook_endpoint', 'party_id');
select private.make_edit_quota('public.webhook_endpoints', 'party_id');
create index webhook_endpoints_party_id_idx on public.webhook_endpoints (party_id);
create index webhook_endpoints_created_by_idx on public.webhook_endpoints (created_by);
create trigger _100_touch before update on public.webhook_endpoints
for each row execute function private.tg__touch();
create trigger _900_audit_insert after insert or delete on public.webhook_endpoints
for each row execute function private.tg__audit('id');
-- Failures are in the attempts.
create trigger _900_audit_update after update on public.webhook_endpoints
for each row when (
    (old.status, old.description, old.event_types) is distinct from (new.status, new.description, new.event_types)
) execute function private.tg__audit('id');
comment on table public.webhook_endpoints is
'Addresses to which a party''s events are sent, signed after Standard Webhooks. Made by a command; the owner changes description, event_types and status.';
comment on column public.webhook_endpoints.id is 'The endpoint.';
comment on column public.webhook_endpoints.party_id is 'Party whose events are sent there.';
comment on column public.webhook_endpoints.description is 'What it is for, in the words of its owner.';
comment on column public.webhook_endpoints.created_at is 'When it was registered.';
comment on column public.webhook_endpoints.updated_at is 'When it last changed.';
comment on column public.webhook_endpoints.quick_answers is
'How many answers in a row came within private.quick_answer_ms(), five at most: with five its messages go in the fast lane. A new endpoint needs one, one that was slow all five.';
comment on column public.webhook_endpoints.url is 'Where messages are posted; never changed: another address is another endpoint.';
comment on column public.webhook_endpoints.event_types is 'Events wanted: exact names (escrow.accept), families (escrow.*), or * for all.';
comment on column public.webhook_endpoints.status is 'active, disabled (may be enabled again) or removed (for good).';
comment on column public.webhook_endpoints.disabled_reason is 'owner: switched off; gone: it answered 410; failing: five days of failures only.';
comment on column public.webhook_endpoints.version is 'Counts changes of status: the sequence of its own events.';
comment on column public.webhook_endpoints.consecutive_failures is 'Failed attempts since the last success; from five on it is probed with one message at a time.';
comment on column public.webhook_endpoints.failing_since is 'First failure after the last success; null while it works.';
comment on column public.webhook_endpoints.paused_until is 'It asked to be left alone until then (Retry-After); null when it did not.';
comment on column public.webhook_endpoints.closed_at is 'When it was last disabled or removed.';
comment on column public.webhook_endpoints.created_by is 'User who made it.';

-- No role reads it: a secret leaves once, in the answer of the command that made it, and in signatures.
create table private.webhook_secrets (
    id uuid primary key,
    endpoint_id uuid not null references public.webhook_endpoints (id) on delete restrict,
    secret text not null check (secret ~ '^whsec_[A-Za-z0-9+/]{43}=$'),
    created_at timestamptz not null,
    expires_at timestamptz
);
alter table private.webhook_secrets enable row level security;
create index webhook_secrets_endpoint_id_idx on private.webhook_secrets (endpoint_id);
-- Of two live secrets one is on its way out.
create unique index webhook_secrets_one_current_idx on private.webhook_secrets (endpoint_id) where expires_at is null;
create unique index webhook_secrets_one_outgoing_idx on private.webhook_secrets (endpoint_id)
where expires_at is not null;
comment on table private.webhook_secrets is
'Signing secrets of endpoints: the current one and, for a day after a rotation, the one before.';
comment on column private.webhook_secrets.secret is 'whsec_ and 32 random bytes in base64 (Standard Webhooks).';
comment on column private.webhook_secrets.expires_at is 'When the secret stops signing; null for the current one.';

create table public.webhook_deliveries (
    id uuid primary key,
    endpoint_id uuid not null references public.webhook_endpoints (id) on delete restrict,
    party_id uuid not null,
    event_id uuid not null,
    event text not null,
    object_type text not null,
    object_id uuid not null,
    sequence bigint not null,
    payload jsonb not null,
    status text not null default 'pending',
    attempt_count integer not null default 0,
    schedule_step integer not null default 0,
    next_attempt_at timestamptz,
    last_status_code integer,
    last_error text not null default '',
    last_event text not null default 'fan_out',
    last_actor_role text not null default 'relay',
    event_at timestamptz not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
) partition by range (id);
alter table public.webhook_deliveries enable row level security;
select private.make_blankable('public.webhook_deliveries');
create index webhook_deliveries_live_idx on public.webhook_deliveries (endpoint_id, next_attempt_at)
where status in ('pending', 'queued', 'sending');
create index webhook_deliveries_endpoint_id_idx on public.webhook_deliveries (endpoint_id, id desc);
create index webhook_deliveries_party_id_idx on public.webhook_deliveries (party_id, id desc);
create index webhook_deliveries_event_id_idx on public.webhook_deliveries (event_id);
create index webhook_deliveries_object_id_idx on public.webhook_deliveries (object_id, sequence);
-- Few at any time: what is on its way, of a party and of all.
create index webhook_deliveries_on_their_way_idx on public.webhook_deliveries (party_id)
where status in ('queued', 'sending');
create index webhook_deliveries_sending_idx on public.webhook_deliveries (next_attempt_at) where status = 'sending';
comment on table public.webhook_deliveries is
'One message: an event for an endpoint, and what became of it. Kept for 60 days, by month.';
comment on column public.webhook_deliveries.id is 'The delivery.';
comment on column public.webhook_deliveries.endpoint_id is 'Where it goes.';
comment on column public.webhook_deliveries.event is 'Name of the event.';
comment on column public.webhook_deliveries.object_type is 'Kind of thing the event is about.';
comment on column public.webhook_deliveries.object_id is 'The thing the event is about.';
comment on column public.webhook_deliveries.created_at is 'When it was put in line.';
comment on column public.webhook_deliveries.updated_at is 'When it last changed.';
comment on column public.webhook_deliveries.party_id is 'Party of the endpoint: its members read the row.';
comment on column public.webhook_deliveries.event_id is 'The webhook-id header: the same in every attempt and at every endpoint.';
comment on column public.webhook_deliveries.sequence is 'Grows with each event of the object, maybe with gaps: what arrives late has the smaller number.';
comment on column public.webhook_deliveries.payload is 'What the message says of the object beyond its id and sequence.';
comment on column public.webhook_deliveries.status is
'pending (waits for next_attempt_at), queued (handed to the queue), sending, delivered, failed (given up).';
comment on column public.webhook_deliveries.attempt_count is
'Attempts ever begun, those whose sender died too; also the generation that a sender must name.';
comment on column public.webhook_deliveries.schedule_step is 'Attempts begun of the present schedule: a resend begins it anew.';
comment on column public.webhook_deliveries.next_attempt_at is
'When it is tried next; while queued or sending, when the lease ends and it comes back. Null at the end.';
comment on column public.webhook_deliveries.last_status_code is 'HTTP status of the last attempt; null when none came.';
comment on column public.webhook_deliveries.last_error is 'Why the last attempt failed; empty when it did not.';
comment on column public.webhook_deliveries.last_event is 'Move that led to the present status.';
comment on column public.webhook_deliveries.last_actor_role is 'Who made that move.';
comment on column public.webhook_deliveries.event_at is 'When the event happened.';

create table public.webhook_attempts (
    id uuid primary key,
    delivery_id uuid not null,
    endpoint_id uuid not null,
    party_id uuid not null,
    number integer not null,
    status_code integer,
    duration_ms integer not null,
    error text not null default '' check (length(error) <= 200),
    answer text not null default '' check (length(answer) <= 4096),
    created_at timestamptz not null
) partition by range (id);
alter table public.webhook_attempts enable row level security;
create index webhook_attempts_delivery_id_idx on public.webhook_attempts (delivery_id, number);
create index webhook_attempts_party_id_idx on public.webhook_attempts (party_id, id desc);
select private.make_erasable('public.webhook_attempts', 'error', 'answer');
comment on table public.webhook_attempts is 'Every attempt to send a message, once it is known how it ended or that nobody will say. Kept for 60 days, by month.';
comment on column public.webhook_attempts.id is 'The attempt.';
comment on column public.webhook_attempts.endpoint_id is 'Where it was sent.';
comment on column public.webhook_attempts.created_at is 'When it was made.';
comment on column public.webhook_attempts.delivery_id is 'The message; no foreign key, since months of either go on their own.';
comment on column public.webhook_attempts.party_id is 'Party of the endpoint: its members read the row.';
comment on column public.webhook_attempts.number is 'Counts the attempts of the message, from one.';
comment on column public.webhook_attempts.status_code is 'HTTP status of the answer; null when none came.';
comment on column public.webhook_attempts.duration_ms is 'Milliseconds from looking up the name to the end of the answer; 0 when the sender was lost.';
comment on column public.webhook_attempts.error is
'Why there is no answer, in one word; empty when there is one. sender_lost: it may have arrived.';
comment on column public.webhook_attempts.answer is 'The first 4 kB of the answer, as text.';

-- Rows of a table read best one line each.
-- noqa: disable=LT05
insert into private.state_edges (number, machine, from_state, event, actor, to_state, note) values
(1, 'webhook_endpoint', null, 'create', 'owner', 'active', 'the secret is shown once'),
(2, 'webhook_endpoint', 'active', 'disable', 'owner', 'disabled', ''),
(3, 'webhook_endpoint', 'active', 'gone', 'receiver', 'disabled', 'it answered 410'),
(4, 'webhook_endpoint', 'active', 'fail', 'system', 'disabled', 'five days of failures only; the owner is told'),
(5, 'webhook_endpoint', 'disabled', 'enable', 'owner', 'active', ''),
(6, 'webhook_endpoint', 'active', 'remove', 'owner', 'removed', 'its secrets are deleted'),
(6, 'webhook_endpoint', 'disabled', 'remove', 'owner', 'removed', 'its secrets are deleted'),
(1, 'webhook_delivery', null, 'fan_out', 'relay', 'pending', 'one for each endpoint that wants the event'),
(1, 'webhook_delivery', null, 'ping', 'owner', 'pending', 'a test message'),
(2, 'webhook_delivery', 'pending', 'enqueue', 'relay', 'queued', 'its time has come'),
(3, 'webhook_delivery', 'queued', 'enqueue', 'relay', 'queued', 'the lease ended: the queue lost it'),
(3, 'webhook_delivery', 'sending', 'lose', 'relay', 'pending', 'the lease ended: its sender died, and the attempt counts'),
(4, 'webhook_delivery', 'queued', 'send', 'sender', 'sending', ''),
(5, 'webhook_delivery', 'sending', 'succeed', 'receiver', 'delivered', 'any 2xx'),
(6, 'webhook_delivery', 'sending', 'retry', 'sender', 'pending', 'the next step of the schedule'),
(7, 'webhook_delivery', 'sending', 'exhaust', 'sender', 'failed', 'ten attempts, or the receiver is gone'),
(7, 'webhook_delivery', 'sending', 'exhaust', 'relay', 'failed', 'its sender died in the tenth attempt'),
(8, 'webhook_delivery', 'pending', 'close', 'relay', 'failed', 'the endpoint is disabled or removed'),
(8, 'webhook_delivery', 'queued', 'close', 'relay', 'failed', 'the endpoint is disabled or removed'),
(8, 'webhook_delivery', 'sending', 'close', 'relay', 'failed', 'the endpoint is disabled or removed'),
(9, 'webhook_delivery', 'pending', 'resend', 'owner', 'pending', 'at once'),
(9, 'webhook_delivery', 'delivered', 'resend', 'owner', 'pending', 'with the same id'),
(9, 'webhook_delivery', 'failed', 'resend', 'owner', 'pending', 'with the same id');

create function private.url_origin(p_url text) returns text
language plpgsql immutable set search_path = ''
as $$
begin
    return array_to_string(regexp_match(p_url, '^(https?://)(?:[^/?#]*@)?([^/?#]+)'), '');
end
$$;
comment on function private.url_origin(text) is
'Scheme, host and port of a URL, without user, path and query; null when it is no such URL.';

-- Definer: an endpoint is its owner's; operators learn which fail, and of an address only whose it is.
create function private.failing_endpoints() returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    if not private.is_acting_staff('operator') then
        perform private.refuse('operator_only');
    end if;
    return (
        select coalesce(jsonb_agg(f.endpoint order by f.failing_since), '[]') from (
            select e.failing_since, jsonb_build_object(
                'endpoint_id', e.id, 'party_id', e.party_id, 'origin', private.url_origin(e.url), 'status', e.status,
                'disabled_reason', e.disabled_reason, 'consecutive_failures', e.consecutive_failures,
                'failing_since', e.failing_since, 'paused_until', e.paused_until
            ) as endpoint
            from public.webhook_endpoints as e
            where e.status <> 'removed' and (e.failing_since is not null or e.disabled_reason in ('gone', 'failing'))
            order by e.failing_since limit 500
        ) as f
    );
end
$$;
comment on function private.failing_endpoints() is 'As public.failing_endpoints.';

create function public.failing_endpoints() returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return private.failing_endpoints();
end
$$;
comment on function public.failing_endpoints() is
'For operators: endpoints that fail, or were disabled for it, longest first, 500 at most [{endpoint_id, party_id, origin, status, disabled_reason, consecutive_failures, failing_since, paused_until}]. Raises operator_only (403).';
