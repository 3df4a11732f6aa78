-- What bank money is worth: limits are counted in one currency, and a contract may be in another.

insert into private.refusals (code, status, detail, hint) values
('bad_rate', 422, 'A rate is above zero, says who says so, is of the last week and ends within 31 days.', ''),
(
    'price_unknown', 409, 'Nobody has said of late what this is worth: only what the lowest tier may do is open.',
    'Try a smaller amount, or wait for a new index or rate.'
);

create table public.fiat_rates (
    currency text primary key references public.currencies (code) on delete restrict,
    rate public.money_amount not null check (rate > 0 and rate < 1e9),
    source text not null check (length(source) between 1 and 200),
    as_of timestamptz not null,
    ends_at timestamptz not null,
    by_operator boolean not null default false,
    reason text not null default '' check (length(reason) <= 500),
    recorded_at timestamptz not null,
    constraint fiat_rates_end_after_they_begin check (as_of < ends_at and ends_at <= as_of + interval '40 days')
);
alter table public.fiat_rates enable row level security;
select private.make_audited('public.fiat_rates', 'currency');
select private.make_text('public.fiat_rates', 'prose', 'reason');
comment on table public.fiat_rates is
'What one unit of bank money is worth in the reference currency: from the daily list of a central bank, or set by an operator where that has none. Past rows are in the audit log.';
comment on column public.fiat_rates.currency is 'Of which one unit.';
comment on column public.fiat_rates.rate is 'Units of the reference currency.';
comment on column public.fiat_rates.source is 'Who says so.';
comment on column public.fiat_rates.as_of is 'Of which moment it is.';
comment on column public.fiat_rates.ends_at is 'From when it counts for nothing.';
comment on column public.fiat_rates.by_operator is 'Whether an operator set it; false: it came from a list.';
comment on column public.fiat_rates.reason is 'Why an operator set it, for everybody to read; empty: it came from a list.';
comment on column public.fiat_rates.recorded_at is 'When it was recorded, by the database clock.';

create function private.reference_currency() returns text
language plpgsql immutable set search_path = ''
as $$
begin
    return 'USD';
end
$$;
comment on function private.reference_currency() is 'Fiat currency that limits are counted in: said here and nowhere else.';

create function private.fiat_worth(p_currency text, p_amount numeric, p_now timestamptz) returns numeric
language plpgsql stable set search_path = ''
as $$
begin
    return case when p_currency = private.reference_currency() then p_amount else (
        select round(p_amount * r.rate, private.decimals_of(private.reference_currency()))
        from public.fiat_rates as r where r.currency = p_currency and r.ends_at > p_now
    ) end;
end
$$;
comment on function private.fiat_worth(text, numeric, timestamptz) is
'What bank money is worth in the reference currency; null: it is no bank money, or no rate stands.';

create function private.worth_is_known(p_currency text, p_now timestamptz) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return exists (
        select from public.prices as p
        where p.cryptocurrency = p_currency and p.fiat_currency = private.reference_currency()
            and p.as_of > p_now - interval '7 days'
    ) or exists (
        select from public.currencies as c where c.code = p_currency and c.pegged_to = private.reference_currency()
    ) or private.fiat_worth(p_currency, 1, p_now) is not null;
end
$$;
comment on function private.worth_is_known(text, timestamptz) is
'Whether somebody other than the parties says what a currency is worth: an index of the last seven days, a peg, or a rate that stands.';

create function private.reference_worth(
    p_currency text, p_amount numeric, p_fiat_currency text, p_fiat_amount numeric, p_now timestamptz
) returns numeric
language plpgsql stable set search_path = ''
as $$
declare
    v_decimals integer := private.decimals_of(private.reference_currency());
    v_index numeric := (
        select p.price from public.prices as p
        where p.cryptocurrency = p_currency and p.fiat_currency = private.reference_currency()
    );
begin
    -- The parties choose their price, so it never makes a trade smaller.
    return greatest(
        coalesce(round(p_amount * v_index, v_decimals), (
            select round(p_amount, v_decimals) from public.currencies
            where code = p_currency and pegged_to = private.reference_currency()
        ), private.fiat_worth(p_currency, p_amount, p_now)),
        private.fiat_worth(p_fiat_currency, p_fiat_amount, p_now)
    );
end
$$;
comment on function private.reference_worth(text, numeric, text, numeric, timestamptz) is
'What an amount is worth in the reference currency: the higher of the last index (else the peg, else the rate of bank money) and of what is paid for it. Null: nobody knows. Whether it may be believed: private.worth_is_known.';
