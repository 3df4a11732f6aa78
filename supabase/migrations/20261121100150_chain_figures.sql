-- What a chain holds for us, of one final block, and what is between that block and the books.

-- Definer: schedules have no user.
create function service.chain_figures(chain_id bigint) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
begin
    return jsonb_build_object(
        'read_up_to', (select max(c.block_number) from public.chain_cursors as c where c.chain_id = chain_figures.chain_id),
        'wallets', (
            select coalesce(jsonb_agg(w.address order by w.address), '[]') from public.chain_wallets as w
            where w.chain_id = chain_figures.chain_id
        )
    );
end
$$;
comment on function service.chain_figures(bigint) is
'Before a chain is asked what it holds {read_up_to: last block that was read, or null, wallets that ever paid out}.';

-- Definer: as above.
create function service.chain_payouts_open(chain_id bigint) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
begin
    return (
        select coalesce(jsonb_agg(jsonb_build_object('address', p.wallet, 'nonce', p.nonce, 'hashes', (
            select jsonb_agg(t.transaction_hash order by t.number) from public.chain_transactions as t
            where t.chain_payout_id = p.id
        )) order by p.wallet, p.nonce), '[]')
        from public.payouts as i
        inner join public.chain_payouts as p on i.id = p.payout_id and i.attempt = p.attempt
        where p.chain_id = chain_payouts_open.chain_id and i.state in ('claimed', 'submitted', 'unknown')
    );
end
$$;
comment on function service.chain_payouts_open(bigint) is
'Attempts of payouts that have not ended [{address, nonce, hashes of their transactions}].';

create function private.gas_under_way(p_chain bigint, p_told jsonb) returns numeric
language plpgsql stable set search_path = ''
as $$
begin
    return coalesce((
        select sum(e.amount)
        from jsonb_to_recordset(p_told -> 'wallets') as w (address text, nonce bigint)
        inner join public.chain_payouts as p on p.chain_id = p_chain and w.address = p.wallet and p.nonce >= w.nonce
        inner join public.chain_transactions as t on t.chain_payout_id = p.id
        inner join private.rail_costs as k
            on k.rail = private.chain_rail(p_chain) and k.provider_event_id = 'gas:' || t.transaction_hash
        inner join public.ledger_entries as e on e.transfer_id = k.transfer_id and e.amount > 0
    ), 0) - coalesce((
        select sum(w.cost)
        from jsonb_to_recordset(p_told -> 'paid') as w (hash text, cost numeric)
        where not exists (
            select from private.rail_costs as k
            where k.rail = private.chain_rail(p_chain) and k.provider_event_id = 'gas:' || w.hash
        )
    ), 0);
end
$$;
comment on function private.gas_under_way(bigint, jsonb) is
'What the books have paid for gas after a block, less what the chain took up to it and the books do not have yet; p_told as private.chain_under_way has it.';

create function private.chain_under_way(p_currency text, p_told jsonb) returns numeric
language plpgsql stable set search_path = ''
as $$
declare
    v_chain bigint := (p_told ->> 'chain_id')::bigint;
    v_block bigint := (p_told ->> 'block_number')::bigint;
begin
    if v_block is null or private.chain_rail(v_chain) is distinct from p_told ->> 'rail' then
        perform private.refuse('bad_figures');
    end if;
    return coalesce((
        -- A deposit that an answer contradicts is not believed in either way.
        select sum(case when d.block_number > v_block then -d.amount else d.amount end)
        from public.chain_deposits as d
        where d.chain_id = v_chain and d.currency = p_currency and d.watched and case
            when d.block_number > v_block then d.state in ('credited', 'quarantined')
            else d.state = 'seen' and d.doubt = ''
        end
    ), 0) + coalesce((
        select sum(p.amount)
        from jsonb_to_recordset(p_told -> 'wallets') as w (address text, nonce bigint)
        inner join public.chain_payouts as p
            on p.chain_id = v_chain and w.address = p.wallet and p.nonce >= w.nonce and p.currency = p_currency
        inner join public.payouts as i on p.payout_id = i.id and p.attempt = i.attempt
        where i.state = 'confirmed'
    ), 0) - coalesce((
        select sum(p.amount)
        from jsonb_to_recordset(p_told -> 'paid') as w (address text, nonce bigint, is_paid boolean)
        inner join public.chain_payouts as p
            on p.chain_id = v_chain and w.address = p.wallet and w.nonce = p.nonce and p.currency = p_currency
        inner join public.payouts as i on p.payout_id = i.id and p.attempt = i.attempt
        where i.state in ('claimed', 'submitted', 'unknown') and w.is_paid
    ), 0) + case when p_currency = private.chain_coin(v_chain) then private.gas_under_way(v_chain, p_told) else 0 end;
end
$$;
comment on function private.chain_under_way(text, jsonb) is
'What the chain has at a block and the books do not have, less what they have of later blocks {rail, chain_id, block_number, wallets [{address, nonce: how many it had used}], paid [{address, nonce, hash, cost, is_paid} of transactions that were in a block and may not have ended in the books]}. Raises bad_figures (422).';

-- Definer: as private.deposit_holdings.
create function private.deposits_to_sweep() returns table (
    rail text, currency text, address text, amount public.money_amount, as_of timestamptz
)
language plpgsql stable security definer set search_path = ''
as $$
begin
    if not private.is_acting_staff('operator') then
        return;
    end if;
    return query
    select b.rail, b.currency, b.address, b.amount, b.as_of
    from private.held_at_addresses() as b
    where not exists (
        select from public.chain_deposits as s
        inner join public.deposit_quarantines as q
            on s.chain_id = q.chain_id and s.transaction_hash = q.transaction_hash and s.log_index = q.log_index
        where s.request_id = b.request_id and s.state = 'quarantined' and q.reason = 'flagged'
    );
end
$$;
comment on function private.deposits_to_sweep() is 'As the view public.deposits_to_sweep; no row for anybody but operators.';

create view public.deposits_to_sweep with (security_invoker = true) as
select
    s.rail,
    s.currency,
    s.address,
    s.amount,
    sum(s.amount) over (
        partition by s.currency order by s.amount desc, s.address asc
    )::public.money_amount as amount_so_far,
    s.as_of
from private.deposits_to_sweep() as s
order by s.amount desc, s.address asc;
comment on view public.deposits_to_sweep is
'For operators: deposit addresses that hold money, biggest first, and not whose they are; not those where money of an address that is warned of waits.';
comment on column public.deposits_to_sweep.rail is 'Over which it came, whatever the address was given for.';
comment on column public.deposits_to_sweep.currency is 'What it holds.';
comment on column public.deposits_to_sweep.address is 'The address; the treasury knows its index by it.';
comment on column public.deposits_to_sweep.amount is 'How much.';
comment on column public.deposits_to_sweep.amount_so_far is 'With all bigger ones of the currency: how far down to go.';
comment on column public.deposits_to_sweep.as_of is 'Since when it is known to hold that.';
