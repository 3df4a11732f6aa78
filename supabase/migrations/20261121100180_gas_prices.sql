-- What gas costs on each chain, kept as it was seen, and what a payout would cost the network's way now.

create table public.gas_price_history (
    network_id text not null references public.networks (id) on delete restrict,
    as_of timestamptz not null,
    base_fee bigint not null check (base_fee >= 0),
    tip bigint not null check (tip >= 0),
    primary key (network_id, as_of)
);
alter table public.gas_price_history enable row level security;
create index gas_price_history_as_of_idx on public.gas_price_history (as_of);
comment on table public.gas_price_history is
'What a unit of gas cost on each chain, every five minutes, for 90 days.';
comment on column public.gas_price_history.network_id is 'The network.';
comment on column public.gas_price_history.as_of is 'Beginning of the five minutes in which it was seen.';
comment on column public.gas_price_history.base_fee is 'What the next block takes for a unit of gas, in wei.';
comment on column public.gas_price_history.tip is 'The usual tip for a unit of gas, in wei: the median of the latest blocks.';

create view public.gas_price_days with (security_invoker = true) as
select
    h.network_id,
    date_trunc('day', h.as_of, 'UTC') as day,
    min(h.base_fee + h.tip) as least,
    percentile_disc(0.5) within group (order by h.base_fee + h.tip) as median,
    max(h.base_fee + h.tip) as most
from public.gas_price_history as h
group by h.network_id, date_trunc('day', h.as_of, 'UTC');
comment on view public.gas_price_days is 'What a unit of gas cost on each chain, by day.';
comment on column public.gas_price_days.network_id is 'The network.';
comment on column public.gas_price_days.day is 'Start of the day, in UTC.';
comment on column public.gas_price_days.least is 'Least that a unit of gas cost, tip included, in wei.';
comment on column public.gas_price_days.median is 'What it cost half of the time at most, in wei.';
comment on column public.gas_price_days.most is 'Most that it cost, in wei.';

create view public.payout_costs with (security_invoker = true) as
with transfers as (
    -- What a chain has itself has no contract.
    select t.currency, c.code as coin, c.network_id, case when t.currency = c.code then 21000 else 65000 end as gas
    from public.chain_tokens as t
    inner join public.networks as n on t.chain_id = n.chain_id
    inner join public.currencies as c on n.id = c.network_id and c.contract_address is null
)

select
    r.id as rail,
    t.currency,
    t.coin,
    t.gas,
    (l.price * t.gas * 0.000000000000000001)::public.money_amount as amount,
    l.as_of
from transfers as t
inner join public.rails as r on t.network_id = r.network_id
-- One row of the index for each, and not all of 90 days.
cross join lateral ( -- noqa: ST05
    select h.base_fee + h.tip as price, h.as_of from public.gas_price_history as h
    where h.network_id = t.network_id order by h.as_of desc limit 1
) as l;
comment on view public.payout_costs is
'What a network would take for one payout by the latest row of gas_price_history: an estimate, without what a rollup adds for its parent chain. What a party pays for it is network_costs.';
comment on column public.payout_costs.rail is 'How money leaves.';
comment on column public.payout_costs.currency is 'What leaves.';
comment on column public.payout_costs.coin is 'Currency of amount: gas is paid in the coin of the chain.';
comment on column public.payout_costs.gas is 'Units of gas that a transfer usually takes.';
comment on column public.payout_costs.amount is 'What that costs, in units of the coin.';
comment on column public.payout_costs.as_of is 'Of which moment the price of gas is.';

-- Definer: rails have no user.
create function service.gas_price_record(chain_id bigint, base_fee bigint, tip bigint) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    v_now timestamptz := private.clock();
    v_new boolean;
begin
    if least(gas_price_record.base_fee, gas_price_record.tip) < 0
        or num_nulls(gas_price_record.base_fee, gas_price_record.tip) > 0 then
        raise sqlstate 'PT422' using message = 'bad_gas_price', detail = 'A price of gas is two numbers of wei.';
    end if;
    insert into public.gas_price_history (network_id, as_of, base_fee, tip)
    select n.id, date_bin('5 minutes', v_now, 'epoch'), gas_price_record.base_fee, gas_price_record.tip
    from public.networks as n where n.chain_id = gas_price_record.chain_id
    on conflict (network_id, as_of) do nothing;
    v_new := found;
    if v_new then
        delete from public.gas_price_history as h where h.as_of < v_now - interval '90 days';
    end if;
    return v_new;
end
$$;
comment on function service.gas_price_record(bigint, bigint, bigint) is
'What a unit of gas costs on a chain now, in wei: the first of each five minutes is kept, for 90 days; whether it was. Raises bad_gas_price (422).';
