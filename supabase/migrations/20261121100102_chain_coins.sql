-- Coins of the chains themselves: no log shows them, so what an address holds is looked at, and what it
-- holds more than is accounted for is a deposit.

create table public.chain_coin_looks (
    chain_id bigint not null,
    request_id uuid not null references public.deposit_requests (id) on delete restrict,
    block_number bigint not null check (block_number >= 0),
    block_time timestamptz not null,
    balance public.money_amount not null check (balance >= 0),
    nonce bigint not null check (nonce >= 0),
    looked_at timestamptz not null,
    primary key (chain_id, request_id)
);
alter table public.chain_coin_looks enable row level security;
create index chain_coin_looks_request_id_idx on public.chain_coin_looks (request_id);
comment on table public.chain_coin_looks is
'What each deposit address of a coin held at the last final block at which it was looked at, and how much it had sent by then.';
comment on column public.chain_coin_looks.chain_id is 'Chain, by its EIP-155 id.';
comment on column public.chain_coin_looks.request_id is 'Request whose address it is.';
comment on column public.chain_coin_looks.block_number is 'The final block.';
comment on column public.chain_coin_looks.block_time is 'When the chain says it was made: all that was paid before has been seen.';
comment on column public.chain_coin_looks.balance is 'What the address held after it, in units of the coin.';
comment on column public.chain_coin_looks.nonce is 'How many transactions the address had sent.';
comment on column public.chain_coin_looks.looked_at is 'When it was looked at, by the database clock.';

create table public.chain_sweeps (
    chain_id bigint not null,
    request_id uuid not null references public.deposit_requests (id) on delete restrict,
    nonce bigint not null check (nonce >= 0),
    transaction_hash text not null check (transaction_hash ~ '^0x[0-9a-f]{64}$'),
    currency text not null references public.currencies (code) on delete restrict,
    amount public.money_amount not null check (amount >= 0),
    cost public.money_amount not null check (cost >= 0),
    block_number bigint not null,
    found_at timestamptz not null,
    primary key (chain_id, request_id, nonce)
);
alter table public.chain_sweeps enable row level security;
create index chain_sweeps_request_id_idx on public.chain_sweeps (request_id);
create index chain_sweeps_currency_idx on public.chain_sweeps (currency);
select private.make_append_only('public.chain_sweeps');
comment on table public.chain_sweeps is
'What the treasury has sent from deposit addresses of a coin, transaction by transaction, as it was found on the chain.';
comment on column public.chain_sweeps.chain_id is 'Chain, by its EIP-155 id.';
comment on column public.chain_sweeps.request_id is 'Request whose address it left.';
comment on column public.chain_sweeps.nonce is 'Which transaction of the address it is, from 0 on.';
comment on column public.chain_sweeps.transaction_hash is 'The transaction.';
comment on column public.chain_sweeps.currency is 'The coin.';
comment on column public.chain_sweeps.amount is 'What left, in units of the coin; 0 of one that failed or sent none.';
comment on column public.chain_sweeps.cost is 'What the network took, in units of the coin.';
comment on column public.chain_sweeps.block_number is 'Block it is in.';
comment on column public.chain_sweeps.found_at is 'When it was found, by the database clock.';

create function private.chain_coin(p_chain bigint) returns text
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select t.currency from public.chain_tokens as t
        where t.chain_id = p_chain and t.address = private.coin_address()
    );
end
$$;
comment on function private.chain_coin(bigint) is 'Currency of the coin of a chain; null: it is not watched.';

create function private.is_coin(p_currency text) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return exists (
        select from public.chain_tokens as t where t.currency = p_currency and t.address = private.coin_address()
    );
end
$$;
comment on function private.is_coin(text) is 'Whether a currency is the coin of a chain that is watched.';
