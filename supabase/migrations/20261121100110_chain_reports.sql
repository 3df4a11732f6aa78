-- The report that the rail makes of a deposit on the chain, for the purpose of the deposit.

create function private.chain_rail(p_chain bigint) returns text
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select r.id from public.rails as r inner join public.networks as n on n.id = r.network_id
        where n.chain_id = p_chain and r.has_deposit_addresses
    );
end
$$;
comment on function private.chain_rail(bigint) is 'Rail over a chain; null: none is.';

create function private.rail_chain(p_rail text) returns bigint
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select n.chain_id from public.rails as r inner join public.networks as n on n.id = r.network_id
        where r.id = p_rail
    );
end
$$;
comment on function private.rail_chain(text) is 'Chain of a rail, by its EIP-155 id; null: it has none.';

create function private.counts_for(p_deposit public.chain_deposits) returns public.deposit_requests
language plpgsql stable set search_path = ''
as $$
declare
    v_rail text := private.chain_rail(p_deposit.chain_id);
    v_request public.deposit_requests;
begin
    select * into strict v_request from public.deposit_requests as r where r.id = p_deposit.request_id;
    if v_request.rail <> v_rail then
        v_request.rail := v_rail;
        if v_request.amount is not null then
            v_request.purpose := 'wallet';
            v_request.reference_id := v_request.party_id;
        end if;
        v_request.currency := null;
        v_request.amount := null;
    end if;
    return v_request;
end
$$;
comment on function private.counts_for(public.chain_deposits) is
'What a deposit is for: the request whose address it came to. If it came over another chain than that is for, nothing that was asked for: of what takes any amount, such as a wallet or an invoice; else in the wallet of the party.';

create function private.report_of_deposit(p_deposit public.chain_deposits, p_credits integer) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_request public.deposit_requests := private.counts_for(p_deposit);
begin
    return jsonb_build_object(
        'rail', v_request.rail, 'purpose', v_request.purpose, 'reference_id', v_request.reference_id,
        'currency', p_deposit.currency,
        'amount', trim_scale(p_deposit.amount)::text, 'reference', p_deposit.transaction_hash,
        'kind', 'funds', 'provider_time', p_deposit.block_time, 'provider_event_id', concat_ws(
            ':', p_deposit.chain_id, p_deposit.transaction_hash, p_deposit.log_index, nullif(p_credits, 1)
        )
    );
end
$$;
comment on function private.report_of_deposit(public.chain_deposits, integer) is
'What the rail says of a deposit when it is credited for the nth time.';

create function private.report_deposit(p_deposit public.chain_deposits) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    perform private.rail_report(private.report_of_deposit(p_deposit, p_deposit.credits));
end
$$;
comment on function private.report_deposit(public.chain_deposits) is 'Tells the engine of a deposit that was credited.';
