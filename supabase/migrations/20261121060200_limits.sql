-- How much a person may trade: the limits of the tier, counted from what each product says was used.

insert into private.refusals (code, status, detail, hint) values
(
    'limit_exceeded', 409, 'This trade goes beyond a limit of your verification tier, or of the payment method.',
    'The member "limit" names the limit, what is left of it and when some of it frees; rpc/my_limits shows them all.'
),
(
    'counterparty_limit', 409, 'The other side cannot take this on now.',
    'Try a smaller amount, or somebody else.'
);

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
        from private.limit_uses(p_party_id, p_now - v_month) as d (worth, created_at)
        where d.worth > 0;
    end if;
    if coalesce(v_tier.max_open_trades, v_tier.max_unpaid_takes) is not null then
        select u.open_trades, u.unpaid_takes into v_open, v_unpaid from private.open_uses(p_party_id) as u;
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
'The limits of a party now, counted from what products say it used: per_trade, daily and monthly in the reference currency, open_trades and unpaid_takes in trades. maximum: null is no limit. frees_at: when the oldest of what counts leaves the window.';

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
