-- How an escrow begins. The caller has locked what it comes from.

create function private.escrow_open(
    p_id uuid, p_product public.escrow_product, p_policy_id text, p_rail public.escrow_rail,
    p_payer_id uuid, p_payee_id uuid,
    p_currency text, p_amount numeric, p_perform_within interval, p_accept_within interval,
    p_terms_hash text, p_event text,
    p_role public.escrow_role, p_actor_id uuid, p_state public.escrow_state,
    p_deadline_at timestamptz, p_expires_at timestamptz, p_payload jsonb, p_now timestamptz
) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    -- Settling joins these wallets, so they exist from the start.
    perform ledger.wallet_of(p_payee_id, p_currency), ledger.wallet_of(private.platform_party(), p_currency, 'fees');
    insert into public.escrow_transactions (
        id, product, policy_id, rail, payer_id, payee_id, currency, amount, fee_bps, perform_within, accept_within,
        terms_hash,
        state, deadline_at, expires_at, last_event, last_actor_role, last_actor_id, last_payload, created_at, updated_at
    )
    select p_id, p_product, p.id, p_rail, p_payer_id, p_payee_id, p_currency, p_amount, p.fee_bps, p_perform_within,
        coalesce(p_accept_within, p.accept_within), p_terms_hash, p_state, p_deadline_at, p_expires_at, p_event, p_role, p_actor_id, p_payload, p_now, p_now
    from public.escrow_policies as p where p.id = p_policy_id;
end
$$;
comment on function private.escrow_open(
    uuid, public.escrow_product, text, public.escrow_rail, uuid, uuid, text, numeric, interval, interval, text, text, public.escrow_role, uuid,
    public.escrow_state, timestamptz, timestamptz, jsonb, timestamptz
) is 'Begins an escrow with its first event; the guard checks that it may begin so. p_accept_within null: as long as the policy gives.';

-- Definer: service_role may give commands, not write the tables.
create function service.escrow_open(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_id uuid := private.uuid_v7(v_now);
    v_owner uuid := private.external_party();
    v_policy public.escrow_policies;
    v_answer jsonb;
begin
    if command ->> 'idempotency_key' is null or command ->> 'request_hash' is null then
        perform private.refuse('idempotency_key_required');
    end if;
    perform pg_advisory_xact_lock(hashtextextended('escrow_open' || (command ->> 'idempotency_key'), 0));
    v_answer := private.stored_answer(v_owner, command ->> 'idempotency_key', command ->> 'request_hash');
    if v_answer is not null then
        return v_answer;
    end if;
    select * into v_policy from public.escrow_policies where id = command ->> 'policy_id';
    if not found or not coalesce(
        (command ->> 'amount')::numeric > 0 and private.fits((command ->> 'amount')::numeric, command ->> 'currency') and command ->> 'terms_hash' ~ '^[0-9a-f]{64}$', false
    ) then
        raise sqlstate 'PT422' using
            message = 'bad_terms',
            detail = 'A known policy, a known currency, an amount above zero in its decimals and the sha256 of the terms are needed.';
    end if;
    if not private.other_side_may((command ->> 'payer_id')::uuid, 'escrow_open')
        or not private.other_side_may((command ->> 'payee_id')::uuid, 'escrow_open') then
        perform private.refuse('party_unavailable');
    end if;
    perform private.escrow_open(
        v_id, 'market', v_policy.id, coalesce((command ->> 'rail')::public.escrow_rail, 'internal'),
        (command ->> 'payer_id')::uuid, (command ->> 'payee_id')::uuid, command ->> 'currency',
        (command ->> 'amount')::numeric,
        coalesce(make_interval(secs => (command ->> 'perform_within')::double precision), v_policy.perform_within),
        null, command ->> 'terms_hash', 'open', 'system', null, 'proposed',
        v_now + v_policy.sign_within, v_now + v_policy.sign_within, '{}', v_now
    );
    v_answer := jsonb_build_object('escrow_id', v_id, 'version', 1, 'state', 'proposed');
    perform private.store_answer(v_owner, command ->> 'idempotency_key', command ->> 'request_hash', v_answer, v_now);
    return v_answer || '{"replayed": false}';
end
$$;
comment on function service.escrow_open(service.command) is
'Proposes an escrow over signed terms {payer_id, payee_id, policy_id, rail, currency, amount, perform_within seconds, terms_hash, idempotency_key, request_hash} -> {escrow_id}. Raises bad_terms (422), party_unavailable (409).';
