-- Bitcoin and chains like it: their rails, and how they are read. What arrives is kept in the tables
-- of every chain; a deposit is named by its transaction and the place of its output.

-- Rows of a table read best one line each.
-- noqa: disable=LT05
insert into public.address_kinds (kind, pattern, ignores_case, hint) values
('bitcoin', '^(bc1[02-9ac-hj-np-z]{11,87}|[13][1-9A-HJ-NP-Za-km-z]{24,34})$', false, 'bc1 and small letters and digits, or what begins with 1 or 3'),
('litecoin', '^(ltc1[02-9ac-hj-np-z]{11,86}|[LM][1-9A-HJ-NP-Za-km-z]{24,34})$', false, 'ltc1 and small letters and digits, or what begins with L or M');
insert into public.unpayable_addresses (address_kind, first_address, last_address, reason) values
('bitcoin', '1111111111111111111114oLvT2', '1111111111111111111114oLvT2', 'a key of zeros'),
('bitcoin', '1BitcoinEaterAddressDontSendf59kuE', '1BitcoinEaterAddressDontSendf59kuE', 'where coins are burnt');
insert into public.rails (
    id, description, is_open, hold_within, network_id, address_kind, has_deposit_addresses, refunds_itself, destination_wait, has_reports,
    takes_back, has_chargebacks, max_amount, margin_bps, margin_amount, answer_within, cost_bps, cost_amount
) values
('bitcoin', 'Bitcoin.', false, null, 'bitcoin', 'bitcoin', true, false, '24 hours', true, true, false, 10000, 0, 0, '120 days', 0, 0.01),
('litecoin', 'Litecoin.', false, null, 'litecoin', 'litecoin', true, false, '24 hours', true, true, false, 1000000, 0, 0, '120 days', 0, 1);
-- noqa: enable=LT05
insert into public.rail_limits (rail, tier, currency) values
('bitcoin', 1, 'BTC'), ('bitcoin', 2, 'BTC'), ('bitcoin', 3, 'BTC'),
('litecoin', 1, 'LTC'), ('litecoin', 2, 'LTC'), ('litecoin', 3, 'LTC');
insert into public.screening_rules (rail, renew_after, stale_after, decide_within) values
('bitcoin', '23 hours', '24 hours', '14 days'), ('litecoin', '23 hours', '24 hours', '14 days');
-- What nodes hand on is 294 units at least: that much costs a stranger nothing.
insert into public.chain_tokens (chain_id, address, currency, dust_below) values
(2147483648, 'native', 'BTC', 0.00001), (2147483650, 'native', 'LTC', 0.001);
insert into public.chain_confirmations (chain_id, amount_from, block_tag) values
(2147483648, 0, '1'), (2147483648, 0.01, '2'), (2147483648, 0.1, '3'), (2147483648, 1, '6'),
(2147483650, 0, '3'), (2147483650, 1, '6'), (2147483650, 100, '12');

-- What one payment to one address costs when blocks are full; an operator follows the market.
insert into public.network_costs (rail, currency, amount) values
('bitcoin', 'BTC', 0.00005), ('litecoin', 'LTC', 0.001);

create table public.utxo_chains (
    chain_id bigint primary key references public.networks (chain_id) on delete restrict,
    genesis_hash text not null check (genesis_hash ~ '^[0-9a-f]{64}$'),
    first_block bigint not null default 0 check (first_block >= 0)
);
alter table public.utxo_chains enable row level security;
select private.make_audited('public.utxo_chains', 'chain_id');
select private.make_setting('public.utxo_chains', 'Where reading a chain of coins begins.', '{
    "first_block": {"least": "0", "most": "1000000000", "second": true}
}');
comment on table public.utxo_chains is 'Chains whose money is outputs of transactions, and how each is read: block by block, whole.';
comment on column public.utxo_chains.chain_id is 'The chain, as in networks.';
comment on column public.utxo_chains.genesis_hash is 'Hash of its first block: a node that has another is of another chain.';
comment on column public.utxo_chains.first_block is
'Height of the chain when its rail goes live: reading begins after it. Of no use once something was read.';
insert into public.utxo_chains (chain_id, genesis_hash) values
(2147483648, '000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f'),
(2147483650, '12a765e31ffd4059bada1e25190f6e98c99d9714d334efa41a195a7e7e04bfe2');

-- Definer: rails have no user.
create function service.utxo_chain(rail text) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select jsonb_build_object(
            'rail', utxo_chain.rail, 'chain_id', u.chain_id, 'genesis_hash', u.genesis_hash,
            'first_block', u.first_block, 'currency', t.currency
        )
        from public.utxo_chains as u inner join public.chain_tokens as t on u.chain_id = t.chain_id
        where u.chain_id = private.rail_chain(utxo_chain.rail)
    );
end
$$;
comment on function service.utxo_chain(text) is
'The chain of a rail {rail, chain_id, genesis_hash, first_block, currency}; null: it has none that is read whole.';

-- Definer: as above.
create function service.utxo_matches(chain_id bigint, addresses text[]) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select coalesce(jsonb_agg(d.address order by d.address), '[]')
        from public.deposit_requests as d
        where d.address = any (utxo_matches.addresses)
            and d.rail = any (private.shares_addresses(private.chain_rail(utxo_matches.chain_id)))
    );
end
$$;
comment on function service.utxo_matches(bigint, text[]) is
'Which of these addresses are deposit addresses of a chain, however long ago they were given out: all are watched for ever, since a block is read whole.';
