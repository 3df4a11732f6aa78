-- Codes for whoever has lost the second factor: only their hashes are kept.

insert into private.refusals (code, status, detail, hint) values
('recovery_code_wrong', 403, 'This is no unused recovery code of yours.', 'Each code is good once.'),
('recovery_codes_invalid', 422, 'Ten hashes of codes are kept at a time.', 'Let the command make the codes.');

create table private.recovery_codes (
    user_id uuid not null references auth.users (id) on delete restrict,
    code_hash text not null check (code_hash ~ '^[0-9a-f]{64}$'),
    created_at timestamptz not null,
    primary key (user_id, code_hash)
);
alter table private.recovery_codes enable row level security;
comment on table private.recovery_codes is
'Unused recovery codes. A code has 125 bits of chance, so a plain hash of it cannot be tried out.';
comment on column private.recovery_codes.user_id is 'Whose.';
comment on column private.recovery_codes.code_hash is 'SHA-256 of the code, in hex.';
comment on column private.recovery_codes.created_at is 'When it was made.';

create function private.take_off_factors(
    p_user_id uuid, p_but uuid, p_now timestamptz,
    out factors integer, out sessions integer, out money_out_from timestamptz
)
language plpgsql volatile set search_path = ''
as $$
begin
    money_out_from := p_now + interval '72 hours';
    insert into private.account_recoveries as r (user_id, money_out_from) values (p_user_id, money_out_from)
    on conflict (user_id) do update set money_out_from = excluded.money_out_from;
    delete from auth.mfa_factors as f where f.user_id = p_user_id;
    get diagnostics factors = row_count;
    sessions := private.end_sessions(p_user_id, p_but);
end
$$;
comment on function private.take_off_factors(uuid, uuid, timestamptz) is
'Removes every second factor of a person, ends the sessions but one (null: all), and stops money out and new destinations for 72 hours: how many factors and sessions, and until when. Raises session_not_found (404).';

-- Definer: service_role may give commands, not write the tables.
create function service.recovery_codes_make(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_actor uuid := private.command_actor(command);
    v_answer jsonb := private.begin_account_command('recovery_codes_make', command);
    v_now timestamptz;
    v_codes text[];
begin
    if v_answer is not null then
        return v_answer;
    end if;
    v_now := private.clock();
    select array_agg(distinct h) into v_codes from jsonb_array_elements_text(command -> 'code_hashes') as h
    where h ~ '^[0-9a-f]{64}$';
    if coalesce(cardinality(v_codes), 0) <> 10 or jsonb_array_length(command -> 'code_hashes') <> 10 then
        perform private.refuse('recovery_codes_invalid');
    end if;
    delete from private.recovery_codes where user_id = v_actor;
    insert into private.recovery_codes (user_id, code_hash, created_at)
    select v_actor, h, v_now from unnest(v_codes) as h;
    perform private.account_event('recovery_codes_made', 'warning', v_actor, 10, '{}', v_now);
    return private.finish_command(command, jsonb_build_object('code_hashes', command -> 'code_hashes'), v_now);
end
$$;
comment on function service.recovery_codes_make(service.command) is
'Ten new recovery codes in place of those a person has {code_hashes: SHA-256 in hex of ten codes, actor_id, aal, idempotency_key, request_hash} -> {code_hashes}. Raises recovery_codes_invalid (422) and what private.ask raises.';

-- Definer: as recovery_codes_make; Auth's factors and sessions are written by no role of ours.
create function service.recovery_code_use(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_actor uuid := private.command_actor(command);
    v_answer jsonb := private.begin_account_command('recovery_code_use', command);
    v_now timestamptz;
    v_done record;
    v_left integer;
begin
    if v_answer is not null then
        return v_answer;
    end if;
    v_now := private.clock();
    delete from private.recovery_codes where user_id = v_actor and code_hash = command ->> 'code_hash';
    if not found then
        perform private.refuse('recovery_code_wrong');
    end if;
    v_done := private.take_off_factors(v_actor, (command ->> 'current_session_id')::uuid, v_now);
    select count(*) into v_left from private.recovery_codes as c where c.user_id = v_actor;
    perform private.account_event(
        'recovery_code_used', 'high', v_actor, 1,
        jsonb_build_object('factors_removed', v_done.factors, 'sessions_ended', v_done.sessions, 'codes_left', v_left),
        v_now
    );
    return private.finish_command(command, jsonb_build_object(
        'factors_removed', v_done.factors, 'sessions_ended', v_done.sessions, 'codes_left', v_left,
        'money_out_from', v_done.money_out_from
    ), v_now);
end
$$;
comment on function service.recovery_code_use(service.command) is
'A person who has lost the second factor gives a recovery code in its place {code_hash: SHA-256 in hex, current_session_id, actor_id, aal, idempotency_key, request_hash} -> {factors_removed, sessions_ended, codes_left, money_out_from}. Removes every factor, ends the other sessions, and stops money out and new destinations for 72 hours. Raises recovery_code_wrong (403), session_not_found (404) and what private.ask raises.';
