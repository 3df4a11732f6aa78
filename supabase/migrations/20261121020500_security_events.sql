-- Findings about parties, made by the security rules.

create type public.security_severity as enum ('info', 'warning', 'high');

create table public.security_events (
    id uuid not null primary key,
    kind text not null,
    severity public.security_severity not null,
    party_id uuid not null,
    found integer not null,
    request_id text not null default '',
    created_at timestamptz not null
) partition by range (id);
alter table public.security_events enable row level security;
create index security_events_party_id_kind_idx on public.security_events (party_id, kind, id);
select private.make_append_only('public.security_events');
comment on table public.security_events is
'Append-only findings about parties. Nothing is blocked by them: an operator decides.';
comment on column public.security_events.id is 'Carries its time.';
comment on column public.security_events.kind is 'The rule that was met, or screening_hit.';
comment on column public.security_events.severity is 'As the rule said when the event was written.';
comment on column public.security_events.party_id is 'Whom it is about.';
comment on column public.security_events.found is 'How many cases were counted within the rule''s time.';
comment on column public.security_events.request_id is 'Correlation id of the run that found it.';
comment on column public.security_events.created_at is 'When it was found.';
