-- Findings about parties, accounts and the hooks of Auth, made by the security rules.

create type public.security_severity as enum ('info', 'warning', 'high');

create table public.security_events (
    id uuid not null primary key,
    kind text not null,
    severity public.security_severity not null,
    subject_kind text not null default 'party' check (subject_kind in ('party', 'account', 'hook', 'address')),
    party_id uuid,
    found integer not null,
    detail jsonb not null default '{}',
    request_id text not null default '',
    created_at timestamptz not null,
    constraint security_events_subject check ((party_id is null) = (subject_kind in ('hook', 'address')))
) partition by range (id);
alter table public.security_events enable row level security;
create index security_events_party_id_kind_idx on public.security_events (party_id, kind, id);
select private.make_erasable('public.security_events', 'detail');
comment on table public.security_events is
'Append-only findings about parties, accounts and the hooks of Auth. Nothing is blocked by them: an operator decides.';
comment on column public.security_events.id is 'Carries its time.';
comment on column public.security_events.kind is 'The rule that was met, or what happened: screening_hit, password_changed, hook_lost.';
comment on column public.security_events.severity is 'As the rule said when the event was written.';
comment on column public.security_events.subject_kind is
'party: for operators only. account: what happened to somebody''s sign-in, shown to them. hook: a part of sign-in failed inside. address: who tries passwords.';
comment on column public.security_events.party_id is 'Whom it is about; of an account the person. Null: a hook or an address.';
comment on column public.security_events.found is 'How many cases were counted within the rule''s time.';
comment on column public.security_events.detail is 'What else is known: addresses, devices, codes of errors. Never a secret.';
comment on column public.security_events.request_id is 'Correlation id of the run that found it.';
comment on column public.security_events.created_at is 'When it was found.';

create function private.account_event(
    p_kind text, p_severity public.security_severity, p_user_id uuid, p_found integer, p_detail jsonb, p_now timestamptz
) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_id uuid := private.uuid_v7(p_now);
begin
    insert into public.security_events (
        id, kind, severity, subject_kind, party_id, found, detail, request_id, created_at
    ) values (
        v_id, p_kind, p_severity, 'account', p_user_id, p_found, jsonb_strip_nulls(p_detail), private.request_id(), p_now
    );
    -- What anybody can cause by guessing does not ring the owner's bell.
    if p_severity <> 'info' then
        perform private.emit_event(
            'account.' || p_kind, 'security_event', v_id, 1, array[p_user_id],
            jsonb_strip_nulls(p_detail) || jsonb_build_object('found', p_found), p_now
        );
    end if;
end
$$;
comment on function private.account_event(text, public.security_severity, uuid, integer, jsonb, timestamptz) is
'A security event about the sign-in of a person, who is told of it unless it is an info.';

create function private.note_loss(p_hook text, p_sqlstate text, p_message text) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_now timestamptz;
    v_id uuid;
    v_detail jsonb;
    v_is_first boolean;
begin
    -- Here and not above: an error in a declaration would be raised.
    v_now := private.clock();
    v_id := private.uuid_v7(v_now);
    v_detail := jsonb_build_object('hook', p_hook, 'sqlstate', p_sqlstate, 'message', left(p_message, 200));
    v_is_first := not exists (
        select from public.security_events
        where party_id is null and kind = 'hook_lost' and id >= private.uuid_v7_floor(v_now - interval '1 hour')
    );
    insert into public.security_events (id, kind, severity, subject_kind, found, detail, request_id, created_at)
    values (v_id, 'hook_lost', 'high', 'hook', 1, v_detail, private.request_id(), v_now);
    if v_is_first then
        perform private.emit_event(
            'security.hook_lost', 'security_event', v_id, 1, array['00000000-0000-4000-8000-000000000001'::uuid],
            v_detail, v_now
        );
    end if;
-- Also what a time limit ends: nothing of ours may stop a sign-in.
exception when query_canceled or others then
    raise warning 'not even noted: % of hook %: % %', p_sqlstate, p_hook, p_message, sqlerrm;
end
$$;
comment on function private.note_loss(text, text, text) is
'Notes that a hook or a trigger of Auth failed inside, and tells operators of the first in an hour. Never raises.';
