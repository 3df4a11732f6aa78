-- Sessions of Auth and the devices they come from: what began, ended and is new.

create table public.user_devices (
    id uuid primary key,
    user_id uuid not null references auth.users (id) on delete restrict,
    fingerprint bytea not null,
    family text not null,
    name text not null default '' check (length(name) <= 60),
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    new_at timestamptz,
    trusted_until timestamptz,
    unique (user_id, fingerprint)
);
alter table public.user_devices enable row level security;
select private.make_text('public.user_devices', 'title', 'name');
comment on table public.user_devices is
'Devices that a person signed in from, told apart by what their programs say of themselves; forgotten 180 days after they were last seen. A hint for the owner, never a proof.';
comment on column public.user_devices.id is 'The device.';
comment on column public.user_devices.user_id is 'Whose.';
comment on column public.user_devices.fingerprint is 'Hash of the person, the family and the id in device/… of the user agent, where a client sends one.';
comment on column public.user_devices.family is 'Browser and system, without versions; of a program its name.';
comment on column public.user_devices.name is 'What the owner calls it.';
comment on column public.user_devices.first_seen_at is 'First sign-in from it.';
comment on column public.user_devices.last_seen_at is 'Last sign-in from it.';
comment on column public.user_devices.new_at is
'When it was last new beside other devices; destinations named within 24 hours of it wait. Null: never, it is the first.';
comment on column public.user_devices.trusted_until is
'30 days after the last sign-in; a sign-in after that, or after the owner revoked it (null), is one from a new device.';

create table public.session_audits (
    id uuid primary key,
    session_id uuid not null,
    user_id uuid not null,
    event text not null check (event in ('started', 'aal_changed', 'ended')),
    aal text,
    address inet,
    device_id uuid,
    created_at timestamptz not null
) partition by range (id);
alter table public.session_audits enable row level security;
create index session_audits_user_id_idx on public.session_audits (user_id, id);
select private.make_erasable('public.session_audits', 'address');
comment on table public.session_audits is
'Beginning, level and end of each session, by month; kept for 400 days. Auth does not say why a session ended, and removes one that ran out up to a day late.';
comment on column public.session_audits.id is 'Carries its time.';
comment on column public.session_audits.session_id is 'The session, as Auth names it.';
comment on column public.session_audits.user_id is 'Whose.';
comment on column public.session_audits.event is 'started, aal_changed or ended.';
comment on column public.session_audits.aal is 'How sure the sign-in is from then on, or was at the end.';
comment on column public.session_audits.address is 'Who called Auth at the time.';
comment on column public.session_audits.device_id is 'The device of a sign-in; null for what came later.';
comment on column public.session_audits.created_at is 'When, by the database clock.';

create function private.agent_told(p_agent text) returns text
language plpgsql immutable set search_path = ''
as $$
declare
    -- Printable ASCII in hex, nothing else.
    v_hex text := substring(p_agent from '^Holdfast/1 ((?:[2-7][0-9a-f])+)$');
begin
    return case when v_hex is null then p_agent else convert_from(decode(v_hex, 'hex'), 'utf8') end;
end
$$;
comment on function private.agent_told(text) is
'The user agent of whoever asked, also where our functions asked Auth in their place: with a secret key no browser may be named, so they name it in hex.';

create function private.agent_family(p_agent text) returns text
language plpgsql immutable set search_path = ''
as $$
declare
    v_agent text := private.agent_told(p_agent);
    v_program text := case
        when v_agent ~ 'Edg(e|A|iOS)?/' then 'Edge' when v_agent ~ 'OPR/|Opera' then 'Opera'
        when v_agent ~ 'SamsungBrowser/' then 'Samsung Internet' when v_agent ~ '(Firefox|FxiOS)/' then 'Firefox'
        when v_agent ~ '(Chrome|CriOS|Chromium)/' then 'Chrome' when v_agent ~ 'Safari/' then 'Safari'
        else left(substring(v_agent from '^([A-Za-z][A-Za-z0-9 ._-]*)'), 40)
    end;
    v_system text := case
        when v_agent ~ 'Android' then 'Android' when v_agent ~ 'iPhone|iPad|iOS' then 'iOS' when v_agent ~ 'Windows' then 'Windows'
        when v_agent ~ 'Mac OS X|Macintosh|Darwin' then 'macOS' when v_agent ~ 'CrOS' then 'ChromeOS'
        when v_agent ~ 'Linux|X11' then 'Linux'
    end;
begin
    return coalesce(v_program || coalesce(' on ' || v_system, ''), 'unknown');
end
$$;
comment on function private.agent_family(text) is
'Browser and system that a user agent names, without versions, so that an update is no new device.';

create function private.fingerprint(p_user_id uuid, p_agent text) returns bytea
language plpgsql immutable set search_path = ''
as $$
begin
    return sha256(convert_to(
        p_user_id || ' ' || private.agent_family(p_agent) || ' '
        || coalesce(substring(private.agent_told(p_agent) from '\mdevice/([A-Za-z0-9-]{8,64})\M'), ''), 'utf8'
    ));
end
$$;
comment on function private.fingerprint(uuid, text) is
'What tells the devices of a person apart: family of the user agent, and the id that a client of its own adds as device/<id>.';

create function private.see_device(p_session auth.sessions, p_now timestamptz) returns uuid
language plpgsql volatile set search_path = ''
as $$
declare
    v_print bytea := private.fingerprint(p_session.user_id, p_session.user_agent);
    v_device public.user_devices;
    v_is_first boolean;
    v_is_new boolean;
begin
    -- Two sign-ins at once from one new device are told once.
    perform pg_advisory_xact_lock(hashtextextended('devices ' || p_session.user_id, 0));
    v_is_first := not exists (select from public.user_devices as d where d.user_id = p_session.user_id);
    select * into v_device from public.user_devices as d where d.user_id = p_session.user_id and d.fingerprint = v_print;
    v_is_new := not v_is_first and (v_device.trusted_until > p_now) is not true;
    insert into public.user_devices as d (
        id, user_id, fingerprint, family, first_seen_at, last_seen_at, new_at, trusted_until
    ) values (
        private.uuid_v7(p_now), p_session.user_id, v_print, private.agent_family(p_session.user_agent), p_now, p_now,
        case when v_is_new then p_now end, p_now + interval '30 days'
    ) on conflict (user_id, fingerprint) do update set
        last_seen_at = excluded.last_seen_at, new_at = coalesce(excluded.new_at, d.new_at),
        trusted_until = excluded.trusted_until
    returning * into v_device;
    if v_is_new then
        perform private.account_event(
            'new_device', 'warning', p_session.user_id, 1, jsonb_build_object(
                'device_id', v_device.id, 'family', v_device.family, 'address', host(p_session.ip)
            ), p_now
        );
    end if;
    return v_device.id;
end
$$;
comment on function private.see_device(auth.sessions, timestamptz) is
'Keeps the device of a new session, and tells its owner when it is a new one. The first device of an account is none.';

create function private.devices_settle_at(p_user_id uuid) returns timestamptz
language plpgsql stable set search_path = ''
as $$
begin
    return (select max(d.new_at) + interval '24 hours' from public.user_devices as d where d.user_id = p_user_id);
end
$$;
comment on function private.devices_settle_at(uuid) is
'When the newest device of a person is no longer new: 24 hours after its first sign-in; null where none was ever new.';

-- Definer: Auth's own role signs in.
create function private.tg_sessions__audit() returns trigger
language plpgsql security definer set search_path = '' set lock_timeout = '1s'
as $$
declare
    v_now timestamptz;
    v_device uuid;
    v_session auth.sessions := coalesce(new, old);
begin
    begin
        v_now := private.clock();
        if tg_op = 'INSERT' then
            v_device := private.see_device(new, v_now);
        end if;
        insert into public.session_audits (id, session_id, user_id, event, aal, address, device_id, created_at)
        values (
            private.uuid_v7(v_now), v_session.id, v_session.user_id,
            case tg_op when 'INSERT' then 'started' when 'UPDATE' then 'aal_changed' else 'ended' end,
            v_session.aal::text, v_session.ip, v_device, v_now
        );
        if tg_op = 'INSERT' then
            insert into public.audit_log (
                created_at, table_name, row_id, action, actor_id, request_id, one_operator, address, user_agent
            ) values (
                v_now, 'sessions', new.id::text, 'login', new.user_id, private.request_id(), private.one_operator(),
                new.ip, left(private.agent_told(new.user_agent), 400)
            );
        end if;
    -- An error here would be a 500 for everybody who signs in.
    exception when query_canceled or others then
        perform private.note_loss('sessions ' || lower(tg_op), sqlstate, sqlerrm);
    end;
    return null;
end
$$;
comment on function private.tg_sessions__audit() is
'Writes session_audits, user_devices and the sign-in in audit_log for each session of Auth. A failure inside is noted, and the sign-in goes on.';
create trigger holdfast_audit after insert or delete on auth.sessions
for each row execute function private.tg_sessions__audit();
create trigger holdfast_audit_aal after update on auth.sessions
for each row when (old.aal is distinct from new.aal) execute function private.tg_sessions__audit();
