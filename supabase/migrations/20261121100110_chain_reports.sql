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

create function private.report_of_deposit(p_deposit public.chain_deposits, p_credits integer) returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return (select jsonb_build_object(
        'rail', d.rail, 'purpose', d.purpose, 'reference_id', d.reference_id, 'currency', p_deposit.currency,
        'amount', trim_scale(p_deposit.amount)::text, 'reference', p_deposit.transaction_hash,
        'kind', 'funds', 'provider_time', p_deposit.block_time, 'provider_event_id', concat_ws(
            ':', p_deposit.chain_id, p_deposit.transaction_hash, p_deposit.log_index, nullif(p_credits, 1)
        )
    ) from public.deposit_requests as d where d.id = p_deposit.request_id);
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
