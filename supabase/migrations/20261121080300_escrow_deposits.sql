-- How the payer pays an escrow over an outside rail.

insert into private.refusals (code, status, detail, hint) values
('not_awaiting_funds', 409, 'The escrow does not wait for money.', 'Read the escrow again.');

-- Definer: service_role may give commands, not write the tables.
create function service.escrow_deposit_begin(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_context private.escrow_command_context := private.begin_escrow_command(command, 'escrow_deposit_begin');
    v_escrow private.escrow_transactions := v_context.escrow;
    v_request public.deposit_requests;
begin
    if v_context.answer is not null then
        return jsonb_build_object('answer', v_context.answer);
    elsif not private.acts_for(v_context.actor_id, v_escrow.payer_id) then
        perform private.refuse('not_your_move');
    elsif private.rail_kind(v_escrow.rail) is distinct from command ->> 'address_kind' then
        perform private.refuse('other_rail');
    elsif v_escrow.state <> 'awaiting_funds' or v_context.now > v_escrow.expires_at then
        perform private.refuse('not_awaiting_funds');
    elsif v_escrow.frozen_at is not null then
        perform private.refuse('escrow_frozen');
    elsif not (select r.refunds_itself from public.rails as r where r.id = v_escrow.rail) and not exists (
        select from public.payout_destinations as d
        where d.party_id = v_escrow.payer_id and d.rail = v_escrow.rail and d.removed_at is null
            and d.default_from is not null
    ) then
        perform private.refuse('destination_required');
    end if;
    v_request.purpose := 'escrow';
    v_request.reference_id := v_escrow.id;
    v_request.party_id := v_escrow.payer_id;
    v_request.rail := v_escrow.rail;
    v_request.currency := v_escrow.currency;
    v_request.amount := v_escrow.amount;
    v_request.requested_by := v_context.actor_id;
    v_request.created_at := v_context.now;
    v_request := private.request_deposit(v_request, command ->> 'key_fingerprint');
    return private.deposit_read(v_request) || jsonb_build_object('expires_at', v_escrow.expires_at);
end
$$;
comment on function service.escrow_deposit_begin(service.command) is
'The payer asks how to pay {escrow_id, address_kind: of the rails that the function works, key_fingerprint, actor_id, idempotency_key, request_hash}: what to pay, one address or payment per escrow, as private.deposit_read with expires_at, or {answer} when the key was answered before. Raises not_your_move (403), other_rail, not_awaiting_funds, escrow_frozen, destination_required (409), reference_required (422).';

-- Definer: as above.
create function service.escrow_deposit_place(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_context private.escrow_command_context := private.begin_escrow_command(command, 'escrow_deposit_place');
    v_escrow private.escrow_transactions := v_context.escrow;
    v_request public.deposit_requests;
begin
    if v_context.answer is not null then
        return v_context.answer;
    elsif not private.acts_for(v_context.actor_id, v_escrow.payer_id) then
        perform private.refuse('not_your_move');
    end if;
    select * into v_request from public.deposit_requests as d
    where d.purpose = 'escrow' and d.reference_id = v_escrow.id;
    if not found then
        perform private.refuse('not_awaiting_funds');
    elsif (case when v_request.address_index is not null
        then num_nulls(command ->> 'address', command ->> 'chain_id', command ->> 'token')
        else num_nulls(command ->> 'provider_reference', command ->> 'client_secret')
    end > 0) then
        perform private.refuse('reference_required');
    end if;
    v_request := private.place_deposit(v_request.id, command);
    return private.finish_command(command, jsonb_strip_nulls(jsonb_build_object(
        'escrow_id', v_escrow.id, 'rail', v_escrow.rail, 'currency', v_escrow.currency,
        'amount', trim_scale(v_escrow.amount)::text, 'expires_at', v_escrow.expires_at,
        'address', v_request.address, 'provider_reference', v_request.provider_reference,
        'client_secret', command ->> 'client_secret',
        'chain_id', (command ->> 'chain_id')::bigint, 'token', command ->> 'token'
    )), v_context.now);
end
$$;
comment on function service.escrow_deposit_place(service.command) is
'Writes the address or the payment of an escrow''s deposit, once {escrow_id, address, key_fingerprint, address_index, chain_id, token | provider_reference, client_secret, actor_id, idempotency_key, request_hash} -> how to pay. Raises not_your_move (403), reference_required (422), not_awaiting_funds, deposit_request_fixed (409).';

create function private.escrow_deposit_standing(p_escrow_id uuid) returns text
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select case when e.state <> 'awaiting_funds' or (e.frozen_at is null and private.clock() > e.expires_at) then 'over'
            when e.frozen_at is not null then 'waits' else 'wanted' end
        from private.escrow_transactions as e where e.id = p_escrow_id
    );
end
$$;
comment on function private.escrow_deposit_standing(uuid) is
'Whether an escrow still wants its money: wanted; waits, it is frozen; over.';

create function private.escrow_source_reference(p_escrow_id uuid) returns text
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select d.provider_reference from public.deposit_requests as d
        where d.purpose = 'escrow' and d.reference_id = p_escrow_id
    );
end
$$;
comment on function private.escrow_source_reference(uuid) is 'What the rail calls the payment of an escrow; null on a chain.';
