-- A person asks to be erased, and takes it back; an operator holds up an erasure for the law.

insert into private.acts (act, kind, step_up) values
('erasure_ask', 'settle', true),
('erasure_cancel', 'settle', false);
insert into public.operator_commands (kind, function_name, title) values
('party_hold', 'party_hold', 'keep a person from being erased for a time'),
('party_erase', 'party_erase', 'have a person without a sign-in erased');

create function private.erasure_answer(p_request public.erasure_requests) returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return jsonb_build_object(
        'erasure_id', p_request.id, 'state', p_request.state, 'erase_from', p_request.erase_from
    );
end
$$;
comment on function private.erasure_answer(public.erasure_requests) is 'What commands about an erasure answer {erasure_id, state, erase_from}.';

create function private.ask_for_erasure(
    p_party_id uuid, p_role text, p_now timestamptz
) returns public.erasure_requests
language plpgsql volatile set search_path = ''
as $$
declare
    v_in_the_way text[] := private.in_the_way_of_erasure(p_party_id, p_now);
    v_request public.erasure_requests;
begin
    if exists (
        select from public.erasure_requests where party_id = p_party_id and state in ('waiting', 'erasing', 'erased')
    ) then
        perform private.refuse('erasure_open');
    elsif v_in_the_way <> '{}' then
        perform private.refuse(
            'erasure_in_the_way', 'Still in the way: ' || array_to_string(v_in_the_way, ', ') || '.',
            jsonb_build_object('in_the_way', to_jsonb(v_in_the_way))
        );
    end if;
    insert into public.erasure_requests (
        id, party_id, state, last_event, last_actor_role, erase_from, created_at, updated_at
    )
    select
        private.uuid_v7(p_now), p_party_id, 'waiting', 'ask', p_role, p_now + r.wait_for, p_now, p_now
    from private.erasure_rules as r
    returning * into v_request;
    return v_request;
end
$$;
comment on function private.ask_for_erasure(uuid, text, timestamptz) is
'A new request for an erasure, by a role (person, operator). Raises erasure_open, erasure_in_the_way (409).';

-- Definer: service_role may give commands, not write the tables.
create function service.erasure_ask(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_actor uuid := private.command_actor(command);
    v_answer jsonb := private.begin_account_command('erasure_ask', command);
    v_now timestamptz;
    v_request public.erasure_requests;
begin
    if v_answer is not null then
        return v_answer;
    end if;
    v_now := private.clock();
    v_request := private.ask_for_erasure(v_actor, 'person', v_now);
    return private.finish_command(command, private.erasure_answer(v_request), v_now);
end
$$;
comment on function service.erasure_ask(service.command) is
'A person asks to be erased {actor_id, aal, idempotency_key, request_hash} -> {erasure_id, state, erase_from}. Raises erasure_in_the_way (409, with in_the_way), erasure_open (409) and what private.ask raises.';

-- Definer: as erasure_ask.
create function service.erasure_cancel(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_actor uuid := private.command_actor(command);
    v_answer jsonb := private.begin_account_command('erasure_cancel', command);
    v_now timestamptz;
    v_request public.erasure_requests;
begin
    select * into v_request from public.erasure_requests
    where id = (command ->> 'erasure_id')::uuid and party_id = v_actor for no key update;
    if v_request.id is null then
        perform private.refuse('erasure_not_found');
    elsif v_answer is not null then
        return v_answer;
    elsif v_request.state <> 'waiting' then
        perform private.refuse('erasure_closed');
    end if;
    v_now := private.clock();
    update public.erasure_requests set
        state = 'cancelled', last_event = 'cancel', last_actor_role = 'person', updated_at = v_now
    where id = v_request.id
    returning * into v_request;
    return private.finish_command(command, private.erasure_answer(v_request), v_now);
end
$$;
comment on function service.erasure_cancel(service.command) is
'A person takes back the request to be erased while it waits {erasure_id, actor_id, aal, idempotency_key, request_hash} -> {erasure_id, state, erase_from}. Raises erasure_not_found (404), erasure_closed (409) and what private.ask raises.';

-- Definer: as erasure_ask.
create function service.party_hold(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_answer jsonb := private.begin_operator_command('party_hold', command, array[(command ->> 'party_id')::uuid]);
    v_until timestamptz := (command ->> 'until')::timestamptz;
    v_party uuid;
    v_now timestamptz;
begin
    if v_answer is not null then
        return v_answer;
    end if;
    -- Whoever begins an erasure has the same row: one of the two is first.
    select id into v_party from public.profiles where id = (command ->> 'party_id')::uuid for no key update;
    v_now := private.clock();
    if v_party is null then
        perform private.refuse('party_not_found');
    elsif not private.has_words(command ->> 'reason') or length(command ->> 'reason') > 500 then
        perform private.refuse('reason_required');
    elsif (v_until <= v_now + interval '3653 days') is not true then
        perform private.refuse('hold_end_invalid');
    elsif exists (select from public.erasure_requests where party_id = v_party and state in ('erasing', 'erased')) then
        perform private.refuse('erasure_closed');
    end if;
    insert into public.legal_holds (party_id, reason, ends_at, set_by, updated_at)
    values (v_party, command ->> 'reason', v_until, (command ->> 'actor_id')::uuid, v_now)
    on conflict (party_id) do update set
        reason = excluded.reason, ends_at = excluded.ends_at, set_by = excluded.set_by, updated_at = excluded.updated_at;
    return private.finish_command(command, jsonb_build_object('party_id', v_party, 'ends_at', v_until), v_now);
end
$$;
comment on function service.party_hold(service.command) is
'Operator command: a person is not erased until a time; a time that is past ends the hold {party_id, until, reason, actor_id, aal, idempotency_key, request_hash} -> {party_id, ends_at}. Raises operator_only, not_your_move (403), party_not_found (404), erasure_closed (409), reason_required, hold_end_invalid (422), and what private.ask raises.';

create function private.signs_in(p_user_id uuid) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return (select exists (
        select from auth.users as u
        where u.id = p_user_id and u.deleted_at is null and (u.banned_until > private.clock()) is not true
            and coalesce(u.email, u.phone) is not null
    ));
end
$$;
comment on function private.signs_in(uuid) is
'Whether a person can sign in: Auth has the account, with an address or a number, and has not banned it.';

-- Definer: as erasure_ask.
create function service.party_erase(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_party uuid := (command ->> 'party_id')::uuid;
    v_answer jsonb := private.begin_operator_command('party_erase', command, array[v_party], p_second => true);
    v_now timestamptz;
    v_request public.erasure_requests;
begin
    if v_answer is not null then
        return v_answer;
    end if;
    perform from public.profiles where id = v_party for no key update;
    if not found then
        perform private.refuse('party_not_found');
    elsif not private.has_words(command ->> 'reason') or length(command ->> 'reason') > 500 then
        perform private.refuse('reason_required');
    elsif private.signs_in(v_party) then
        perform private.refuse('erasure_signs_in');
    end if;
    v_now := private.clock();
    v_request := private.ask_for_erasure(v_party, 'operator', v_now);
    return private.finish_command(command, private.erasure_answer(v_request), v_now);
end
$$;
comment on function service.party_erase(service.command) is
'Operator command, which a second operator confirms: a person without a sign-in is erased when the wait is over {party_id, reason, actor_id, aal, idempotency_key, request_hash} -> {erasure_id, state, erase_from}. Raises operator_only, not_your_move (403), party_not_found (404), erasure_signs_in, erasure_open, erasure_in_the_way (409), reason_required (422), and what private.ask raises.';
