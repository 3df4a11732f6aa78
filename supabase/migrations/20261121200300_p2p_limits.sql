-- How much a person may trade on the book: what its trades use of the limits, and what orders
-- and payment methods ask beside them.

insert into private.refusals (code, status, detail, hint) values
(
    'method_too_risky', 403, 'Your verification tier may not use a payment method of this risk.',
    'Choose another payment method, or verify more.'
),
('tier_too_low', 403, 'The maker asks takers for a higher verification tier.', 'Verify more, or take another order.');

create index p2p_trades_buyer_open_idx on public.p2p_trades (buyer_id)
where status in ('pending_payment', 'payment_confirmed', 'disputed');
create index p2p_trades_seller_open_idx on public.p2p_trades (seller_id)
where status in ('pending_payment', 'payment_confirmed', 'disputed');

create function private.p2p_limit_uses(p_party_id uuid, p_since timestamptz) returns table (
    worth numeric, used_at timestamptz
)
language plpgsql stable set search_path = ''
as $$
begin
    return query
    select t.reference_amount::numeric, t.created_at from public.p2p_trades as t
    where (t.buyer_id = p_party_id or t.seller_id = p_party_id) and t.created_at > p_since
        and (t.status not in ('cancelled', 'refunded') or t.given_up_by = p_party_id);
end
$$;
comment on function private.p2p_limit_uses(uuid, timestamptz) is
'Worth in the reference currency (null: unknown) and time of the trades of a party since a time; one that was cancelled or refunded counts for the party that gave it up only.';

create function private.p2p_open_uses(p_party_id uuid) returns table (open_trades bigint, unpaid_takes bigint)
language plpgsql stable set search_path = ''
as $$
begin
    return query
    select
        count(*),
        count(*) filter (
            where t.status = 'pending_payment' and t.buyer_id = p_party_id and t.taker_id = p_party_id
        )
    from public.p2p_trades as t
    where (t.buyer_id = p_party_id or t.seller_id = p_party_id)
        and t.status in ('pending_payment', 'payment_confirmed', 'disputed');
end
$$;
comment on function private.p2p_open_uses(uuid) is
'How many trades of a party are open, and how many of them it took and has not paid.';

create function private.p2p_dispute_worth(p_trade_id uuid) returns numeric
language plpgsql stable set search_path = ''
as $$
begin
    return (select t.reference_amount from public.p2p_trades as t where t.id = p_trade_id);
end
$$;
comment on function private.p2p_dispute_worth(uuid) is
'Worth of a trade in the reference currency, as it was taken; null: unknown, or no trade.';

create function private.order_limits_of(p_party_id uuid) returns table (
    name text, maximum numeric, used numeric, remaining numeric
)
language plpgsql stable set search_path = ''
as $$
declare
    v_tier public.verification_tiers := private.tier_row(p_party_id);
    -- Each counterparty is one voice: a hundred trades with a friend back one order.
    v_record integer := coalesce((select r.counterparties from public.trader_profiles as r where r.party_id = p_party_id), 0);
    v_published bigint;
    v_unbacked bigint;
begin
    select count(*), count(*) filter (where o.type = 'buy') into v_published, v_unbacked
    from public.p2p_orders as o
    where o.user_id = p_party_id and o.status in ('active', 'paused');
    return query
    select l.name, l.maximum, l.used, case when l.maximum is not null then greatest(l.maximum - l.used, 0) end
    from (values
        ('published_orders', v_tier.max_published_orders::numeric, v_published::numeric),
        ('unbacked_orders', (v_tier.max_unbacked_orders + v_record)::numeric, v_unbacked::numeric)
    ) as l (name, maximum, used);
end
$$;
comment on function private.order_limits_of(uuid) is
'How many orders a party may have published, and how many of them to buy; maximum: null is no limit.';

create function private.check_least_take(p_order public.p2p_orders, p_now timestamptz) returns void
language plpgsql stable set search_path = ''
as $$
declare
    v_per_trade numeric := (private.tier_row(p_order.user_id)).per_trade_limit;
begin
    if private.reference_worth(
        p_order.cryptocurrency, p_order.min_order_amount, p_order.fiat_currency,
        p_order.min_order_amount * p_order.price, p_now
    ) > v_per_trade then
        perform private.refuse_limit('taker', 'per_trade', v_per_trade, v_per_trade, null);
    end if;
end
$$;
comment on function private.check_least_take(public.p2p_orders, timestamptz) is
'Whether the smallest take of an order is within its maker''s limit of one trade: what nobody may take is not offered. Raises limit_exceeded (409).';

create function private.check_order_limits(p_order public.p2p_orders, p_now timestamptz) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_limit record;
begin
    -- Two that are published at once: the second counts the first.
    perform private.count_alone(array[p_order.user_id]);
    if p_order.type = 'buy' then
        perform private.refuse_cooldown(p_order.user_id, p_now);
    end if;
    for v_limit in
        select l.* from private.order_limits_of(p_order.user_id) as l
        where l.remaining < 1 and (l.name <> 'unbacked_orders' or p_order.type = 'buy')
    loop
        perform private.refuse_limit('taker', v_limit.name, v_limit.maximum, v_limit.remaining, null);
    end loop;
    perform private.check_least_take(p_order, p_now);
end
$$;
comment on function private.check_order_limits(public.p2p_orders, timestamptz) is
'Checks an order that is to be published, alone with the limits of its maker: how many are, how many without money behind them, and that its smallest take is within the limit of one trade. Raises limit_exceeded (409), and for an order to buy take_cooldown (429).';

create function private.check_trade_limits(p_trade public.p2p_trades) returns numeric
language plpgsql volatile set search_path = ''
as $$
declare
    v_worth numeric := private.reference_worth(
        p_trade.cryptocurrency, p_trade.amount, p_trade.fiat_currency, p_trade.fiat_amount, p_trade.created_at
    );
    v_maker uuid := case p_trade.taker_id when p_trade.buyer_id then p_trade.seller_id else p_trade.buyer_id end;
    v_method public.payment_methods;
begin
    perform private.refuse_cooldown(p_trade.taker_id, p_trade.created_at);
    if v_maker = p_trade.buyer_id and private.cooldown_until(v_maker, p_trade.created_at) is not null then
        perform private.refuse('counterparty_limit');
    end if;
    select * into v_method from public.payment_methods where id = p_trade.payment_method;
    if v_method.trade_limit is not null and v_worth is null then
        perform private.refuse('price_unknown');
    elsif v_worth > v_method.trade_limit then
        perform private.refuse_limit('taker', 'payment_method', v_method.trade_limit, v_method.trade_limit, null);
    end if;
    if (select o.min_taker_tier from public.p2p_orders as o where o.id = p_trade.order_id)
        > coalesce((select f.verification_tier from public.profiles as f where f.id = p_trade.taker_id), 0) then
        perform private.refuse('tier_too_low');
    elsif v_method.risk > (private.tier_row(p_trade.taker_id)).max_method_risk then
        perform private.refuse('method_too_risky');
    elsif v_method.risk > (private.tier_row(v_maker)).max_method_risk then
        perform private.refuse('counterparty_limit');
    end if;
    perform private.check_limits(
        p_trade.taker_id, v_maker, v_worth, private.worth_is_known(p_trade.cryptocurrency, p_trade.created_at),
        p_trade.taker_id = p_trade.buyer_id, p_trade.created_at
    );
    return v_worth;
end
$$;
comment on function private.check_trade_limits(public.p2p_trades) is
'Worth of a take in the reference currency (null: unknown and no limit asks), after checking it against the payment method and the limits of both sides. Raises what private.check_limits raises, take_cooldown (429), method_too_risky, tier_too_low (403).';

-- Invoker: row level security shows the caller's own trades.
create function public.my_limits() returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
begin
    return (
        select jsonb_build_object(
            'tier', p.verification_tier, 'name', t.name, 'currency', private.reference_currency(),
            'max_method_risk', t.max_method_risk,
            'limits', (
                select jsonb_object_agg(l.name, jsonb_build_object(
                    'limit', trim_scale(l.maximum)::text, 'used', trim_scale(l.used)::text,
                    'left', trim_scale(l.remaining)::text, 'frees_at', l.frees_at
                ))
                from (
                    select t.name, t.maximum, t.used, t.remaining, t.frees_at from private.limits_of(p.id, v_now) as t
                    union all
                    select o.name, o.maximum, o.used, o.remaining, null from private.order_limits_of(p.id) as o
                ) as l
            ),
            'waits_until', private.cooldown_until(p.id, v_now)
        )
        from public.profiles as p
        inner join public.verification_tiers as t on p.verification_tier = t.id
        where p.id = auth.uid()
    );
end
$$;
comment on function public.my_limits() is
'The caller''s tier and limits {tier, name, currency, max_method_risk, limits: {per_trade, daily, monthly: amounts; open_trades, unpaid_takes: trades; published_orders, unbacked_orders: orders}, waits_until: when the caller may take again after giving trades up}, each limit {limit (null: none), used, left, frees_at}; null for who has no profile.';
