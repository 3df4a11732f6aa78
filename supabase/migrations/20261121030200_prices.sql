-- What crypto costs in bank money: the index, its sources, how far they are trusted.

create table public.price_rules (
    cryptocurrency text not null references public.currencies (code) on delete restrict,
    fiat_currency text not null references public.currencies (code) on delete restrict,
    stale_after interval not null default '10 minutes' check (stale_after between '1 minute' and '1 day'),
    max_deviation_bps integer not null default 300 check (max_deviation_bps between 1 and 10000),
    max_jump_bps integer not null default 2000 check (max_jump_bps between 1 and 100000),
    min_sources smallint not null default 2 check (min_sources between 1 and 20),
    step_up_bps integer not null default 500 check (step_up_bps between 0 and 10000),
    is_active boolean not null default true,
    primary key (cryptocurrency, fiat_currency)
);
alter table public.price_rules enable row level security;
select private.make_setting('public.price_rules', 'When a price becomes the index of a pair.', '{
    "stale_after": {"least": "1 minute", "most": "1 day", "second": true},
    "max_deviation_bps": {"least": "1", "most": "2000", "second": true},
    "max_jump_bps": {"least": "1", "most": "10000", "second": true},
    "min_sources": {"least": "1", "most": "20", "second": true},
    "step_up_bps": {"least": "0", "most": "10000", "second": true}, "is_active": {"second": true}
}');
create index price_rules_fiat_currency_idx on public.price_rules (fiat_currency);
comment on table public.price_rules is 'Pairs that have an index, and when a price becomes one.';
comment on column public.price_rules.cryptocurrency is 'What is priced.';
comment on column public.price_rules.fiat_currency is 'In which money.';
comment on column public.price_rules.stale_after is 'Age from which the index counts for nothing.';
comment on column public.price_rules.max_deviation_bps is
'How far from the median of the sources a source may be, in basis points of the median.';
comment on column public.price_rules.max_jump_bps is
'How far from an index that is not stale its successor may be, in basis points; a jump that is real is believed once the index is stale.';
comment on column public.price_rules.min_sources is 'Sources that must agree; with fewer the index is not renewed and grows stale.';
comment on column public.price_rules.step_up_bps is
'How much worse than the index, for its maker, an order may be published without a second factor, in basis points.';
comment on column public.price_rules.is_active is 'False: the pair has no index.';

create table public.prices (
    cryptocurrency text not null,
    fiat_currency text not null,
    price public.money_amount not null,
    sources text[] not null,
    source_count smallint not null generated always as (cardinality(sources)) stored,
    as_of timestamptz not null,
    fetched_at timestamptz not null,
    primary key (cryptocurrency, fiat_currency),
    foreign key (cryptocurrency, fiat_currency) references public.price_rules (cryptocurrency, fiat_currency)
    on delete restrict,
    -- Times a margin in basis points it stays exact in 18 decimals.
    constraint prices_exact check (price > 0 and trunc(price, 14) = price and price < 1e15)
);
alter table public.prices enable row level security;
comment on table public.prices is 'The index: what one unit costs now. Older than its rule allows, it counts for nothing.';
comment on column public.prices.cryptocurrency is 'What is priced.';
comment on column public.prices.fiat_currency is 'In which money.';
comment on column public.prices.price is 'Median of the sources, at most 14 decimals.';
comment on column public.prices.sources is 'Sources it was made of.';
comment on column public.prices.source_count is 'How many they are.';
comment on column public.prices.as_of is 'Age of its oldest source.';
comment on column public.prices.fetched_at is 'When it was recorded.';

create table public.price_history (
    cryptocurrency text not null,
    fiat_currency text not null,
    as_of timestamptz not null,
    source text not null check (source ~ '^[a-z][a-z0-9_]{1,39}$'),
    price public.money_amount not null,
    outcome text not null check (outcome in ('used', 'outlier', 'too_few', 'jump', 'halted')),
    fetched_at timestamptz not null,
    primary key (cryptocurrency, fiat_currency, as_of, source)
) partition by range (as_of);
alter table public.price_history enable row level security;
select private.make_append_only('public.price_history');
comment on table public.price_history is 'What each source said, and what was made of it.';
comment on column public.price_history.cryptocurrency is 'What is priced.';
comment on column public.price_history.fiat_currency is 'In which money.';
comment on column public.price_history.as_of is 'Of which moment the source says it is.';
comment on column public.price_history.source is 'Who said so.';
comment on column public.price_history.price is 'What it said, rounded to 14 decimals.';
comment on column public.price_history.outcome is
'used: went into the index; outlier: too far from the median; too_few: agreed with too few others; jump: too far from the index before; halted: operators do not believe its source for now.';
comment on column public.price_history.fetched_at is 'When it was recorded.';

create table public.price_sources (
    source text primary key check (source ~ '^[a-z][a-z0-9_]{1,39}$'),
    heard_at timestamptz not null,
    as_of timestamptz not null
);
alter table public.price_sources enable row level security;
comment on table public.price_sources is 'Who says what money is worth, and when they were heard last: one that grows old is dead.';
comment on column public.price_sources.source is 'Name of the source, of prices or of rates of bank money.';
comment on column public.price_sources.heard_at is 'When it last said anything, by the database clock.';
comment on column public.price_sources.as_of is 'Of which moment the newest was that it said.';

create function private.heard_source(p_source text, p_as_of timestamptz, p_now timestamptz) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    insert into public.price_sources as s (source, heard_at, as_of) values (p_source, p_now, p_as_of)
    on conflict (source) do update set heard_at = excluded.heard_at, as_of = greatest(s.as_of, excluded.as_of);
end
$$;
comment on function private.heard_source(text, timestamptz, timestamptz) is 'Notes that a source has said something, and of which moment.';

insert into public.price_rules (cryptocurrency, fiat_currency)
select c.code, f.code from public.currencies as c, public.currencies as f
where c.kind = 'crypto' and f.kind = 'fiat';

insert into private.refusals (code, status, detail, hint) values
('price_stale', 409, 'There is no fresh index price for this pair.', 'Wait for the next one.'),
('bad_prices', 422, 'The index does not follow from its quotes by the rules of the pair.', '');

create function private.fresh_index(p_cryptocurrency text, p_fiat_currency text, p_now timestamptz)
returns public.prices
language plpgsql stable set search_path = ''
as $$
declare
    v_index public.prices;
begin
    select p.* into v_index from public.prices as p
    join public.price_rules as r on r.cryptocurrency = p.cryptocurrency and r.fiat_currency = p.fiat_currency
    where p.cryptocurrency = p_cryptocurrency and p.fiat_currency = p_fiat_currency
        and r.is_active and p.as_of > p_now - r.stale_after;
    return v_index;
end
$$;
comment on function private.fresh_index(text, text, timestamptz) is 'The index of a pair; all null when there is none or it is stale.';

-- Definer: schedules have no user.
create function service.prices_due() returns jsonb
language plpgsql stable security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
begin
    return (
        select jsonb_build_object('now', private.clock(), 'halted_sources', array(
            select s.source from public.price_sources as s where private.is_halted('price_source', s.source)
        ), 'pairs', coalesce(jsonb_agg(jsonb_build_object(
            'cryptocurrency', r.cryptocurrency, 'fiat_currency', r.fiat_currency,
            'symbol', c.symbol, 'coingecko_id', c.coingecko_id,
            'stale_after', extract(epoch from r.stale_after)::bigint,
            'max_deviation_bps', r.max_deviation_bps, 'max_jump_bps', r.max_jump_bps,
            'min_sources', r.min_sources,
            'index', trim_scale((private.fresh_index(r.cryptocurrency, r.fiat_currency, private.clock())).price)::text
        ) order by r.cryptocurrency, r.fiat_currency), '[]'))
        from public.price_rules as r
        join public.currencies as c on c.code = r.cryptocurrency
        join public.currencies as f on f.code = r.fiat_currency
        where r.is_active and c.is_active and f.is_active
    );
end
$$;
comment on function service.prices_due() is
'Pairs that need a price, with their rules, what the sources call them, and their index unless it is stale; and the sources that make none for now.';

create function private.index_follows(
    p_pair jsonb, p_rule public.price_rules, p_now timestamptz
) returns boolean
language plpgsql stable set search_path = ''
as $$
declare
    v_price numeric := (p_pair -> 'index' ->> 'price')::numeric;
    v_before numeric := (private.fresh_index(p_rule.cryptocurrency, p_rule.fiat_currency, p_now)).price;
begin
    return (
        select coalesce(
            count(*) >= p_rule.min_sources and count(distinct q.source) = count(*)
            and min(q.as_of) = (p_pair -> 'index' ->> 'as_of')::timestamptz
            and max(q.as_of) <= p_now + interval '1 minute'
            and v_price between min(q.price) and max(q.price)
            and bool_and(abs(q.price - v_price) * 10000 <= v_price * p_rule.max_deviation_bps), false
        ) and (v_before is null or abs(v_price - v_before) * 10000 <= v_before * p_rule.max_jump_bps)
        from jsonb_to_recordset(p_pair -> 'quotes') as q (source text, price numeric, as_of timestamptz, outcome text)
        where q.outcome = 'used'
    );
end
$$;
comment on function private.index_follows(jsonb, public.price_rules, timestamptz) is
'Whether an index is what its used quotes make of it by the rule of its pair, whoever decided it.';

-- Definer: service_role may give commands, not write the tables.
create function service.prices_record(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    v_now timestamptz := private.clock();
    v_pair jsonb;
    v_rule public.price_rules;
    v_quotes integer := 0;
    v_indexes integer := 0;
    v_touched integer;
    v_halted boolean;
begin
    if jsonb_typeof(command -> 'pairs') is distinct from 'array' then
        perform private.refuse('bad_prices');
    end if;
    for v_pair in select p from jsonb_array_elements(command -> 'pairs') as p loop
        select * into v_rule from public.price_rules
        where cryptocurrency = v_pair ->> 'cryptocurrency' and fiat_currency = v_pair ->> 'fiat_currency'
        for no key update;
        if not found or (
            v_pair -> 'index' <> 'null'::jsonb and not private.index_follows(v_pair, v_rule, v_now)
        ) then
            perform private.refuse('bad_prices');
        end if;
        v_halted := exists (
            select from jsonb_to_recordset(v_pair -> 'quotes') as q (source text, outcome text)
            where q.outcome = 'used' and private.is_halted('price_source', q.source)
        );
        insert into public.price_history (cryptocurrency, fiat_currency, as_of, source, price, outcome, fetched_at)
        select v_rule.cryptocurrency, v_rule.fiat_currency, q.as_of, q.source, q.price,
            case when private.is_halted('price_source', q.source) then 'halted' else q.outcome end, v_now
        from jsonb_to_recordset(v_pair -> 'quotes') as q (source text, price numeric, as_of timestamptz, outcome text)
        on conflict do nothing;
        get diagnostics v_touched = row_count;
        v_quotes := v_quotes + v_touched;
        -- Stale, or a source of it halted, while it was on its way here: the next one comes in a minute.
        continue when v_pair -> 'index' = 'null'::jsonb or v_halted
            or (v_pair -> 'index' ->> 'as_of')::timestamptz <= v_now - v_rule.stale_after;
        insert into public.prices as p (cryptocurrency, fiat_currency, price, sources, as_of, fetched_at)
        select v_rule.cryptocurrency, v_rule.fiat_currency, (v_pair -> 'index' ->> 'price')::numeric,
            array_agg(q.source order by q.source), (v_pair -> 'index' ->> 'as_of')::timestamptz, v_now
        from jsonb_to_recordset(v_pair -> 'quotes') as q (source text, outcome text)
        where q.outcome = 'used'
        on conflict (cryptocurrency, fiat_currency) do update set
            price = excluded.price, sources = excluded.sources, as_of = excluded.as_of, fetched_at = excluded.fetched_at
        where excluded.as_of >= p.as_of;
        get diagnostics v_touched = row_count;
        v_indexes := v_indexes + v_touched;
    end loop;
    perform private.heard_source(q.source, max(q.as_of), v_now)
    from jsonb_to_recordset(command -> 'pairs') as p (quotes jsonb)
    cross join jsonb_to_recordset(p.quotes) as q (source text, as_of timestamptz)
    group by q.source order by q.source;
    return jsonb_build_object('quotes', v_quotes, 'indexes', v_indexes);
end
$$;
comment on function service.prices_record(service.command) is
'Keeps what the sources said and renews the index {pairs: [{cryptocurrency, fiat_currency, quotes: [{source, price, as_of, outcome}], index: {price, as_of} or null}]} -> {quotes, indexes}, all or nothing; the same quote twice is one, and what a halted source said renews none. Raises bad_prices (422).';
