-- The public book: what can be taken now, the best price for the taker first.

create function private.kept_apart() returns uuid[]
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select coalesce(array_agg(case b.blocker_id when auth.uid() then b.blocked_id else b.blocker_id end), '{}')
        from public.p2p_blocks as b
        where auth.uid() in (b.blocker_id, b.blocked_id)
    );
end
$$;
comment on function private.kept_apart() is 'Parties whom the caller has blocked, or who have blocked the caller.';

create type private.book_line as (
    id uuid,
    user_id uuid,
    type public.p2p_order_type,
    cryptocurrency text,
    fiat_currency text,
    price public.money_amount,
    price_type public.p2p_price_type,
    margin_bps integer,
    remaining public.money_amount,
    min_order_amount public.money_amount,
    max_order_amount public.money_amount,
    payment_methods text[], -- noqa: LT01
    time_limit integer,
    min_taker_tier smallint,
    terms text,
    completed_trades integer,
    expires_at timestamptz,
    created_at timestamptz
);
comment on type private.book_line is 'An order of the book with its price now, fixed or by the index.';

-- Definer: row level security would keep prices out of the index conditions, and so
-- read the whole book for a late page. Gives nothing but what everybody may read of active orders.
create function private.book_page(
    p_side public.p2p_order_type, p_cryptocurrency text, p_fiat_currency text, p_method text, p_amount numeric,
    p_tier integer, p_after_price numeric, p_after_id uuid, p_lines integer
) returns setof private.book_line
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_index numeric := (private.fresh_index(p_cryptocurrency, p_fiat_currency, v_now)).price;
    v_order text := case p_side when 'sell' then 'asc' else 'desc' end;
    v_after text := case p_side when 'sell' then '>' else '<' end;
    -- The margin at which the last page ended, or between which and the next it did.
    v_margin numeric := div(p_after_price * 10000, v_index) - 10000;
    v_between boolean := p_after_price * 10000 > (v_margin + 10000) * v_index;
    v_after_margin numeric := v_margin + case when v_between and p_side = 'buy' then 1 else 0 end;
    v_after_id uuid := case
        when not v_between then p_after_id
        when p_side = 'sell' then 'ffffffff-ffff-ffff-ffff-ffffffffffff'
        else '00000000-0000-0000-0000-000000000000'
    end;
    v_fits constant text := $fits$
        o.status = 'active' and o.cryptocurrency = $1 and o.fiat_currency = $2 and o.type = $3
        and o.expires_at > $4 and o.remaining > 0
        and (o.trigger_price is null or private.is_awake(o.type, o.trigger_price, $5))
        and ($6 is null or o.payment_methods @> array[$6])
        and ($7 is null or (
            o.max_order_amount >= $7 and o.remaining >= $7 and (o.min_order_amount <= $7 or o.remaining = $7)
        ))
        and ($8 is null or o.min_taker_tier <= $8)
        and o.user_id <> all ($9)
    $fits$;
    v_columns constant text := $columns$
        o.price_type, o.margin_bps, o.remaining, o.min_order_amount, o.max_order_amount, o.payment_methods,
        o.time_limit, o.min_taker_tier, o.terms, o.completed_trades, o.expires_at, o.created_at
    $columns$;
begin
    return query execute format(
        $query$
        select * from (
            (
                select o.id, o.user_id, o.type, o.cryptocurrency, o.fiat_currency, o.price, %1$s
                from public.p2p_orders as o
                where o.price_type = 'fixed' and %2$s
                    and ($10 is null or (o.price::numeric, o.id) %4$s ($10, $11))
                order by o.price %3$s, o.id %3$s limit $12
            )
            union all
            (
                select o.id, o.user_id, o.type, o.cryptocurrency, o.fiat_currency,
                    ($5 * (10000 + o.margin_bps) / 10000)::public.money_amount, %1$s
                from public.p2p_orders as o
                where o.price_type = 'margin' and $5 is not null and %2$s
                    and ($10 is null or (o.margin_bps, o.id) %4$s ($13::integer, $14))
                order by o.margin_bps %3$s, o.id %3$s limit $12
            )
        ) as lines order by price %3$s, id %3$s limit $12
        $query$, v_columns, v_fits, v_order, v_after
    ) using p_cryptocurrency, p_fiat_currency, p_side, v_now, v_index, p_method, p_amount, p_tier,
        private.kept_apart(), p_after_price, p_after_id, least(greatest(p_lines, 1), 100),
        least(greatest(v_after_margin, -2000000000), 2000000000), v_after_id;
end
$$;
comment on function private.book_page(
    public.p2p_order_type, text, text, text, numeric, integer, numeric, uuid, integer
) is
'A page of the book: two streams, each in the order of its index, merged. A margin''s key is found from the price of the last page.';

create function public.p2p_book(
    side public.p2p_order_type, cryptocurrency text, fiat_currency text, payment_method text default null,
    amount public.money_amount default null, tier integer default null,
    after_price public.money_amount default null, after_id uuid default null, page_size integer default 50
) returns setof private.book_line
language plpgsql stable set search_path = ''
as $$
begin
    if (after_price is null) <> (after_id is null) then
        raise sqlstate 'PT422' using
            message = 'bad_page',
            detail = 'A page goes on after a price and an id, both of the last line.';
    end if;
    return query select * from private.book_page(
        p2p_book.side, p2p_book.cryptocurrency, p2p_book.fiat_currency, p2p_book.payment_method, p2p_book.amount,
        p2p_book.tier, p2p_book.after_price, p2p_book.after_id, p2p_book.page_size
    );
end
$$;
comment on function public.p2p_book(
    public.p2p_order_type, text, text, text, public.money_amount, integer, public.money_amount, uuid, integer
) is
'Orders that can be taken now, best price for the taker first, then id (both descending for buy orders). side: of the orders. amount: that one take could have, in the cryptocurrency. tier: of the taker. after_price, after_id: of the last line of the page before. At most 100 lines. Raises bad_page (422).';

create table public.p2p_book_counts (
    cryptocurrency text not null references public.currencies (code) on delete restrict,
    fiat_currency text not null references public.currencies (code) on delete restrict,
    type public.p2p_order_type not null,
    orders bigint not null,
    counted_at timestamptz not null,
    primary key (cryptocurrency, fiat_currency, type)
);
alter table public.p2p_book_counts enable row level security;
create index p2p_book_counts_fiat_currency_idx on public.p2p_book_counts (fiat_currency);
comment on table public.p2p_book_counts is 'Active orders of each pair and side, counted every minute.';
comment on column public.p2p_book_counts.cryptocurrency is 'What is traded.';
comment on column public.p2p_book_counts.fiat_currency is 'For which money.';
comment on column public.p2p_book_counts.type is 'Side of the orders.';
comment on column public.p2p_book_counts.orders is 'Active orders, those asleep or fully reserved included.';
comment on column public.p2p_book_counts.counted_at is 'When they were counted.';

-- Definer: service_role may give commands, not write the tables.
create function service.book_count() returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_rows integer;
begin
    insert into public.p2p_book_counts as c (cryptocurrency, fiat_currency, type, orders, counted_at)
    select o.cryptocurrency, o.fiat_currency, o.type, count(*), v_now
    from public.p2p_orders as o where o.status = 'active'
    group by o.cryptocurrency, o.fiat_currency, o.type
    on conflict (cryptocurrency, fiat_currency, type) do update set
        orders = excluded.orders, counted_at = excluded.counted_at;
    get diagnostics v_rows = row_count;
    delete from public.p2p_book_counts where counted_at < v_now;
    return v_rows;
end
$$;
comment on function service.book_count() is 'Counts the book; returns how many pairs and sides have orders.';

create function private.best_price(
    p_side public.p2p_order_type, p_cryptocurrency text, p_fiat_currency text
) returns public.money_amount
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select line.price from private.book_page(
            p_side, p_cryptocurrency, p_fiat_currency, null, null, null, null, null, 1
        ) as line
    );
end
$$;
comment on function private.best_price(public.p2p_order_type, text, text) is
'Price of the first line of the book, for this caller.';

create view public.p2p_book_summary with (security_invoker = true) as
select
    c.cryptocurrency, c.fiat_currency, c.type, c.orders, c.counted_at,
    private.best_price(c.type, c.cryptocurrency, c.fiat_currency) as best_price
from public.p2p_book_counts as c;
comment on view public.p2p_book_summary is
'The book at a glance: orders of each pair and side, counted every minute, and the best price for a taker now.';
