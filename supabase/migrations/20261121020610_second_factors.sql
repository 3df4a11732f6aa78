-- A second factor: how often it may be tried, and that a code is good for one session only.

create function private.is_code_reused(p_user_id uuid, p_factor_id uuid, p_now timestamptz) returns boolean
language plpgsql stable set search_path = ''
as $$
declare
    v_since timestamptz := p_now - interval '90 seconds';
begin
    -- Auth does not say which session asks: any that has not just shown the code might.
    return exists (
        select from public.login_attempts as a
        where a.user_id = p_user_id and a.factor_id = p_factor_id and a.is_valid and a.decision = 'continue'
            and a.id >= private.uuid_v7_floor(v_since)
    ) and exists (
        select from auth.sessions as s
        where s.user_id = p_user_id and not exists (
            select from auth.mfa_amr_claims as c
            where c.session_id = s.id and c.authentication_method = 'totp' and c.updated_at >= v_since
        )
    );
end
$$;
comment on function private.is_code_reused(uuid, uuid, timestamptz) is
'Whether a right code of a TOTP factor may be one that another session has shown: a code is good for 90 seconds at Auth, the factor was verified within them, and the person has a session that has not verified it.';

create function private.is_code_shown(p_user_id uuid, p_but uuid, p_now timestamptz) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return exists (
        select from auth.sessions as s
        inner join auth.mfa_amr_claims as c on c.session_id = s.id
        where s.user_id = p_user_id and s.id is distinct from p_but and c.authentication_method = 'totp'
            and c.updated_at >= p_now - interval '90 seconds'
    );
end
$$;
comment on function private.is_code_shown(uuid, uuid, timestamptz) is
'Whether a session of a person other than the named one has shown a code of a TOTP factor within the 90 seconds for which Auth takes it.';

-- Definer: Auth's own role writes no table of ours.
create function private.hook_mfa_verification(event jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' set lock_timeout = '1s'
as $$
declare
    v_user uuid;
    v_is_reused boolean := false;
begin
    v_user := (event ->> 'user_id')::uuid;
    if (event ->> 'valid')::boolean and event ->> 'factor_type' = 'totp' then
        -- A statement of its own: of two at once the second then looks at what the first showed.
        v_is_reused := not private.lock_account(v_user);
        v_is_reused := v_is_reused or private.is_code_reused(v_user, (event ->> 'factor_id')::uuid, private.clock());
    end if;
    return case private.attempt(event, 'second_factor', v_is_reused)
        when 'continue' then '{"decision": "continue"}'
        else '{"decision": "reject", "message": "Invalid TOTP code entered"}'
    end::jsonb;
exception when query_canceled or others then
    perform private.note_loss('mfa_verification', sqlstate, sqlerrm);
    -- An error refuses this code; a rejection would end every session of the person, too.
    return '{"error": {"http_code": 500, "message": "The code could not be checked. Try again later."}}';
end
$$;
comment on function private.hook_mfa_verification(jsonb) is
'MFA verification hook of Auth {user_id, factor_id, factor_type, valid, metadata} -> {decision, message}. Rejects while the second factor is locked, and a code that another session has just shown; Auth then ends every session of the person. A failure inside refuses the code, and is noted.';
