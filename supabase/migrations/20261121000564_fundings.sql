-- How the payer pays an escrow over an outside rail.

create sequence private.funding_address_index as bigint minvalue 0 start 0;
comment on sequence private.funding_address_index is 'Index of the next deposit address below the extended public key.';

create table public.escrow_fundings (
    escrow_id uuid primary key references public.escrow_transactions (id) on delete restrict,
    rail text not null references public.rails (id) on delete restrict
    check (rail <> 'internal'),
    address_index bigint unique,
    address text unique check (length(address) between 1 and 255),
    provider_reference text unique check (length(provider_reference) between 1 and 255),
    requested_by uuid not null references auth.users (id) on delete restrict,
    created_at timestamptz not null,
    closed_at timestamptz,
    constraint escrow_fundings_as_the_rail_has_it check (
        case rail when 'usdc_base' then address_index is not null and provider_reference is null
            else address_index is null and address is null end
    )
);
alter table public.escrow_fundings enable row level security;
create index escrow_fundings_requested_by_idx on public.escrow_fundings (requested_by);
create index escrow_fundings_open_idx on public.escrow_fundings (rail, created_at) where closed_at is null;
comment on table public.escrow_fundings is
'Where the payer pays an escrow on an outside rail: a deposit address of its own, or a payment of the card rail. One per escrow, never changed.';
comment on column public.escrow_fundings.escrow_id is 'Escrow that is paid.';
comment on column public.escrow_fundings.rail is 'Rail of the escrow.';
comment on column public.escrow_fundings.address_index is 'Index of the address below the extended public key; null for cards.';
comment on column public.escrow_fundings.address is 'Deposit address on Base, of this escrow only; null for cards.';
comment on column public.escrow_fundings.provider_reference is 'PaymentIntent of Stripe; null on the chain.';
comment on column public.escrow_fundings.requested_by is 'User who asked to pay.';
comment on column public.escrow_fundings.created_at is 'When, by the database clock.';
comment on column public.escrow_fundings.closed_at is 'When the rail had nothing more to say about it: captured, or cancelled; null while it is watched.';

create function private.tg_escrow_fundings__guard() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if (old.escrow_id, old.rail, old.address_index, old.requested_by, old.created_at)
        is distinct from (new.escrow_id, new.rail, new.address_index, new.requested_by, new.created_at)
        or (old.address is not null and new.address is distinct from old.address)
        or (old.provider_reference is not null and new.provider_reference is distinct from old.provider_reference) then
        raise sqlstate 'PT409' using
            message = 'funding_fixed', detail = 'Where an escrow is paid never changes.';
    end if;
    return new;
end
$$;
comment on function private.tg_escrow_fundings__guard() is 'Where money is expected never changes.';
create trigger _500_guard before update on public.escrow_fundings
for each row execute function private.tg_escrow_fundings__guard();
create trigger _510_own_address after insert or update of address on public.escrow_fundings
for each row execute function private.tg__own_address('evm');
create trigger _000_never_deleted before delete or truncate on public.escrow_fundings
for each statement execute function private.tg__append_only();

insert into private.refusals (code, status, detail, hint) values
('destination_required', 409, 'Name first where money goes that comes back to you.', 'POST /payout-destinations.'),
('not_awaiting_funds', 409, 'The escrow does not wait for money.', 'Read the escrow again.');

-- Definer: service_role may give commands, not write the tables.
create function service.funding_begin(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_turn private.escrow_turn := private.begin_escrow_command(command, 'funding_begin');
    v_escrow public.escrow_transactions := v_turn.escrow;
    v_funding public.escrow_fundings;
begin
    if v_turn.answer is not null then
        return jsonb_build_object('answer', v_turn.answer);
    elsif not private.acts_for(v_turn.actor_id, v_escrow.payer_id) then
        perform private.refuse('not_your_move');
    elsif v_escrow.rail::text is distinct from command ->> 'rail' then
        perform private.refuse('other_rail');
    elsif v_escrow.state <> 'awaiting_funds' or v_turn.now > v_escrow.expires_at then
        perform private.refuse('not_awaiting_funds');
    elsif v_escrow.frozen_at is not null then
        perform private.refuse('escrow_frozen');
    elsif v_escrow.rail = 'usdc_base' and not exists (
        select from public.payout_destinations as d
        where d.party_id = v_escrow.payer_id and d.rail = v_escrow.rail and d.replaced_at is null
    ) then
        perform private.refuse('destination_required');
    end if;
    insert into public.escrow_fundings (escrow_id, rail, address_index, requested_by, created_at)
    values (
        v_escrow.id, v_escrow.rail, case v_escrow.rail when 'usdc_base' then nextval('private.funding_address_index') end,
        v_turn.actor_id, v_turn.now
    ) on conflict (escrow_id) do nothing;
    select * into strict v_funding from public.escrow_fundings where escrow_id = v_escrow.id;
    return jsonb_build_object(
        'escrow_id', v_escrow.id, 'rail', v_escrow.rail, 'currency', v_escrow.currency,
        'amount', trim_scale(v_escrow.amount)::text, 'expires_at', v_escrow.expires_at,
        'address_index', v_funding.address_index, 'address', v_funding.address,
        'provider_reference', v_funding.provider_reference
    );
end
$$;
comment on function service.funding_begin(service.command) is
'The payer asks how to pay {escrow_id, rail, actor_id, idempotency_key, request_hash}: what to pay, one address or payment per escrow, or {answer} when the key was answered before. Raises not_your_move (403), other_rail, not_awaiting_funds, escrow_frozen, destination_required (409).';

-- Definer: as above.
create function service.funding_attach(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_turn private.escrow_turn := private.begin_escrow_command(command, 'funding_attach');
    v_escrow public.escrow_transactions := v_turn.escrow;
    v_funding public.escrow_fundings;
begin
    if v_turn.answer is not null then
        return v_turn.answer;
    elsif not private.acts_for(v_turn.actor_id, v_escrow.payer_id) then
        perform private.refuse('not_your_move');
    elsif (case v_escrow.rail
        when 'usdc_base' then num_nulls(command ->> 'address', command ->> 'chain_id', command ->> 'token')
        else num_nulls(command ->> 'provider_reference', command ->> 'client_secret')
    end > 0) then
        perform private.refuse('reference_required');
    end if;
    update public.escrow_fundings set
        address = coalesce(command ->> 'address', address),
        provider_reference = coalesce(command ->> 'provider_reference', provider_reference)
    where escrow_id = v_escrow.id
    returning * into v_funding;
    if not found then
        perform private.refuse('not_awaiting_funds');
    end if;
    return private.finish_command(command, jsonb_strip_nulls(jsonb_build_object(
        'escrow_id', v_escrow.id, 'rail', v_escrow.rail, 'currency', v_escrow.currency,
        'amount', trim_scale(v_escrow.amount)::text, 'expires_at', v_escrow.expires_at,
        'address', v_funding.address, 'provider_reference', v_funding.provider_reference,
        'client_secret', command ->> 'client_secret',
        'chain_id', (command ->> 'chain_id')::bigint, 'token', command ->> 'token'
    )), v_turn.now);
end
$$;
comment on function service.funding_attach(service.command) is
'Writes the address or the payment of a funding, once {escrow_id, address, chain_id, token | provider_reference, client_secret, actor_id, idempotency_key, request_hash} -> how to pay. Raises not_your_move (403), reference_required (422), not_awaiting_funds, funding_fixed (409).';

create function private.funding_look(p_funding public.escrow_fundings) returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select jsonb_build_object(
            'escrow_id', e.id, 'rail', e.rail, 'state', e.state, 'frozen', e.frozen_at is not null,
            'wanted', e.state = 'awaiting_funds' and e.frozen_at is null and private.clock() <= e.expires_at,
            'currency', e.currency, 'amount', trim_scale(e.amount)::text, 'expires_at', e.expires_at,
            'address', p_funding.address, 'address_index', p_funding.address_index,
            'provider_reference', p_funding.provider_reference, 'closed', p_funding.closed_at is not null
        )
        from public.escrow_transactions as e where e.id = p_funding.escrow_id
    );
end
$$;
comment on function private.funding_look(public.escrow_fundings) is
'A funding and whether its escrow still wants the money.';

-- Definer: as above.
create function service.funding_look(escrow_id uuid default null, provider_reference text default null) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
begin
    return (
        select private.funding_look(f) from public.escrow_fundings as f
        where f.escrow_id = funding_look.escrow_id or f.provider_reference = funding_look.provider_reference
        limit 1
    );
end
$$;
comment on function service.funding_look(uuid, text) is
'The funding of an escrow, or of a payment of the rail, and whether the money is still wanted; null when there is none.';

-- Definer: as above.
create function service.funding_close(escrow_id uuid) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
#variable_conflict use_column
begin
    update public.escrow_fundings as f set closed_at = private.clock()
    where f.escrow_id = funding_close.escrow_id and f.closed_at is null;
    return found;
end
$$;
comment on function service.funding_close(uuid) is 'The rail has nothing more to say about a funding.';

create function private.funding_reference(p_escrow_id uuid) returns text
language plpgsql stable set search_path = ''
as $$
begin
    return (select f.provider_reference from public.escrow_fundings as f where f.escrow_id = p_escrow_id);
end
$$;
comment on function private.funding_reference(uuid) is 'What the rail calls the payment of an escrow; null on a chain.';
