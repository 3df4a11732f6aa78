-- Looks at what deposit addresses hold of the coin of their chain: a rise is a deposit.

create function private.coin_accounted(p_chain bigint, p_request_id uuid) returns numeric
language plpgsql stable set search_path = ''
as $$
begin
    return coalesce((
        select sum(d.amount) from public.chain_deposits as d
        where d.chain_id = p_chain and d.request_id = p_request_id and d.token = private.coin_address() and d.state <> 'dropped'
    ), 0) - coalesce((
        select sum(s.amount + s.cost) from public.chain_sweeps as s
        where s.chain_id = p_chain and s.request_id = p_request_id
    ), 0);
end
$$;
comment on function private.coin_accounted(bigint, uuid) is
'What a deposit address should hold of its coin: what came in, less what the treasury took and what that cost.';

-- Definer: rails have no user.
create function service.chain_coins(
    chain_id bigint, after uuid default null, max_rows integer default 1000, slice integer default null,
    active boolean default false
) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select coalesce(jsonb_agg(jsonb_build_object(
            'id', f.id, 'address', f.address, 'block_number', coalesce(l.block_number, 0),
            'accounted', trim_scale(private.coin_accounted(chain_coins.chain_id, f.id))::text, 'swept', (
                select count(*) from public.chain_sweeps as s
                where s.chain_id = chain_coins.chain_id and s.request_id = f.id
            )
        ) order by f.id), '[]')
        from (
            select o.id, o.address from public.deposit_requests as o
            where o.rail = any (private.shares_addresses(private.chain_rail(chain_coins.chain_id)))
                and o.address is not null and private.is_coin(o.currency)
                and (chain_coins.slice is null or o.slice = chain_coins.slice)
                and (not chain_coins.active or o.active_until > private.clock())
                and (chain_coins.after is null or o.id > chain_coins.after)
            order by o.id limit least(greatest(max_rows, 1), 5000)
        ) as f
        left join public.chain_coin_looks as l on l.chain_id = chain_coins.chain_id and l.request_id = f.id
    );
end
$$;
comment on function service.chain_coins(bigint, uuid, integer, integer, boolean) is
'A page of the addresses at which coins are expected, after one, with what they should hold [{id, address, block_number: of the last look, accounted, swept: how many of the transactions that it sent are known}]. An address that was given for a token is none: the treasury sends it gas.';

create function private.keep_sweeps(p_chain bigint, p_sweeps jsonb, p_now timestamptz) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_sweep record;
begin
    for v_sweep in
        select x.* from jsonb_to_recordset(p_sweeps) as x (
            id uuid, nonce bigint, transaction_hash text, amount numeric, cost numeric, block_number bigint
        ) order by x.id, x.nonce
    loop
        insert into public.chain_sweeps (
            chain_id, request_id, nonce, transaction_hash, currency, amount, cost, block_number, found_at
        ) values (
            p_chain, v_sweep.id, v_sweep.nonce, v_sweep.transaction_hash, private.chain_coin(p_chain), v_sweep.amount,
            v_sweep.cost, v_sweep.block_number, p_now
        ) on conflict do nothing;
        if found then
            perform service.rail_cost(jsonb_build_object(
                'rail', private.chain_rail(p_chain), 'provider_event_id', 'gas:' || v_sweep.transaction_hash,
                'currency', private.chain_coin(p_chain), 'amount', trim_scale(v_sweep.cost)::text, 'memo', 'Gas of a sweep'
            ));
        end if;
    end loop;
end
$$;
comment on function private.keep_sweeps(bigint, jsonb, timestamptz) is
'Keeps what deposit addresses have sent [{id of the request, nonce, transaction_hash, amount, cost, block_number}], each once; what the network took is the platform''s cost.';

create function private.coin_place(p_chain bigint, p_name text, p_block text) returns integer
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select count(*) from public.chain_deposits as d
        where d.chain_id = p_chain and d.transaction_hash = p_name and (d.state <> 'dropped' or p_name = p_block)
    );
end
$$;
comment on function private.coin_place(bigint, text, text) is
'What tells a deposit of a coin from others of its transaction or block. One that a reorganisation took and that comes back has the place that it had.';

-- Definer: as above.
create function service.chain_coins_looked(look service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_chain bigint := (look ->> 'chain_id')::bigint;
    v_block bigint := (look -> 'last' ->> 'number')::bigint;
    v_time timestamptz := least((look -> 'last' ->> 'time')::timestamptz, v_now);
    v_seen record;
    v_rise numeric;
    v_name text;
    v_transfer jsonb;
    v_verdicts jsonb := '[]';
    v_found integer := 0;
    v_stuck integer := 0;
begin
    -- Money is posted in the order of everybody: the books before the chain.
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    perform pg_advisory_xact_lock(hashtextextended('holdfast.chain_cursors', v_chain));
    perform private.keep_sweeps(v_chain, look -> 'sweeps', v_now);
    for v_seen in
        select a.*, r.address, r.created_at, l.block_time as after
        from jsonb_to_recordset(look -> 'addresses') as a (
            id uuid, balance numeric, nonce bigint, transaction_hash text, sender text, proof jsonb
        )
        inner join public.deposit_requests as r on r.id = a.id
        left join public.chain_coin_looks as l on l.chain_id = v_chain and l.request_id = r.id
        where l.block_number is null or l.block_number < v_block
        order by a.id
    loop
        v_rise := v_seen.balance - private.coin_accounted(v_chain, v_seen.id);
        if v_rise < 0 or v_seen.nonce <> (
            select count(*) from public.chain_sweeps as s where s.chain_id = v_chain and s.request_id = v_seen.id
        ) or (v_rise > 0 and (v_seen.proof ->> 'balance')::numeric is distinct from v_seen.balance) then
            -- What left is not known, or an answer contradicts another: nothing counts before it does.
            perform private.chain_alarm('chain_answers_differ', v_now);
            v_stuck := v_stuck + 1;
            continue;
        end if;
        insert into public.chain_coin_looks as l (chain_id, request_id, block_number, block_time, balance, nonce, looked_at)
        values (v_chain, v_seen.id, v_block, v_time, v_seen.balance, v_seen.nonce, v_now)
        on conflict (chain_id, request_id) do update set
            block_number = excluded.block_number, block_time = excluded.block_time, balance = excluded.balance,
            nonce = excluded.nonce, looked_at = excluded.looked_at;
        continue when v_rise = 0;
        v_name := coalesce(v_seen.transaction_hash, look -> 'last' ->> 'hash');
        v_transfer := jsonb_build_object(
            'transaction_hash', v_name, 'log_index', private.coin_place(v_chain, v_name, look -> 'last' ->> 'hash'),
            'block_number', v_block, 'block_hash', look -> 'last' ->> 'hash',
            -- When in between it came nobody has said: the earliest is in the favour of who pays.
            'block_time', least(coalesce(v_seen.after, v_seen.created_at), v_time), 'token', private.coin_address(),
            'sender', coalesce(v_seen.sender, ''), 'recipient', v_seen.address, 'amount', trim_scale(v_rise)::text
        );
        perform private.keep_transfers(v_chain, jsonb_build_array(v_transfer), v_now);
        v_verdicts := v_verdicts || (v_transfer || jsonb_build_object(
            'state', 'seen', 'event', 'credit', 'proof', v_transfer || jsonb_build_object('nodes', v_seen.proof -> 'nodes')
        ));
        v_found := v_found + 1;
    end loop;
    perform service.chain_verdicts_record(v_chain, v_verdicts);
    return jsonb_build_object('found', v_found, 'stuck', v_stuck);
end
$$;
comment on function service.chain_coins_looked(service.command) is
'What addresses hold of the coin of a chain after a final block {chain_id, last {number, hash, time}, addresses [{id of the request, balance, nonce: how many transactions it has sent, proof {balance, nodes}: what every node said when asked again, transaction_hash and sender where they are known}], sweeps (as private.keep_sweeps has them)} -> {found: how many held more than is accounted for, which is credited; stuck: how many nothing can be said of, since what they sent is not known or an answer contradicts}.';
