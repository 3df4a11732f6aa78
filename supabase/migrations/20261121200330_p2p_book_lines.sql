-- What the book filters and sorts by, in the order in which it is read.

create table private.p2p_book_lines (
    cryptocurrency text not null,
    fiat_currency text not null,
    type public.p2p_order_type not null,
    method text not null,
    price_type public.p2p_price_type not null,
    size smallint not null,
    rank public.money_amount not null,
    order_id uuid not null,
    user_id uuid not null,
    min_order_amount public.money_amount not null,
    max_order_amount public.money_amount not null,
    min_taker_tier smallint not null,
    trigger_price public.money_amount,
    expires_at timestamptz not null,
    -- All of it is in the index: what does not fit is passed over without a read of a row.
    primary key (cryptocurrency, fiat_currency, type, method, price_type, size, rank, order_id)
    include (user_id, min_order_amount, max_order_amount, min_taker_tier, trigger_price, expires_at)
);
alter table private.p2p_book_lines enable row level security;
comment on table private.p2p_book_lines is
'Each order that can be taken, once for each of its payment methods and once for all. Kept by a trigger of p2p_orders.';
comment on column private.p2p_book_lines.method is 'One of its payment methods; empty: whichever.';
comment on column private.p2p_book_lines.size is
'Order of magnitude of what one take could have: with it a page skips what is too small. A take changes the line only when it changes this.';
comment on column private.p2p_book_lines.rank is
'Its fixed price or its margin; negative for buy orders, so that the least is the best for a taker.';

create function private.book_size(p_amount numeric) returns smallint
language plpgsql immutable set search_path = ''
as $$
begin
    return width_bucket(p_amount, '{0.001,0.01,0.1,1,10,100,1000,10000,100000,1000000}'::numeric[]);
end
$$;
comment on function private.book_size(numeric) is
'Order of magnitude of an amount of crypto, from 0 (below a thousandth) to 10 (a million and above).';

create function private.book_lines_of(p_order public.p2p_orders) returns setof private.p2p_book_lines
language plpgsql immutable set search_path = ''
as $$
begin
    return query
    select
        p_order.cryptocurrency, p_order.fiat_currency, p_order.type, m.method, p_order.price_type,
        private.book_size(least(p_order.remaining, p_order.max_order_amount)),
        (case p_order.type when 'sell' then 1 else -1 end * coalesce(p_order.price, p_order.margin_bps))::public.money_amount,
        p_order.id, p_order.user_id, p_order.min_order_amount, p_order.max_order_amount,
        p_order.min_taker_tier, p_order.trigger_price, p_order.expires_at
    from unnest(array_append(p_order.payment_methods, '')) as m (method)
    where p_order.status = 'active' and p_order.remaining > 0;
end
$$;
comment on function private.book_lines_of(public.p2p_orders) is 'The lines of an order: none when it cannot be taken.';

create function private.tg_p2p_orders__book() returns trigger
language plpgsql set search_path = ''
as $$
begin
    delete from private.p2p_book_lines as l using private.book_lines_of(old) as was
    where l.cryptocurrency = was.cryptocurrency and l.fiat_currency = was.fiat_currency and l.type = was.type
        and l.method = was.method and l.price_type = was.price_type and l.size = was.size and l.rank = was.rank
        and l.order_id = was.order_id;
    insert into private.p2p_book_lines select * from private.book_lines_of(new);
    return null;
end
$$;
comment on function private.tg_p2p_orders__book() is 'Keeps the lines of an order in the book.';
create trigger _600_book after update on public.p2p_orders
for each row when (
    'active' in (old.status, new.status) and (
        old.status, old.remaining > 0, private.book_size(least(old.remaining, old.max_order_amount)), old.price,
        old.margin_bps, old.payment_methods, old.min_order_amount, old.max_order_amount, old.min_taker_tier,
        old.trigger_price, old.expires_at
    ) is distinct from (
        new.status, new.remaining > 0, private.book_size(least(new.remaining, new.max_order_amount)), new.price,
        new.margin_bps, new.payment_methods, new.min_order_amount, new.max_order_amount, new.min_taker_tier,
        new.trigger_price, new.expires_at
    )
) execute function private.tg_p2p_orders__book();
