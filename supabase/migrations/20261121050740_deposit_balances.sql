-- What is where, address by address: what a treasury can move.

create table public.deposit_balances (
    request_id uuid not null references public.deposit_requests (id) on delete restrict,
    currency text not null references public.currencies (code) on delete restrict,
    amount public.money_amount not null check (amount >= 0),
    as_of timestamptz not null check (isfinite(as_of)),
    primary key (request_id, currency)
);
alter table public.deposit_balances enable row level security;
create index deposit_balances_amount_idx on public.deposit_balances (currency, amount desc) where amount > 0;
create index deposit_balances_currency_idx on public.deposit_balances (currency);
comment on table public.deposit_balances is
'For operators who have the file of its party open: what a deposit address holds by its rail, written with the daily comparison. An address that never held anything has no row.';
comment on column public.deposit_balances.request_id is 'Request whose address it is.';
comment on column public.deposit_balances.currency is 'What it holds.';
comment on column public.deposit_balances.amount is 'How much, in units of the currency.';
comment on column public.deposit_balances.as_of is 'Since when it is known to hold that.';

create function private.held_at_addresses() returns table (
    request_id uuid, rail text, currency text, address text, amount public.money_amount, as_of timestamptz
)
language plpgsql stable set search_path = ''
as $$
begin
    return query
    select b.request_id, r.id, b.currency, d.address, b.amount, b.as_of
    from public.deposit_balances as b
    inner join public.deposit_requests as d on b.request_id = d.id
    inner join public.currencies as c on b.currency = c.code
    inner join public.rails as r on c.network_id = r.network_id and r.has_deposit_addresses
    where b.amount > 0;
end
$$;
comment on function private.held_at_addresses() is
'Deposit addresses that hold money, with the rail over which it came, whatever the address was given for.';

-- Definer: whose address it is stands in the file of a party; where money lies to be swept, operators learn without.
create function private.deposit_holdings() returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    if not private.is_acting_staff('operator') then
        perform private.refuse('operator_only');
    end if;
    return (
        select coalesce(jsonb_agg(f.holding order by f.amount desc), '[]') from (
            select b.amount, jsonb_build_object(
                'address', b.address, 'rail', b.rail, 'currency', b.currency, 'amount', trim_scale(b.amount)::text,
                'as_of', b.as_of
            ) as holding
            from private.held_at_addresses() as b order by b.amount desc limit 500
        ) as f
    );
end
$$;
comment on function private.deposit_holdings() is 'As public.deposit_holdings.';

create function public.deposit_holdings() returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return private.deposit_holdings();
end
$$;
comment on function public.deposit_holdings() is
'For operators: deposit addresses that hold money, with the rail over which it came, the largest amounts first, 500 at most [{address, rail, currency, amount, as_of}]; not whose they are. Raises operator_only (403).';

-- Definer: schedules have no user.
create function service.deposit_addresses(
    rail text, after uuid default null, max_rows integer default 1000
) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select coalesce(jsonb_agg(jsonb_build_object('id', f.id, 'address', f.address, 'is_coin', f.is_coin) order by f.id), '[]')
        from (
            select d.id, d.address, c.contract_address is null as is_coin
            from public.deposit_requests as d inner join public.currencies as c on c.code = d.currency
            where d.rail = any (private.shares_addresses(deposit_addresses.rail)) and d.address is not null
                and (deposit_addresses.after is null or d.id > deposit_addresses.after)
            order by d.id limit least(greatest(max_rows, 1), 5000)
        ) as f
    );
end
$$;
comment on function service.deposit_addresses(text, uuid, integer) is
'A page of all deposit addresses at which money may have arrived over a rail, after one, with whether each was given for the coin of a chain.';

-- Definer: as above.
create function service.deposit_balances_record(told service.command) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_as_of timestamptz := (told ->> 'as_of')::timestamptz;
    v_changed integer;
begin
    if v_as_of is null or jsonb_typeof(told -> 'balances') is distinct from 'array' or exists (
        select from jsonb_to_recordset(told -> 'balances') as b (id uuid, currency text, amount numeric)
        left join public.deposit_requests as d on b.id = d.id and d.address is not null
        where d.id is null or b.amount is null or b.amount < 0 or not coalesce(private.fits(b.amount, b.currency), false)
    ) then
        perform private.refuse('bad_figures');
    end if;
    insert into public.deposit_balances as k (request_id, currency, amount, as_of)
    select b.id, b.currency, b.amount, v_as_of
    from jsonb_to_recordset(told -> 'balances') as b (id uuid, currency text, amount numeric)
    where b.amount > 0 or exists (
        select from public.deposit_balances as o where o.request_id = b.id and o.currency = b.currency
    )
    order by b.id, b.currency
    on conflict (request_id, currency) do update set amount = excluded.amount, as_of = excluded.as_of
    where k.amount <> excluded.amount and k.as_of <= excluded.as_of;
    get diagnostics v_changed = row_count;
    return v_changed;
end
$$;
comment on function service.deposit_balances_record(service.command) is
'What deposit addresses hold {as_of, balances [{id of the request, currency, amount}]}; how many have changed. What was read later stays. Raises bad_figures (422).';
