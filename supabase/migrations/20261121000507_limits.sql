-- How much a person may trade: the limits of the tier, counted from the trades and contracts
-- themselves. Contracts are made in a later file: the body below is read when it first runs.

insert into private.refusals (code, status, detail, hint) values
(
    'limit_exceeded', 409, 'This trade goes beyond a limit of your verification tier, or of the payment method.',
    'The member "limit" names the limit, what is left of it and when some of it frees; rpc/my_limits shows them all.'
),
(
    'counterparty_limit', 409, 'The other side cannot take this on now.',
    'Try a smaller amount, or somebody else.'
),
(
    'method_too_risky', 403, 'Your verification tier may not use a payment method of this risk.',
    'Choose another payment method, or verify more.'
),
('tier_too_low', 403, 'The maker asks takers for a higher verification tier.', 'Verify more, or take another order.');

create index p2p_trades_buyer_open_idx on public.p2p_trades (buyer_id)
where status in ('pending_payment', 'payment_confirmed', 'disputed');
create index p2p_trades_seller_open_idx on public.p2p_trades (seller_id)
where status in ('pending_payment', 'payment_confirmed', 'disputed');

create function private.tier_row(p_party_id uuid) returns public.verification_tiers
language plpgsql stable set search_path = ''
as $$
declare
    v_tier public.verification_tiers;
begin
    select t.* into v_tier from public.verification_tiers as t
    where t.id = coalesce((select p.verification_tier from public.profiles as p where p.id = p_party_id), 0);
    return v_tier;
end
$$;
comment on function private.tier_row(uuid) is 'What a party may trade now; who is no person is of the lowest tier.';

create function private.limits_of(p_party_id uuid, p_now timestamptz) returns table (
    name text, maximum numeric, used numeric, remaining numeric, frees_at timestamptz
)
language plpgsql stable set search_path = ''
as $$
declare
    v_tier public.verification_tiers;
    v_day constant interval := '24 hours';
    v_month constant interval := '30 days';
    v_daily numeric := 0;
    v_daily_oldest timestamptz;
    v_monthly numeric := 0;
    v_monthly_oldest timestamptz;
    v_open bigint := 0;
    v_unpaid bigint := 0;
begin
    v_tier := private.tier_row(p_party_id);
    if coalesce(v_tier.daily_limit, v_tier.monthly_limit) is not null then
        select
            coalesce(sum(d.worth) filter (where d.created_at > p_now - v_day), 0),
            min(d.created_at) filter (where d.created_at > p_now - v_day),
            coalesce(sum(d.worth), 0),
            min(d.created_at)
        into v_daily, v_daily_oldest, v_monthly, v_monthly_oldest
        from (
            select t.reference_amount as worth, t.created_at from public.p2p_trades as t
            where (t.buyer_id = p_party_id or t.seller_id = p_party_id) and t.created_at > p_now - v_month
                and (t.status not in ('cancelled', 'refunded') or t.given_up_by = p_party_id)
            union all
            select m.reference_amount, c.created_at
            from public.contracts as c
            inner join public.contract_milestones as m on c.id = m.contract_id
            inner join public.escrow_transactions as e on m.id = e.id
            where (c.buyer_id = p_party_id or c.seller_id = p_party_id) and c.created_at > p_now - v_month
                and e.state not in ('void', 'refunded')
        ) as d
        where d.worth > 0;
    end if;
    if coalesce(v_tier.max_open_trades, v_tier.max_unpaid_takes) is not null then
        select
            count(*),
            count(*) filter (
                where t.status = 'pending_payment' and t.buyer_id = p_party_id and t.taker_id = p_party_id
            )
        into v_open, v_unpaid
        from public.p2p_trades as t
        where (t.buyer_id = p_party_id or t.seller_id = p_party_id)
            and t.status in ('pending_payment', 'payment_confirmed', 'disputed');
        v_open := v_open + (
            select count(*) from public.contracts as c
            where (c.buyer_id = p_party_id or c.seller_id = p_party_id) and exists (
                select from public.contract_milestones as m
                inner join public.escrow_transactions as e on m.id = e.id
                where m.contract_id = c.id and e.completed_at is null
            )
        );
    end if;
    return query
    select l.name, l.maximum, l.used, case when l.maximum is not null then greatest(l.maximum - l.used, 0) end, l.frees_at
    from (values
        ('per_trade', v_tier.per_trade_limit::numeric, 0::numeric, null::timestamptz),
        ('daily', v_tier.daily_limit, v_daily, v_daily_oldest + v_day),
        ('monthly', v_tier.monthly_limit, v_monthly, v_monthly_oldest + v_month),
        ('open_trades', v_tier.max_open_trades, v_open, null),
        ('unpaid_takes', v_tier.max_unpaid_takes, v_unpaid, null)
    ) as l (name, maximum, used, frees_at);
end
$$;
comment on function private.limits_of(uuid, timestamptz) is
'The limits of a party now, counted from its trades and contracts: per_trade, daily and monthly in the reference currency, open_trades (a contract is one) and unpaid_takes in trades. maximum: null is no limit. frees_at: when the oldest of what counts leaves the window. A trade that was cancelled or refunded counts for the party that gave it up only; a milestone that is void or was refunded does not count.';

create function private.refuse_limit(
    p_side text, p_name text, p_maximum numeric, p_remaining numeric, p_frees_at timestamptz
) returns void
language plpgsql stable set search_path = ''
as $$
declare
    v_unit text := case
        when p_name in ('open_trades', 'unpaid_takes') then 'trades'
        when p_name in ('published_orders', 'unbacked_orders') then 'orders'
        else private.reference_currency()
    end;
begin
    -- Who asks learns nothing about the trades of the other side.
    if p_side = 'maker' then
        perform private.refuse('counterparty_limit');
    end if;
    perform private.refuse(
        'limit_exceeded',
        format('Of the limit %s (%s %s) %s is left', p_name, trim_scale(p_maximum), v_unit, trim_scale(p_remaining))
        || coalesce(to_char(p_frees_at at time zone 'UTC', '"; some of it frees at "YYYY-MM-DD"T"HH24:MI:SS"Z"'), '')
        || '.',
        jsonb_build_object('limit', jsonb_build_object(
            'name', p_name, 'side', p_side, 'maximum', trim_scale(p_maximum)::text,
            'left', trim_scale(p_remaining)::text, 'unit', v_unit, 'frees_at', p_frees_at
        ))
    );
end
$$;
comment on function private.refuse_limit(text, text, numeric, numeric, timestamptz) is
'Raises limit_exceeded with the member limit {name, side, maximum, left, unit, frees_at}, or counterparty_limit (409) without any figure when it is the maker''s.';

create function private.smallest_limit(p_name text) returns numeric
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select case p_name
            when 'per_trade' then t.per_trade_limit::numeric when 'daily' then t.daily_limit when 'monthly' then t.monthly_limit
        end
        from public.verification_tiers as t order by t.id limit 1
    );
end
$$;
comment on function private.smallest_limit(text) is
'What the lowest tier may trade, by the name of the limit; null: it is not counted in money.';

create function private.count_alone(p_party_ids uuid[]) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_id uuid;
begin
    -- Not the row of the party: whoever stops it has that row and waits for its orders and listings.
    foreach v_id in array array(select distinct p from unnest(p_party_ids) as p order by p) loop
        perform pg_advisory_xact_lock(hashtextextended('limits ' || v_id, 0));
    end loop;
end
$$;
comment on function private.count_alone(uuid[]) is
'Waits until nobody else counts what these parties have, until the end of the transaction: what the caller counts after it is still so at the commit. Taken after the lock of an order, a listing or an offer, before that of a wallet.';

create function private.check_limits(
    p_taker_id uuid, p_maker_id uuid, p_worth numeric, p_known boolean, p_takes_unpaid boolean, p_now timestamptz
) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_side record;
    v_limit record;
begin
    -- Who has limits takes turns: whatever is counted below is still so at the commit.
    perform private.count_alone(array(
        select p.id from unnest(array[p_taker_id, p_maker_id]) as p (id)
        where not exists (
            select from public.profiles as f
            inner join public.verification_tiers as t on f.verification_tier = t.id
            where f.id = p.id
                and num_nonnulls(t.daily_limit, t.monthly_limit, t.max_open_trades, t.max_unpaid_takes) = 0
        )
    ));
    for v_side in
        select side, party_id from (values ('taker', p_taker_id), ('maker', p_maker_id)) as s (side, party_id)
    loop
        for v_limit in
            select l.*, (case when l.name in ('open_trades', 'unpaid_takes') then 1 else p_worth end) as wanted
            from private.limits_of(v_side.party_id, p_now) as l
            where l.maximum is not null and (l.name <> 'unpaid_takes' or (v_side.side = 'taker' and p_takes_unpaid))
        loop
            if v_limit.wanted is null then
                perform private.refuse('price_unknown');
            elsif v_limit.wanted > v_limit.remaining then
                perform private.refuse_limit(
                    v_side.side, v_limit.name, v_limit.maximum, v_limit.remaining, v_limit.frees_at
                );
            elsif not p_known and v_limit.wanted + v_limit.used > private.smallest_limit(v_limit.name) then
                perform private.refuse('price_unknown');
            end if;
        end loop;
    end loop;
end
$$;
comment on function private.check_limits(uuid, uuid, numeric, boolean, boolean, timestamptz) is
'Checks a trade or contract of some worth (null: unknown), under lock, against the limits of both sides. taker: who asks now, and is told what is left; maker: the other side. p_known: somebody else than the parties says the worth; else who has limits has those of the lowest tier. p_takes_unpaid: the taker pays later. Raises limit_exceeded, counterparty_limit, price_unknown (409).';

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

create function private.check_order_limits(p_order public.p2p_orders, p_now timestamptz) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_per_trade numeric := (private.tier_row(p_order.user_id)).per_trade_limit;
    v_least numeric;
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
    -- What the limits of its own maker let nobody take is not offered.
    v_least := private.reference_worth(
        p_order.cryptocurrency, p_order.min_order_amount, p_order.fiat_currency,
        p_order.min_order_amount * p_order.price, p_now
    );
    if v_least > v_per_trade then
        perform private.refuse_limit('taker', 'per_trade', v_per_trade, v_per_trade, null);
    end if;
end
$$;
comment on function private.check_order_limits(public.p2p_orders, timestamptz) is
'Checks an order that is to be published, under the lock of its maker: how many are, how many without money behind them, and that its smallest take is within the limit of one trade. Raises limit_exceeded (409), and for an order to buy take_cooldown (429).';

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
