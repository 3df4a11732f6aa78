-- Passwords and codes that POST /sign-in reports: Auth asks its hooks about them in plans that are paid for only.

-- Rows of a table read best one line each.
-- noqa: disable=LT05
insert into private.refusals (code, status, detail, hint) values
('invalid_credentials', 400, 'Invalid login credentials.', 'Try again later, or recover the password.'),
('email_not_confirmed', 400, 'The address of this account is not proved yet.', 'Answer the message sent there.'),
('mfa_verification_failed', 422, 'Invalid TOTP code entered.', 'Show the code that stands there now, or try later.'),
('second_factor_wait', 409, 'A code was just shown for another sign-in.', 'Wait 90 seconds, then show the code that stands there.'),
('factor_not_found', 404, 'You have no such second factor.', 'List your factors at Auth.');
-- noqa: enable=LT05

create function private.report_attempt(
    event jsonb, p_method text, p_is_refused boolean, p_session_id uuid
) returns text
language plpgsql volatile set search_path = ''
as $$
declare
    v_user uuid := (event ->> 'user_id')::uuid;
    v_decision text := 'reject';
begin
    if private.lock_account(v_user) then
        -- Where Auth asked its hook within this request the attempt is kept, and Auth has decided.
        if exists (
            select from public.login_attempts as a
            where a.user_id = v_user and a.method = p_method and a.source = 'hook'
                and a.id >= private.uuid_v7_floor(private.clock() - interval '15 seconds')
        ) then
            v_decision := 'continue';
        else
            v_decision := private.attempt(event, p_method, p_is_refused, 'sign_in');
        end if;
    end if;
    if v_decision = 'reject' then
        delete from auth.sessions as s where s.id = p_session_id and s.user_id = v_user;
    end if;
    return v_decision;
end
$$;
comment on function private.report_attempt(jsonb, text, boolean, uuid) is
'Keeps an attempt that Auth has answered already, unless its hook did, and decides as private.attempt. When it is rejected the session that Auth gave for it ends.';

-- Definer: service_role reads nothing of Auth, and writes no table of ours.
create function service.sign_in_record(
    email text, identifier_hash text, is_valid boolean, address text, report_id uuid, session_id uuid
) returns jsonb
language plpgsql volatile security definer set search_path = '' set lock_timeout = '1s'
as $$
declare
    v_user uuid := (
        select u.id from auth.users as u where u.email = lower(btrim(sign_in_record.email)) and not u.is_sso_user
    );
    v_address inet := case when pg_input_is_valid(sign_in_record.address, 'inet') then sign_in_record.address::inet end;
    v_now timestamptz := private.clock();
begin
    if v_user is null then
        insert into public.login_attempts (
            id, identifier_hash, method, is_valid, decision, address, source, report_id, created_at
        ) values (
            private.uuid_v7(v_now), sign_in_record.identifier_hash, 'password', false, 'continue',
            v_address, 'sign_in', sign_in_record.report_id, v_now
        );
        perform private.watch_spray(v_address, v_now);
        return '{"decision": "continue"}';
    end if;
    return jsonb_build_object('decision', private.report_attempt(jsonb_build_object(
        'user_id', v_user, 'valid', sign_in_record.is_valid, 'metadata', jsonb_build_object(
            'uuid', sign_in_record.report_id, 'ip_address', sign_in_record.address
        )
    ), 'password', false, sign_in_record.session_id));
end
$$;
comment on function service.sign_in_record(text, text, boolean, text, uuid, uuid) is
'Keeps a password that was tried at POST /sign-in -> {decision}: continue, or reject while the account is locked; the session that Auth gave then ends. Of a name that nobody has only identifier_hash is kept.';

-- Definer: as above.
create function service.second_factor_begin(user_id uuid, factor_id uuid, session_id uuid) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_since timestamptz := v_now - interval '90 seconds';
begin
    if private.is_code_shown(second_factor_begin.user_id, second_factor_begin.session_id, v_now) or (
        -- Also by one that has ended since.
        exists (
            select from public.login_attempts as a
            where a.user_id = second_factor_begin.user_id and a.factor_id = second_factor_begin.factor_id
                and a.is_valid and a.decision = 'continue' and a.id >= private.uuid_v7_floor(v_since)
        ) and not exists (
            select from auth.mfa_amr_claims as c
            where c.session_id = second_factor_begin.session_id
                and c.authentication_method = 'totp' and c.updated_at >= v_since
        )
    ) then
        perform private.refuse('second_factor_wait');
    end if;
    return '{}';
end
$$;
comment on function service.second_factor_begin(uuid, uuid, uuid) is
'Before a code goes to Auth, whose hook could only end every session of the person -> {}. Raises second_factor_wait (409): another session has shown a code within the 90 seconds for which Auth takes it.';

-- Definer: as above.
create function service.second_factor_record(
    user_id uuid, factor_id uuid, is_valid boolean, address text, report_id uuid, session_id uuid
) returns jsonb
language plpgsql volatile security definer set search_path = '' set lock_timeout = '1s'
as $$
declare
    v_is_shown boolean := false;
begin
    if second_factor_record.is_valid and private.lock_account(second_factor_record.user_id) then
        -- A statement of its own: of two at once the second then looks at what is left of the first.
        v_is_shown := private.is_code_shown(
            second_factor_record.user_id, second_factor_record.session_id, private.clock()
        );
    end if;
    return jsonb_build_object('decision', private.report_attempt(jsonb_build_object(
        'user_id', second_factor_record.user_id, 'valid', second_factor_record.is_valid,
        'factor_id', second_factor_record.factor_id, 'metadata', jsonb_build_object(
            'uuid', second_factor_record.report_id, 'ip_address', second_factor_record.address
        )
    ), 'second_factor', v_is_shown, second_factor_record.session_id));
end
$$;
comment on function service.second_factor_record(uuid, uuid, boolean, text, uuid, uuid) is
'Keeps a code that was tried at POST /sign-in/verify -> {decision}: continue, or reject while the second factor is locked, and a code that another session has just shown; the session then ends.';
