-- As superuser with triggers off: one side after the other of one pair, orders without money behind them.
insert into public.prices (cryptocurrency, fiat_currency, price, sources, as_of, fetched_at)
values ('BTC', 'USD', 50000, '{coinbase,coingecko}', now() + interval '1 hour', now())
on conflict (cryptocurrency, fiat_currency) do update set price = excluded.price, as_of = excluded.as_of;

-- Few are large: one in a thousand takes 25 BTC. One in a thousand is paid by M-Pesa.
insert into public.p2p_orders (
    user_id, type, cryptocurrency, fiat_currency, amount, price_type, price, margin_bps, trigger_price, min_order_amount,
    max_order_amount, payment_methods, min_taker_tier, status, version, remaining, withdrawn, last_event, expires_at
)
select
    m.user_id, o.type, 'BTC', 'USD', o.most * 4, o.price_type,
    case o.price_type when 'fixed' then round(50000 + o.direction * 10000 * o.distance, 2) end,
    case o.price_type when 'margin' then round(o.direction * 2000 * o.distance) end,
    case when o.n / 4 %% 50 = 0 then 49000 + 20 * (o.n %% 101) end,
    round(o.most / 100, 8), o.most,
    case
        when o.n / 10 %% 1000 = 9 then array['mpesa', 'sepa']
        else (array['{sepa}', '{sepa,wise}', '{wise,revolut}', '{bank_transfer}', '{sepa,bank_transfer,wise}'])
            [1 + o.n / 7 %% 5]::text[]
    end,
    (array[0, 0, 0, 0, 1, 1, 1, 2, 2, 3])[1 + o.n / 3 %% 10], 'active', 2, o.most * o.remains, o.most * (4 - o.remains),
    'publish', now() + interval '2 days' + o.n %% 1000 * interval '1 hour'
from (
    select
        n, 1 + n %% %(people)s as maker,
        (array['sell', 'buy']::public.p2p_order_type[])[1 + n %% 2] as type, (array[1, -1])[1 + n %% 2] as direction,
        (array['fixed', 'fixed', 'fixed', 'fixed', 'margin']::public.p2p_price_type[])[1 + n / 2 %% 5] as price_type,
        n * 0.754877666 %% 1 as distance, round(0.05 * power(1 - n * 0.618033988 %% 1, -0.9), 8) as most,
        case n / 11 %% 3 when 0 then 0.5 else 4 end as remains
    from generate_series(1, %(rows)s) as n
) as o
inner join bench.makers as m on m.n = o.maker;

-- In the order of the index: this builds it twice as fast.
insert into private.p2p_book_lines
select line.* from public.p2p_orders as o cross join lateral private.book_lines_of(o) as line
where o.version = 2 and line.order_id not in (select order_id from bench.makers)
order by 1, 2, 3, 4, 5, 6, 7, 8;
