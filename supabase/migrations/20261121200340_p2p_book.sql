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
    price text,
    price_type public.p2p_price_type,
    margin_bps integer,
    remaining text,
    min_order_amount text,
    max_order_amount text,
    payment_methods text[], -- noqa: LT01
    time_limit integer,
    min_taker_tier smallint,
    terms text,
    completed_trades integer,
    expires_at timestamptz,
    created_at timestamptz
);
comment on type private.book_line is 'An order of the book with its price now, fixed or by the index. Amounts are texts: what a function returns as a number, PostgREST would write as a JSON number.';

create type private.book_place as (
    cost numeric,
    order_id uuid,
    user_id uuid
);
comment on type private.book_place is
'Where an order of a maker stands in the book: its price, negative for buy orders, so that the least is the best for a taker.';

create function private.lines_per_maker() returns integer
language plpgsql immutable set search_path = ''
as $$
begin
    return 3;
end
$$;
comment on function private.lines_per_maker() is 'Most lines that one maker has on a page of the book: its best ones.';

create function private.backs_best_price(p_order_id uuid) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return exists (
        select from public.p2p_orders as o
        where o.id = p_order_id and private.is_rated(o.cryptocurrency, least(o.remaining, o.max_order_amount))
            and (o.type = 'sell' or exists (
                select from public.trader_profiles as m
                where m.party_id = o.user_id and (m.counterparties > 0 or m.verification_tier >= 2)
            ))
    );
end
$$;
comment on function private.backs_best_price(uuid) is
'Whether something stands behind the price of an order: enough of it can be taken to cost its maker something, and it is crypto that is locked, or the word of a maker who has traded or whose identity is known.';

-- Definer: nobody reads the lines, and row level security would keep prices out of the index
-- conditions. Gives nothing but what everybody may read of active orders.
create function private.book_page(
    p_side public.p2p_order_type, p_cryptocurrency text, p_fiat_currency text, p_method text, p_amount numeric,
    p_tier integer, p_after_price numeric, p_after_id uuid, p_lines integer, p_backed boolean
) returns setof private.book_line
language plpgsql stable security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    v_now timestamptz := private.clock();
    v_index numeric := (private.fresh_index(p_cryptocurrency, p_fiat_currency, v_now)).price;
    v_sign integer := case p_side when 'sell' then 1 else -1 end;
    v_smallest integer := coalesce(private.book_size(p_amount), 0);
    v_lines integer := least(greatest(p_lines, 1), 100);
    v_apart uuid[] := private.kept_apart();
    v_tier integer := case when p_backed then (private.tier_row(auth.uid())).id else p_tier end;
    v_after_id uuid := coalesce(p_after_id, '00000000-0000-0000-0000-000000000000');
    -- The margin at which the last page ended, or that and a half when it ended before the next.
    v_margin numeric := div(p_after_price * 10000, v_index) - 10000;
    v_between boolean := p_after_price * 10000 > (v_margin + 10000) * v_index;
    v_after_margin numeric := v_sign * (v_margin + case when v_between then 0.5 else 0 end);
    v_page private.book_place[] := '{}';
    v_worst numeric := 'Infinity';
    v_full uuid[] := '{}';
    v_kept uuid[] := '{}';
    v_more record;
begin
    -- Whose lines are more than a page may have of one maker keeps the best of them, and the page is
    -- read again without the others, until nobody has too many. Each time at least one maker is full.
    loop
        v_page := '{}';
        v_worst := 'Infinity';
        -- The size of the amount itself comes last: only there an order may be too small, and what costs
        -- more than a page of larger ones is not read.
        for v_size in reverse 10..v_smallest loop
            v_page := array(
                select row(best.cost, best.order_id, best.user_id)::private.book_place from (
                    select place.cost, place.order_id, place.user_id from unnest(v_page) as place
                    union all
                    select
                        case stream.price_type
                            when 'fixed' then fit.rank else v_index * (v_sign * 10000 + fit.rank) / 10000
                        end, fit.order_id, fit.user_id
                    from (values
                        ('fixed'::public.p2p_price_type, v_sign * p_after_price, v_worst),
                        ('margin', v_after_margin, div(v_worst * 10000, v_index) - v_sign * 10000 + 1)
                    ) as stream (price_type, after, upto)
                    cross join lateral (
                        select l.rank, l.order_id, l.user_id from private.p2p_book_lines as l
                        where l.cryptocurrency = p_cryptocurrency and l.fiat_currency = p_fiat_currency
                            and l.type = p_side and l.method = coalesce(p_method, '')
                            and l.price_type = stream.price_type and l.size = v_size
                            and (l.rank::numeric, l.order_id) > (coalesce(stream.after, '-Infinity'), v_after_id)
                            and l.rank <= stream.upto
                            and l.expires_at > v_now
                            and (l.trigger_price is null or private.is_awake(l.type, l.trigger_price, v_index))
                            and (v_tier is null or l.min_taker_tier <= v_tier)
                            and l.user_id <> all (v_apart)
                            and (l.user_id <> all (v_full) or l.order_id = any (v_kept))
                            and (not p_backed or private.backs_best_price(l.order_id))
                            and (p_amount is null or (l.max_order_amount >= p_amount and case
                                when v_size > v_smallest then l.min_order_amount <= p_amount
                                else exists (
                                    select from public.p2p_orders as o
                                    where o.id = l.order_id and o.remaining >= p_amount
                                        and (o.min_order_amount <= p_amount or o.remaining = p_amount)
                                )
                            end))
                        order by l.rank, l.order_id limit v_lines
                    ) as fit
                    order by 1, 2 limit v_lines
                ) as best
                order by best.cost, best.order_id
            );
            v_worst := case cardinality(v_page) when v_lines then v_page[v_lines].cost else 'Infinity' end;
        end loop;
        select array_agg(distinct many.user_id) as makers, array_agg(many.order_id) filter (where many.nth <= private.lines_per_maker()) as kept
        into v_more
        from (
            select place.user_id, place.order_id, row_number() over maker as nth, count(*) over (partition by place.user_id) as lines
            from unnest(v_page) with ordinality as place (cost, order_id, user_id, n)
            window maker as (partition by place.user_id order by place.n)
        ) as many
        where many.lines > private.lines_per_maker();
        exit when v_more.makers is null;
        v_full := v_full || v_more.makers;
        v_kept := v_kept || v_more.kept;
    end loop;
    return query
    select
        o.id, o.user_id, o.type, o.cryptocurrency, o.fiat_currency,
        trim_scale((v_sign * place.cost)::public.money_amount)::text, o.price_type, o.margin_bps,
        trim_scale(o.remaining)::text, trim_scale(o.min_order_amount)::text, trim_scale(o.max_order_amount)::text,
        o.payment_methods, o.time_limit, o.min_taker_tier, o.terms, o.completed_trades, o.expires_at, o.created_at
    from unnest(v_page) as place
    inner join public.p2p_orders as o on o.id = place.order_id
    order by place.cost, o.id;
end
$$;
comment on function private.book_page(
    public.p2p_order_type, text, text, text, numeric, integer, numeric, uuid, integer, boolean
) is
'A page of the book: for each size a stream of fixed prices and one of margins, each in the order of the index, merged. A margin''s key is found from the price of the last page. p_backed: only orders that private.backs_best_price counts and the tier of the caller may take.';

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
        p2p_book.tier, p2p_book.after_price, p2p_book.after_id, p2p_book.page_size, false
    );
end
$$;
comment on function public.p2p_book(
    public.p2p_order_type, text, text, text, public.money_amount, integer, public.money_amount, uuid, integer
) is
'Orders that can be taken now, best price for the taker first, then id. side: of the orders. amount: that one take could have, in the cryptocurrency. tier: of the taker. after_price, after_id: of the last line of the page before. At most 100 lines, and at most private.lines_per_maker() of one maker. Raises bad_page (422).';

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
        select line.price::numeric from private.book_page(
            p_side, p_cryptocurrency, p_fiat_currency, null, null, null, null, null, 1, true
        ) as line
    );
end
$$;
comment on function private.best_price(public.p2p_order_type, text, text) is
'Price of the first line of the book that this caller''s tier may take and something stands behind (private.backs_best_price).';

create view public.p2p_book_summary with (security_invoker = true) as
select
    c.cryptocurrency, c.fiat_currency, c.type, c.orders, c.counted_at,
    private.best_price(c.type, c.cryptocurrency, c.fiat_currency) as best_price
from public.p2p_book_counts as c;
comment on view public.p2p_book_summary is
'The book at a glance: orders of each pair and side, counted every minute, and the best price for a taker now.';
