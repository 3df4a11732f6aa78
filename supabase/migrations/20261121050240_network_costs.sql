-- What a network takes for a payout: fixed when the payout is asked for, whatever it turns out to take.

create table public.network_costs (
    rail text not null references public.rails (id) on delete restrict check (rail <> 'internal'),
    currency text not null references public.currencies (code) on delete restrict,
    amount public.money_amount not null check (amount >= 0),
    primary key (rail, currency)
);
alter table public.network_costs enable row level security;
create index network_costs_currency_idx on public.network_costs (currency);
select private.make_audited('public.network_costs', 'rail');
select private.make_setting('public.network_costs', 'What a network takes for a payout.', '{
    "amount": {"least": "0", "most": "1000", "second": true}
}');
comment on table public.network_costs is
'What the network takes for one payout that a party asks for, as estimated, whatever may be withdrawn. What it really took is the platform''s affair; both are in the account of costs.';
comment on column public.network_costs.rail is 'How money leaves.';
comment on column public.network_costs.currency is 'What leaves; currency of the amount.';
comment on column public.network_costs.amount is 'What the network takes, in units of the currency.';
insert into public.network_costs (rail, currency, amount) values
('ethereum', 'USDC_ETH', 2), ('ethereum', 'USDT_ETH', 2), ('bsc', 'USDT_BSC', 0.3), ('bsc', 'USDC_BSC', 0.3),
('polygon', 'USDC_POLYGON', 0.1), ('polygon', 'USDCE_POLYGON', 0.1), ('polygon', 'USDT_POLYGON', 0.1),
('ethereum', 'ETH', 0.0005), ('bsc', 'BNB', 0.0003), ('polygon', 'POL', 0.2), ('base', 'ETH_BASE', 0.00003),
('celo', 'CELO', 0.2),
('base', 'USDC_BASE', 0.1), ('base', 'USDBC_BASE', 0.1), ('celo', 'CUSD', 0.1);

create function private.network_cost(p_rail text, p_currency text) returns numeric
language plpgsql stable set search_path = ''
as $$
declare
    v_amount numeric := (
        select n.amount from public.network_costs as n where n.rail = p_rail and n.currency = p_currency
    );
begin
    if v_amount is null then
        perform private.refuse('rail_currency');
    end if;
    return v_amount;
end
$$;
comment on function private.network_cost(text, text) is
'What the network takes for a payout. Raises rail_currency (422) where nobody has said so.';
