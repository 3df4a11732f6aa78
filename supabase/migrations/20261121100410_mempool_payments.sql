-- What waits for a block: shown to who pays, so that nobody pays twice. It moves no money, and ends
-- nobody's time: only what is in a block is a deposit.

create table public.mempool_payments (
    chain_id bigint not null references public.utxo_chains (chain_id) on delete restrict,
    transaction_hash text not null check (transaction_hash ~ '^[0-9a-f]{64}$'),
    log_index integer not null check (log_index >= 0),
    request_id uuid not null references public.deposit_requests (id) on delete restrict,
    amount public.money_amount not null check (amount > 0),
    spends text[] not null check (cardinality(spends) between 1 and 100),
    state text not null default 'seen' check (state in ('seen', 'in_block', 'conflicted', 'gone')),
    seen_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (chain_id, transaction_hash, log_index)
);
alter table public.mempool_payments enable row level security;
create index mempool_payments_request_id_idx on public.mempool_payments (request_id);
create index mempool_payments_seen_idx on public.mempool_payments (chain_id, transaction_hash) where state = 'seen';
create trigger _000_never_deleted before delete or truncate on public.mempool_payments
for each statement execute function private.tg__append_only();
comment on table public.mempool_payments is
'Payments to deposit addresses that were seen before they were in a block. None of them counts: any of them can be replaced, also one that does not say so.';
comment on column public.mempool_payments.chain_id is 'The chain, as in networks.';
comment on column public.mempool_payments.transaction_hash is 'Transaction it is part of; a fee that is raised makes another.';
comment on column public.mempool_payments.log_index is 'Place of its output.';
comment on column public.mempool_payments.request_id is 'Request whose address it pays.';
comment on column public.mempool_payments.amount is 'In units of the coin.';
comment on column public.mempool_payments.spends is 'Outputs that it spends, transaction:place; the first hundred.';
comment on column public.mempool_payments.state is
'seen: it waits for a block. in_block: it is a row of chain_deposits. conflicted: another transaction spends what it spends, such as one with a higher fee. gone: nodes have forgotten it, and it may come again.';
comment on column public.mempool_payments.seen_at is 'When it was first seen, by the database clock.';
comment on column public.mempool_payments.updated_at is 'When its state last changed.';

-- Definer: rails have no user.
create function service.mempool_due(chain_id bigint) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return jsonb_build_object(
        'wanted', exists (
            select from public.deposit_requests as d
            where d.rail = any (private.shares_addresses(private.chain_rail(mempool_due.chain_id)))
                and d.address is not null and d.active_until > private.clock()
        ),
        'seen', (
            select coalesce(jsonb_agg(distinct jsonb_build_object(
                'transaction_hash', m.transaction_hash, 'spends', to_jsonb(m.spends)
            )), '[]')
            from public.mempool_payments as m where m.chain_id = mempool_due.chain_id and m.state = 'seen'
        )
    );
end
$$;
comment on function service.mempool_due(bigint) is
'Whether somebody may pay over a chain now, and what was seen and waits for a block {wanted, seen [{transaction_hash, spends}]}.';

-- Definer: as above.
create function service.mempool_record(look service.command) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_chain bigint := (look ->> 'chain_id')::bigint;
    v_seen integer;
    v_ended integer;
    v_requests uuid[];
begin
    perform pg_advisory_xact_lock(hashtextextended('holdfast.mempool_payments', v_chain));
    v_requests := array(
        select d.id from jsonb_to_recordset(look -> 'transfers') as t (recipient text)
        inner join public.deposit_requests as d on d.address = t.recipient
            and d.rail = any (private.shares_addresses(private.chain_rail(v_chain)))
        union
        select m.request_id from jsonb_to_recordset(look -> 'moves') as t (transaction_hash text)
        inner join public.mempool_payments as m on m.chain_id = v_chain and m.transaction_hash = t.transaction_hash
    );
    perform private.lock_deposits(v_requests);
    insert into public.mempool_payments as m (
        chain_id, transaction_hash, log_index, request_id, amount, spends, seen_at, updated_at
    )
    select v_chain, t.transaction_hash, t.log_index, d.id, t.amount, t.spends, v_now, v_now
    from jsonb_to_recordset(look -> 'transfers') as t (
        transaction_hash text, log_index integer, recipient text, amount numeric, spends text[]
    )
    inner join public.deposit_requests as d on d.address = t.recipient
        and d.rail = any (private.shares_addresses(private.chain_rail(v_chain)))
    order by t.transaction_hash, t.log_index
    on conflict (chain_id, transaction_hash, log_index) do update set state = 'seen', updated_at = v_now
    where m.state <> 'seen';
    get diagnostics v_seen = row_count;
    update public.mempool_payments as m set
        state = case when exists (
            select from public.chain_deposits as d
            where d.chain_id = m.chain_id and d.transaction_hash = m.transaction_hash and d.log_index = m.log_index
                and d.state <> 'dropped'
        ) then 'in_block' else t.state end,
        updated_at = v_now
    from jsonb_to_recordset(look -> 'moves') as t (transaction_hash text, state text)
    where m.chain_id = v_chain and m.transaction_hash = t.transaction_hash and m.state = 'seen'
        and t.state in ('conflicted', 'gone');
    get diagnostics v_ended = row_count;
    perform private.deposit_seen(r.id, v_now) from unnest(v_requests) as r (id) order by r.id;
    return v_seen + v_ended;
end
$$;
comment on function service.mempool_record(service.command) is
'What waits for a block now {chain_id, transfers: new [{transaction_hash, log_index, recipient, amount, spends}], moves: what does not wait any more [{transaction_hash, state: conflicted or gone}]}; what is in a block that was read is in_block instead. How many changed.';

create function private.mempool_seen(p_request_id uuid) returns table (
    rail text, currency text, amount public.money_amount, reference text, paid_at timestamptz, confirmations bigint,
    needs text
)
language plpgsql stable set search_path = ''
as $$
begin
    return query
    select private.chain_rail(m.chain_id), t.currency, m.amount, m.transaction_hash, m.seen_at, 0::bigint, (
        select p.block_tag from public.chain_confirmations as p
        where p.chain_id = m.chain_id and p.amount_from <= m.amount order by p.amount_from desc limit 1
    )
    from public.mempool_payments as m
    inner join public.chain_tokens as t on t.chain_id = m.chain_id
    where m.request_id = p_request_id and m.state = 'seen' and not exists (
        select from public.chain_deposits as d
        where d.chain_id = m.chain_id and d.transaction_hash = m.transaction_hash and d.log_index = m.log_index
            and d.state <> 'dropped'
    );
end
$$;
comment on function private.mempool_seen(uuid) is
'What waits for a block and would pay a request: as private.chain_seen has it, with no block on it.';

-- Rows of a table read best one line each.
-- noqa: disable=LT05
insert into private.personal_columns (table_name, column_name, erasure, whose, erased, kept_where, holds, readers, kept) values
('public.mempool_payments', 'transaction_hash', 'keep_by_law', null, null, null, 'a payment, which the chain shows to everybody', 'who pays', 'accounting and money laundering'),
('public.mempool_payments', 'spends', 'keep_by_law', null, null, null, 'what a payment spends, which the chain shows to everybody', 'who pays', 'accounting and money laundering');
insert into private.export_parts (table_name, of_person, words) values
('public.mempool_payments', 'r.request_id in (select d.id from public.deposit_requests as d where d.party_id = $1)', '{transaction_hash,spends}');
-- noqa: enable=LT05
