-- Which rail is open to whom, in which currency, up to how much.

insert into private.refusals (code, status, detail, hint) values
(
    'rail_not_open', 409, 'This rail is not open to you for this amount.',
    'The member "limit" names what your verification tier may move over it; rail_limits shows them all.'
),
(
    'payment_out_of_range', 422, 'A rail does not move so little, or so much, at once.',
    'Each milestone is one payment; rail_payment_ranges has the figures.'
),
('rail_currency', 422, 'This rail does not carry this currency.', 'See rail_limits.'),
('rail_not_accepted', 409, 'The seller does not take this way of paying for this listing.', 'See its rails.');

create table public.rail_limits (
    id smallint primary key generated always as identity,
    rail text not null references public.rails (id) on delete restrict,
    tier smallint not null references public.verification_tiers (id) on delete restrict,
    currency text references public.currencies (code) on delete restrict,
    max_amount public.money_amount check (max_amount > 0),
    constraint rail_limits_key unique nulls not distinct (rail, tier, currency)
);
alter table public.rail_limits enable row level security;
create index rail_limits_tier_idx on public.rail_limits (tier);
create index rail_limits_currency_idx on public.rail_limits (currency);
select private.make_audited('public.rail_limits');
select private.make_setting('public.rail_limits', 'What a contract or a withdrawal may be worth on a rail.', '{
    "max_amount": {"least": "0.01", "most": "1000000000", "second": true}
}');
comment on table public.rail_limits is
'What a contract, or a withdrawal, may be worth on a rail, by tier of each side. Without a row the rail is closed for that tier; a currency without any row is one that the rail does not carry.';
comment on column public.rail_limits.id is 'The row.';
comment on column public.rail_limits.rail is 'How money moves.';
comment on column public.rail_limits.tier is 'Verification tier of a side: buyer and seller, or who withdraws.';
comment on column public.rail_limits.currency is 'Currency of what moves and of max_amount; null: every currency.';
comment on column public.rail_limits.max_amount is 'Most that one contract, or one withdrawal, may be worth; null: no limit of the rail.';

insert into public.rail_limits (rail, tier, currency, max_amount) values
('stripe', 0, 'USD', 200), ('stripe', 1, 'USD', 1000), ('stripe', 2, 'USD', 10000), ('stripe', 3, 'USD', 10000),
('stripe', 0, 'EUR', 180), ('stripe', 1, 'EUR', 900), ('stripe', 2, 'EUR', 9000), ('stripe', 3, 'EUR', 9000),
('stripe', 0, 'GBP', 160), ('stripe', 1, 'GBP', 800), ('stripe', 2, 'GBP', 8000), ('stripe', 3, 'GBP', 8000),
('ethereum', 1, 'USDC_ETH', null), ('ethereum', 2, 'USDC_ETH', null), ('ethereum', 3, 'USDC_ETH', null),
('ethereum', 1, 'USDT_ETH', null), ('ethereum', 2, 'USDT_ETH', null), ('ethereum', 3, 'USDT_ETH', null),
('bsc', 1, 'USDT_BSC', null), ('bsc', 2, 'USDT_BSC', null), ('bsc', 3, 'USDT_BSC', null),
('polygon', 1, 'USDC_POLYGON', null), ('polygon', 2, 'USDC_POLYGON', null), ('polygon', 3, 'USDC_POLYGON', null),
('base', 1, 'USDC_BASE', null), ('base', 2, 'USDC_BASE', null), ('base', 3, 'USDC_BASE', null),
('tron', 1, 'USDT_TRON', null), ('tron', 2, 'USDT_TRON', null), ('tron', 3, 'USDT_TRON', null),
('celo', 1, 'CUSD', null), ('celo', 2, 'CUSD', null), ('celo', 3, 'CUSD', null),
('ethereum', 1, 'ETH', null), ('ethereum', 2, 'ETH', null), ('ethereum', 3, 'ETH', null),
('bsc', 1, 'BNB', null), ('bsc', 2, 'BNB', null), ('bsc', 3, 'BNB', null),
('polygon', 1, 'POL', null), ('polygon', 2, 'POL', null), ('polygon', 3, 'POL', null),
('base', 1, 'ETH_BASE', null), ('base', 2, 'ETH_BASE', null), ('base', 3, 'ETH_BASE', null),
('celo', 1, 'CELO', null), ('celo', 2, 'CELO', null), ('celo', 3, 'CELO', null),
('internal', 0, null, null), ('internal', 1, null, null), ('internal', 2, null, null), ('internal', 3, null, null);

create table public.rail_payment_ranges (
    rail text not null references public.rails (id) on delete restrict,
    currency text not null references public.currencies (code) on delete restrict,
    min_amount public.money_amount not null check (min_amount > 0),
    max_amount public.money_amount not null,
    primary key (rail, currency),
    constraint rail_payment_ranges_order check (min_amount <= max_amount)
);
alter table public.rail_payment_ranges enable row level security;
create index rail_payment_ranges_currency_idx on public.rail_payment_ranges (currency);
select private.make_audited('public.rail_payment_ranges', 'rail');
select private.make_setting('public.rail_payment_ranges', 'What a rail moves at once.', '{
    "min_amount": {"least": "0.01", "most": "1000000000", "second": true},
    "max_amount": {"least": "0.01", "most": "1000000000", "second": true}
}');
comment on table public.rail_payment_ranges is
'What a rail moves at once: one milestone is one payment. A currency without a row has no such bounds there.';
comment on column public.rail_payment_ranges.rail is 'How the buyer pays.';
comment on column public.rail_payment_ranges.currency is 'Currency of the payment.';
comment on column public.rail_payment_ranges.min_amount is 'Least that the rail moves at once.';
comment on column public.rail_payment_ranges.max_amount is 'Most that the rail moves at once.';

-- Stripe, "Minimum and maximum charge amounts": eight digits in the smallest unit at most.
insert into public.rail_payment_ranges (rail, currency, min_amount, max_amount) values
('stripe', 'USD', 0.50, 999999.99), ('stripe', 'EUR', 0.50, 999999.99), ('stripe', 'GBP', 0.30, 999999.99);

create function private.check_payments(p_rail text, p_currency text, p_amounts numeric[]) returns void
language plpgsql stable set search_path = ''
as $$
begin
    if exists (
        select from public.rail_payment_ranges as r cross join unnest(p_amounts) as a (amount)
        where r.rail = p_rail and r.currency = p_currency and a.amount not between r.min_amount and r.max_amount
    ) then
        perform private.refuse('payment_out_of_range');
    end if;
end
$$;
comment on function private.check_payments(text, text, numeric[]) is
'Checks that a rail moves each of these amounts at once. Raises payment_out_of_range (422).';

create function private.check_rail(
    p_rail text, p_currency text, p_amount numeric, p_asker_id uuid, p_other_id uuid
) returns void
language plpgsql stable set search_path = ''
as $$
declare
    v_side record;
    v_limit public.rail_limits;
begin
    perform private.ask_way(p_rail, p_currency);
    if not exists (
        select from public.rail_limits as l
        where l.rail = p_rail and (l.currency = p_currency or l.currency is null)
    ) then
        perform private.refuse('rail_currency');
    end if;
    for v_side in
        select s.name, (private.tier_row(s.party_id)).id as tier
        from (values ('taker', p_asker_id), ('maker', p_other_id)) as s (name, party_id)
    loop
        select l.* into v_limit from public.rail_limits as l
        where l.rail = p_rail and l.tier = v_side.tier and (l.currency = p_currency or l.currency is null)
        order by l.currency nulls last limit 1;
        if found and coalesce(p_amount <= v_limit.max_amount, true) then
            continue;
        elsif v_side.name = 'maker' then
            -- Who asks learns nothing about the tier of the other side.
            perform private.refuse('counterparty_limit');
        end if;
        perform private.refuse(
            'rail_not_open',
            case when found
                then format('The rail %s is open to your tier for at most %s %s.',
                    p_rail, trim_scale(v_limit.max_amount), p_currency)
                else format('The rail %s is closed for your tier.', p_rail)
            end,
            jsonb_build_object('limit', jsonb_build_object(
                'name', 'rail_' || p_rail, 'side', v_side.name,
                'maximum', trim_scale(coalesce(v_limit.max_amount, 0))::text,
                'left', trim_scale(coalesce(v_limit.max_amount, 0))::text, 'unit', p_currency, 'frees_at', null
            ))
        );
    end loop;
end
$$;
comment on function private.check_rail(text, text, numeric, uuid, uuid) is
'Checks that a rail carries the currency, is open and not halted, and is so for the amount to both sides. Raises rail_closed, halted (409), rail_currency (422), rail_not_open with the member limit, or counterparty_limit without any figure when it is the other side''s (409).';
