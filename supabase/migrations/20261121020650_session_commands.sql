-- Sessions and devices, listed and ended by whom they belong to.

insert into private.refusals (code, status, detail, hint) values
('session_not_found', 404, 'You have no such session.', 'Read sessions.'),
('device_not_found', 404, 'You have no such device.', 'Read user_devices.');

-- Definer: nobody reads Auth's sessions.
create function private.my_sessions() returns table (
    id uuid, device_id uuid, family text, address inet, aal text, started_at timestamptz, refreshed_at timestamptz,
    ends_at timestamptz, is_current boolean
)
language plpgsql stable security definer set search_path = ''
as $$
begin
    return query
    select s.id, d.id, private.agent_family(s.user_agent), s.ip, s.aal::text, s.created_at,
        s.refreshed_at at time zone 'UTC', s.not_after, s.id::text is not distinct from (auth.jwt() ->> 'session_id')
    from auth.sessions as s
    left join public.user_devices as d
        on d.user_id = s.user_id and d.fingerprint = private.fingerprint(s.user_id, s.user_agent)
    where s.user_id = auth.uid() and coalesce(s.not_after, 'infinity') > private.clock();
end
$$;
comment on function private.my_sessions() is 'As public.sessions.';

create view public.sessions with (security_invoker = true) as
select id, device_id, family, address, aal, started_at, refreshed_at, ends_at, is_current from private.my_sessions();
comment on view public.sessions is 'Where the caller is signed in, as Auth has it.';
comment on column public.sessions.id is 'The session: session_id of its tokens.';
comment on column public.sessions.device_id is 'The device it comes from; null where none was kept.';
comment on column public.sessions.family is 'Browser and system.';
comment on column public.sessions.address is 'Who called Auth last.';
comment on column public.sessions.aal is 'How sure the sign-in is: aal2 with a second factor.';
comment on column public.sessions.started_at is 'When it began.';
comment on column public.sessions.refreshed_at is 'When its token was last renewed; null: never.';
comment on column public.sessions.ends_at is 'When it ends at the latest; null: when it is ended.';
comment on column public.sessions.is_current is 'Whether it is the one that asks.';

-- Definer: nobody reads Auth's identities.
create function private.my_identities() returns table (
    id uuid, provider text, linked_at timestamptz, last_sign_in_at timestamptz
)
language plpgsql stable security definer set search_path = ''
as $$
begin
    return query
    select i.id, i.provider, i.created_at, i.last_sign_in_at from auth.identities as i where i.user_id = auth.uid();
end
$$;
comment on function private.my_identities() is 'As public.identities.';

create view public.identities with (security_invoker = true) as
select id, provider, linked_at, last_sign_in_at from private.my_identities();
comment on view public.identities is 'Ways in which the caller signs in, as Auth has them; a password is that of provider email or phone.';
comment on column public.identities.id is 'The identity.';
comment on column public.identities.provider is 'email, phone, or who vouches for the person.';
comment on column public.identities.linked_at is 'Since when.';
comment on column public.identities.last_sign_in_at is 'When it was last used.';

create function private.begin_account_command(p_act text, command jsonb) returns jsonb
language plpgsql volatile set search_path = ''
as $$
declare
    v_actor uuid := private.command_actor(command);
begin
    perform private.ask(command, v_actor, p_act);
    perform from public.profiles where id = v_actor for no key update;
    if not found then
        perform private.refuse('party_closed');
    end if;
    return private.command_answer(command);
end
$$;
comment on function private.begin_account_command(text, jsonb) is
'Common entry of the commands by which a person changes the own account, one at a time: the stored answer of the key, or null: go on. Raises party_closed (403) where there is no such person, and what private.ask raises.';

create function private.lock_own_device(command jsonb) returns public.user_devices
language plpgsql volatile set search_path = ''
as $$
declare
    v_device public.user_devices;
begin
    select * into v_device from public.user_devices as d
    where d.id = (command ->> 'device_id')::uuid and d.user_id = (command ->> 'actor_id')::uuid for no key update;
    if not found then
        perform private.refuse('device_not_found');
    end if;
    return v_device;
end
$$;
comment on function private.lock_own_device(jsonb) is
'The device that a command names, of whoever gives it, under its lock. Raises device_not_found (404).';

create function private.end_sessions(p_user_id uuid, p_but uuid) returns integer
language plpgsql volatile set search_path = ''
as $$
declare
    v_ended integer;
begin
    if p_but is not null and not exists (
        select from auth.sessions as s where s.id = p_but and s.user_id = p_user_id
    ) then
        perform private.refuse('session_not_found');
    end if;
    -- Their refresh tokens go with them.
    delete from auth.sessions as s where s.user_id = p_user_id and s.id is distinct from p_but;
    get diagnostics v_ended = row_count;
    return v_ended;
end
$$;
comment on function private.end_sessions(uuid, uuid) is 'Ends the sessions of a person but one of theirs (null: all); returns how many. Raises session_not_found (404).';

-- Definer: service_role may give commands, not write the tables.
create function service.session_revoke(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_actor uuid := private.command_actor(command);
    v_session uuid := (command ->> 'session_id')::uuid;
    v_answer jsonb := private.begin_account_command('session_revoke', command);
begin
    if v_answer is not null then
        return v_answer;
    end if;
    delete from auth.sessions as s where s.id = v_session and s.user_id = v_actor;
    if not found then
        perform private.refuse('session_not_found');
    end if;
    return private.finish_command(command, jsonb_build_object('session_id', v_session), private.clock());
end
$$;
comment on function service.session_revoke(service.command) is
'A person ends a session of theirs {session_id, actor_id, aal, idempotency_key, request_hash} -> {session_id}. Raises session_not_found (404) and what private.ask raises.';

-- Definer: as session_revoke.
create function service.sessions_revoke_others(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_actor uuid := private.command_actor(command);
    v_answer jsonb := private.begin_account_command('sessions_revoke_others', command);
    v_ended integer;
begin
    if v_answer is not null then
        return v_answer;
    end if;
    v_ended := private.end_sessions(v_actor, (command ->> 'current_session_id')::uuid);
    return private.finish_command(command, jsonb_build_object('ended', v_ended), private.clock());
end
$$;
comment on function service.sessions_revoke_others(service.command) is
'A person ends every session of theirs but the one that asks {current_session_id, actor_id, aal, idempotency_key, request_hash} -> {ended: how many}; without current_session_id all. Raises session_not_found (404) and what private.ask raises.';

-- Definer: as session_revoke.
create function service.device_revoke(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_answer jsonb := private.begin_account_command('device_revoke', command);
    v_device public.user_devices;
    v_ended integer;
begin
    if v_answer is not null then
        return v_answer;
    end if;
    v_device := private.lock_own_device(command);
    delete from auth.sessions as s
    where s.user_id = v_device.user_id and private.fingerprint(s.user_id, s.user_agent) = v_device.fingerprint;
    get diagnostics v_ended = row_count;
    update public.user_devices set trusted_until = null where id = v_device.id;
    return private.finish_command(
        command, jsonb_build_object('device_id', v_device.id, 'ended', v_ended), private.clock()
    );
end
$$;
comment on function service.device_revoke(service.command) is
'A person ends every session from a device, and its next sign-in is one from a new device {device_id, actor_id, aal, idempotency_key, request_hash} -> {device_id, ended: how many sessions}. Raises device_not_found (404) and what private.ask raises.';

-- Definer: as session_revoke.
create function service.device_name(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_answer jsonb := private.begin_account_command('device_name', command);
    v_device public.user_devices;
begin
    if v_answer is not null then
        return v_answer;
    end if;
    v_device := private.lock_own_device(command);
    update public.user_devices set name = coalesce(command ->> 'name', '') where id = v_device.id returning * into v_device;
    return private.finish_command(
        command, jsonb_build_object('device_id', v_device.id, 'name', v_device.name), private.clock()
    );
end
$$;
comment on function service.device_name(service.command) is
'A person names a device {device_id, name, actor_id, aal, idempotency_key, request_hash} -> {device_id, name}. Raises device_not_found (404), text_invalid, name_reserved (422) and what private.ask raises.';
