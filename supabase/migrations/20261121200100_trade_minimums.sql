-- The least that is traded of each currency, and from where on a trade says something about its sides.

create table public.trade_minimums (
    currency text primary key references public.currencies (code) on delete restrict,
    min_amount public.money_amount not null check (min_amount > 0),
    rated_from public.money_amount not null,
    constraint trade_minimums_rated_trades_exist check (rated_from >= min_amount)
);
alter table public.trade_minimums enable row level security;
select private.make_audited('public.trade_minimums', 'currency');
select private.make_setting('public.trade_minimums', 'The least trade, and from what it is rated.', '{
    "min_amount": {"least": "0.00000001", "most": "1000000"},
    "rated_from": {"least": "0.00000001", "most": "1000000"}
}');
comment on table public.trade_minimums is
'What a trade of a cryptocurrency has to amount to. A currency without a row is traded from the least amount with a fee, and never rated.';
comment on column public.trade_minimums.currency is 'Cryptocurrency of the amounts.';
comment on column public.trade_minimums.min_amount is 'Least amount of one trade, and least that a take may leave.';
comment on column public.trade_minimums.rated_from is
'From this amount on a trade is rated and counts for its sides, and an order for the best price: its fee is what a false one costs.';

insert into public.trade_minimums (currency, min_amount, rated_from) values
('BTC', 0.00001, 0.0002), ('ETH', 0.0003, 0.005), ('ETH_BASE', 0.0003, 0.005),
('USDT_TRON', 1, 10), ('USDT_ETH', 1, 10), ('USDT_BSC', 1, 10),
('USDC_ETH', 1, 10), ('USDC_BASE', 1, 10), ('USDC_POLYGON', 1, 10), ('BNB', 0.002, 0.02), ('TRX', 5, 50),
('POL', 3, 30), ('LTC', 0.01, 0.15), ('SOL', 0.01, 0.1), ('CELO', 2, 20), ('CUSD', 1, 10);

-- Definer: the guard of a draft runs as its maker.
create function private.least_trade(p_currency text) returns numeric
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select greatest(
            m.min_amount::numeric,
            -- Fees are truncated (decision 13): below this there would be none.
            ceil(10000::numeric / nullif(p.fee_bps, 0)) * power(10::numeric, -c.decimals)
        )
        from public.currencies as c
        inner join public.escrow_policies as p on p.id = 'p2p_crypto'
        left join public.trade_minimums as m on m.currency = c.code
        where c.code = p_currency
    );
end
$$;
comment on function private.least_trade(text) is
'Least amount of one trade in a currency: that of trade_minimums, and never one whose fee is nothing.';

create function private.is_rated(p_currency text, p_amount numeric) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return exists (select from public.trade_minimums where currency = p_currency and p_amount >= rated_from);
end
$$;
comment on function private.is_rated(text, numeric) is
'Whether an amount is enough for a rating, the figures of a trader and the best price.';
