-- How verifications are recorded: an operator's command, or a provider's signed event.

insert into private.refusals (code, status, detail, hint) values
('bad_verification', 422, 'Name a flag to verify or revoke, or a tier to grant.', '');

-- Definer: service_role may give the command, not write the tables.
create function service.profile_verify(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    v_answer jsonb := private.begin_operator_command(
        'verification', command, array[(command ->> 'party_id')::uuid]
    );
    v_change text := command ->> 'change';
    v_profile public.profiles;
begin
    if v_answer is not null then
        return v_answer;
    end if;
    if not private.has_words(command ->> 'reason') or length(command ->> 'reason') > 500 then
        perform private.refuse('reason_required');
    elsif not exists (select from public.profiles where id = (command ->> 'party_id')::uuid) then
        perform private.refuse('profile_not_found');
    elsif not coalesce(case v_change
        when 'verify' then command ->> 'flag' = any (enum_range(null::public.verification_flag)::text[])
        when 'revoke' then command ->> 'flag' = any (enum_range(null::public.verification_flag)::text[])
        when 'grant_tier' then exists (select from public.verification_tiers where id = (command ->> 'tier')::integer)
        when 'withdraw_tier' then true
    end, false) or (command ->> 'name' is not null and (
        v_change <> 'verify' or command ->> 'flag' <> 'id_document' or private.name_key(command ->> 'name') is null
        or length(command ->> 'name') > 120
    )) then
        perform private.refuse('bad_verification');
    end if;
    insert into public.profile_verifications (party_id, change, flag, tier, compared_name, source)
    values (
        (command ->> 'party_id')::uuid, v_change,
        case when v_change in ('verify', 'revoke') then (command ->> 'flag')::public.verification_flag end,
        case when v_change = 'grant_tier' then (command ->> 'tier')::integer end,
        command ->> 'name', 'operator'
    );
    select * into v_profile from public.profiles where id = (command ->> 'party_id')::uuid;
    v_answer := jsonb_build_object(
        'party_id', v_profile.id, 'verification_tier', v_profile.verification_tier,
        'granted_tier', v_profile.granted_tier,
        'flags', to_jsonb((private.verified_now(v_profile.id)).flags),
        'name_verified', private.has_verified_name(v_profile.id)
    );
    return private.finish_command(command, v_answer, private.clock());
end
$$;
comment on function service.profile_verify(service.command) is
'Operator command {party_id, change (verify, revoke, grant_tier, withdraw_tier), flag or tier, name (on the document, of flag id_document), reason, actor_id, aal, idempotency_key, request_hash} -> {party_id, verification_tier, granted_tier, flags, name_verified, replayed}. Nobody verifies themselves. Raises reason_required, bad_verification (422), profile_not_found (404), not_your_move (403).';

-- Definer: as profile_verify.
create function service.verification_event(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    v_now timestamptz := private.clock();
    v_occurred timestamptz := least((command ->> 'occurred_at')::timestamptz, v_now);
    v_party uuid := (command ->> 'party_id')::uuid;
    v_change text := case command ->> 'type'
        when 'verification.approved' then 'verify'
        when 'verification.revoked' then 'revoke'
    end;
    v_outcome text := case
        when v_party is not null and not exists (select from public.profiles where id = v_party) then 'unmatched'
        when v_change is null then 'noted'
        else 'applied'
    end;
begin
    if not coalesce(isfinite((command ->> 'occurred_at')::timestamptz), false) or (v_change is not null and num_nulls(command ->> 'flag', v_party) > 0) then
        perform private.refuse('bad_verification');
    end if;
    insert into public.webhook_events (
        provider, event_id, type, body, outcome, occurred_at, request_id, received_at
    ) values (
        command ->> 'provider', command ->> 'provider_event_id', command ->> 'type', command ->> 'body', v_outcome,
        v_occurred, private.request_id(), v_now
    ) on conflict (provider, event_id) do nothing;
    if not found then
        return '{"outcome": "repeated"}';
    end if;
    if v_outcome = 'applied' then
        insert into public.profile_verifications (
            party_id, change, flag, compared_name, source, provider, provider_reference, occurred_at
        ) values (
            v_party, v_change, (command ->> 'flag')::public.verification_flag,
            case when v_change = 'verify' and command ->> 'flag' = 'id_document' and private.name_key(command ->> 'name') is not null
                -- An odd name compares with nothing; the check itself is kept.
                and private.text_problem('line', private.clean_text('line', command ->> 'name')) is null and length(command ->> 'name') <= 120
                then command ->> 'name'
            end, 'provider', command ->> 'provider',
            command ->> 'provider_reference', v_occurred
        );
    end if;
    return jsonb_build_object('outcome', v_outcome);
end
$$;
comment on function service.verification_event(service.command) is
'A provider''s event whose signature was checked {provider, provider_event_id, type, occurred_at, body, party_id, flag, name (on the document), provider_reference} -> {outcome: applied, noted, unmatched or repeated}. verification.approved and .revoked change the history; other types are kept. Raises bad_verification (422).';
