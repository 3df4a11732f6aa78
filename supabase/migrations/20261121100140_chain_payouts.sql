-- What leaves the hot wallet: each attempt of a payout has one nonce, and every transaction that
-- was ever signed for it is kept before it is sent.

create table public.chain_wallets (
    chain_id bigint not null,
    address text not null check (address ~ '^0x[0-9a-fA-F]{40}$'),
    first_nonce bigint not null check (first_nonce >= 0),
    next_nonce bigint not null,
    created_at timestamptz not null,
    primary key (chain_id, address),
    constraint chain_wallets_counts_on check (next_nonce >= first_nonce)
);
alter table public.chain_wallets enable row level security;
create trigger _510_own_address after insert or update of address on public.chain_wallets
for each row execute function private.tg__own_address();
comment on table public.chain_wallets is 'Hot wallets that pay out, and the nonce that is next: its row is the lock under which one is given away.';
comment on column public.chain_wallets.chain_id is 'Chain, by its EIP-155 id.';
comment on column public.chain_wallets.address is 'Address of the wallet. Nothing else may send from it.';
comment on column public.chain_wallets.first_nonce is 'What the chain had counted when we began.';
comment on column public.chain_wallets.next_nonce is 'The nonce of the next payout; all before are given away.';
comment on column public.chain_wallets.created_at is 'When we began, by the database clock.';

create table public.chain_payouts (
    id uuid primary key,
    payout_id uuid not null references public.payouts (id) on delete restrict,
    attempt integer not null check (attempt >= 1),
    chain_id bigint not null,
    wallet text not null,
    nonce bigint not null check (nonce >= 0),
    currency text not null references public.currencies (code) on delete restrict,
    amount public.money_amount not null check (amount > 0),
    destination text not null,
    created_at timestamptz not null,
    constraint chain_payouts_one_nonce_an_attempt unique (payout_id, attempt),
    constraint chain_payouts_one_attempt_a_nonce unique (chain_id, wallet, nonce),
    foreign key (chain_id, wallet) references public.chain_wallets (chain_id, address) on delete restrict
);
alter table public.chain_payouts enable row level security;
create index chain_payouts_currency_idx on public.chain_payouts (currency);
select private.make_append_only('public.chain_payouts');
comment on table public.chain_payouts is
'Attempts of payouts on a chain: one nonce each, for ever. Of all transactions with that nonce the chain takes one at most.';
comment on column public.chain_payouts.id is 'The attempt.';
comment on column public.chain_payouts.payout_id is 'Payment it is an attempt of.';
comment on column public.chain_payouts.attempt is 'Which attempt.';
comment on column public.chain_payouts.chain_id is 'Chain, by its EIP-155 id.';
comment on column public.chain_payouts.wallet is 'Hot wallet that pays.';
comment on column public.chain_payouts.nonce is 'Its place in the wallet''s order; no gaps.';
comment on column public.chain_payouts.currency is 'What is paid.';
comment on column public.chain_payouts.amount is 'How much, in units of the token.';
comment on column public.chain_payouts.destination is 'Address that is paid.';
comment on column public.chain_payouts.created_at is 'When the nonce was given, by the database clock.';

create table public.chain_transactions (
    chain_payout_id uuid not null references public.chain_payouts (id) on delete restrict,
    number integer not null check (number >= 1),
    transaction_hash text not null unique check (transaction_hash ~ '^0x[0-9a-f]{64}$'),
    max_fee bigint not null check (max_fee > 0),
    max_priority_fee bigint not null check (max_priority_fee between 0 and max_fee),
    created_at timestamptz not null,
    primary key (chain_payout_id, number)
);
alter table public.chain_transactions enable row level security;
select private.make_append_only('public.chain_transactions');
comment on table public.chain_transactions is
'Every transaction signed for an attempt, kept before it is sent: the first, and replacements that bid more.';
comment on column public.chain_transactions.chain_payout_id is 'Attempt it pays.';
comment on column public.chain_transactions.number is 'First, second, …: each replaces the one before, and any of them may be the one that counts.';
comment on column public.chain_transactions.transaction_hash is 'Its name on the chain.';
comment on column public.chain_transactions.max_fee is 'Most it pays for a unit of gas, in wei.';
comment on column public.chain_transactions.max_priority_fee is 'Tip for a unit of gas, in wei.';
comment on column public.chain_transactions.created_at is 'When it was signed, by the database clock.';

create table private.signed_transactions (
    transaction_hash text primary key references public.chain_transactions (transaction_hash) on delete restrict,
    raw text not null check (raw ~ '^0x([0-9a-f]{2})+$')
);
alter table private.signed_transactions enable row level security;
select private.make_append_only('private.signed_transactions');
comment on table private.signed_transactions is
'The bytes of each row of chain_transactions: whoever has them can send them, and they pay nobody else.';
comment on column private.signed_transactions.transaction_hash is 'Its name on the chain.';
comment on column private.signed_transactions.raw is 'The signed bytes, in hex.';

-- Definer: rails have no user.
create function service.chain_wallet(
    chain_id bigint, wallet text, mined_nonce bigint, currency text
) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
#variable_conflict use_column
begin
    if chain_wallet.wallet !~ '^0x[0-9a-fA-F]{40}$' or mined_nonce < 0 then
        return null;
    end if;
    insert into public.chain_wallets (chain_id, address, first_nonce, next_nonce, created_at)
    values (chain_wallet.chain_id, chain_wallet.wallet, mined_nonce, mined_nonce, private.clock())
    on conflict (chain_id, address) do nothing;
    return (
        select jsonb_build_object(
            'next_nonce', w.next_nonce,
            'waiting', (
                select count(*) from public.chain_payouts as p
                where p.chain_id = w.chain_id and p.wallet = w.address and p.nonce >= mined_nonce
            ),
            'waiting_amount', (
                select trim_scale(coalesce(sum(p.amount), 0))::text from public.chain_payouts as p
                where p.chain_id = w.chain_id and p.wallet = w.address and p.nonce >= mined_nonce
                    and p.currency = chain_wallet.currency
            ),
            'waiting_coin', (
                select trim_scale(coalesce(sum(p.amount), 0))::text from public.chain_payouts as p
                where p.chain_id = w.chain_id and p.wallet = w.address and p.nonce >= mined_nonce
                    and p.currency = private.chain_coin(w.chain_id)
            )
        )
        from public.chain_wallets as w where w.chain_id = chain_wallet.chain_id and w.address = chain_wallet.wallet
    );
end
$$;
comment on function service.chain_wallet(bigint, text, bigint, text) is
'A hot wallet: its next nonce, and what is signed and not in a block yet: how many, of this currency, of the coin. mined_nonce: how many transactions the chain has counted of it; where ours begin when it is new. Null for what is no wallet.';

create function private.chain_payout_told(p_payout public.chain_payouts) returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select jsonb_build_object(
            'nonce', p_payout.nonce, 'chain_id', p_payout.chain_id, 'wallet', p_payout.wallet,
            'transactions', jsonb_agg(jsonb_build_object(
                'hash', t.transaction_hash, 'raw', s.raw, 'max_fee', t.max_fee::text,
                'max_priority_fee', t.max_priority_fee::text, 'created_at', t.created_at
            ) order by t.number)
        )
        from public.chain_transactions as t
        inner join private.signed_transactions as s on t.transaction_hash = s.transaction_hash
        where t.chain_payout_id = p_payout.id
    );
end
$$;
comment on function private.chain_payout_told(public.chain_payouts) is 'An attempt, with every transaction signed for it.';

-- Definer: as above.
create function service.chain_payout(payout_id uuid, attempt integer) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
begin
    return (
        select private.chain_payout_told(p) from public.chain_payouts as p
        where p.payout_id = chain_payout.payout_id and p.attempt = chain_payout.attempt
    );
end
$$;
comment on function service.chain_payout(uuid, integer) is
'The nonce of an attempt and every transaction signed for it, oldest first; null: nothing was signed, so nothing can have been sent.';

-- Definer: as above.
create function service.chain_payout_store(signed service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz;
    v_order public.payouts;
    v_wallet public.chain_wallets;
    v_payout public.chain_payouts;
    v_number integer := (signed ->> 'number')::integer;
begin
    select * into v_order from public.payouts
    where id = (signed ->> 'payout_id')::uuid for no key update;
    v_now := private.clock();
    -- Only whoever has the payout now may sign for it: one that came back late finds another version.
    if not found or v_order.version is distinct from (signed ->> 'version')::integer
        or v_order.attempt is distinct from (signed ->> 'attempt')::integer
        or v_order.state not in ('claimed', 'submitted', 'unknown') then
        return null;
    end if;
    select * into v_wallet from public.chain_wallets
    where chain_id = (signed ->> 'chain_id')::bigint and address = signed ->> 'wallet' for no key update;
    select * into v_payout from public.chain_payouts
    where payout_id = v_order.id and attempt = v_order.attempt;
    if v_payout.id is null then
        if v_number <> 1 or v_wallet.next_nonce is distinct from (signed ->> 'nonce')::bigint then
            return null;
        end if;
        insert into public.chain_payouts (
            id, payout_id, attempt, chain_id, wallet, nonce, currency, amount, destination, created_at
        ) values (
            private.uuid_v7(v_now), v_order.id, v_order.attempt, v_wallet.chain_id, v_wallet.address, v_wallet.next_nonce,
            v_order.currency, v_order.amount, v_order.destination, v_now
        ) returning * into v_payout;
        update public.chain_wallets set next_nonce = next_nonce + 1
        where chain_id = v_wallet.chain_id and address = v_wallet.address;
    elsif (v_payout.chain_id, v_payout.wallet, v_payout.nonce)
        is distinct from (v_wallet.chain_id, v_wallet.address, (signed ->> 'nonce')::bigint) then
        return null;
    end if;
    with kept as (
        insert into public.chain_transactions (
            chain_payout_id, number, transaction_hash, max_fee, max_priority_fee, created_at
        )
        select v_payout.id, v_number, signed ->> 'hash', (signed ->> 'max_fee')::bigint,
            (signed ->> 'max_priority_fee')::bigint, v_now
        where v_number = (
            select coalesce(max(t.number), 0) + 1 from public.chain_transactions as t where t.chain_payout_id = v_payout.id
        )
        returning transaction_hash
    )
    insert into private.signed_transactions (transaction_hash, raw)
    select k.transaction_hash, signed ->> 'raw' from kept as k;
    return private.chain_payout_told(v_payout);
end
$$;
comment on function service.chain_payout_store(service.command) is
'Keeps a signed transaction before it is sent {payout_id, version, attempt, chain_id, wallet, nonce, number, hash, raw, max_fee, max_priority_fee}: the first of an attempt takes the next nonce with it, so none is ever given away unused. Answers what is kept for the attempt, which may be another''s; null: the payout is not the caller''s any more, or the nonce was taken: sign nothing, send nothing.';
