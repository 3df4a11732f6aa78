-- Networks and currencies: what can be held, and with how many decimals.

create table public.networks (
    id text primary key check (id ~ '^[a-z][a-z0-9_]*$'),
    name text not null,
    chain_id bigint unique,
    is_testnet boolean not null default false,
    confirmations_required integer not null check (confirmations_required > 0),
    block_seconds numeric(8, 2) not null check (block_seconds > 0),
    created_at timestamptz not null default private.clock()
);
alter table public.networks enable row level security;
select private.make_audited('public.networks');
comment on table public.networks is 'Blockchains Holdfast knows, with the confirmations a deposit needs.';
comment on column public.networks.id is 'Name of the network in tables and commands.';
comment on column public.networks.name is 'Name shown to people.';
comment on column public.networks.is_testnet is 'Whether its money is play money.';
comment on column public.networks.confirmations_required is 'Blocks after which a payment counts.';
comment on column public.networks.created_at is 'When the row was made, by the database clock.';
comment on column public.networks.chain_id is 'EIP-155 chain id; of a chain of coins its SLIP-44 type with the highest bit, as in the path of its keys. Null where it has none.';
comment on column public.networks.block_seconds is 'Usual time between blocks, seconds.';

create table public.currencies (
    code text primary key check (code ~ '^[A-Z][A-Z0-9_]{1,15}$'),
    symbol text not null,
    name text not null,
    kind text not null check (kind in ('crypto', 'fiat')),
    network_id text references public.networks (id) on delete restrict,
    contract_address text,
    decimals smallint not null check (decimals between 0 and 18),
    coingecko_id text,
    pegged_to text references public.currencies (code) on delete restrict,
    display_order integer not null default 1000,
    is_active boolean not null default true,
    created_at timestamptz not null default private.clock(),
    constraint currencies_network_for_crypto check ((kind = 'crypto') = (network_id is not null))
);
alter table public.currencies enable row level security;
create index currencies_network_id_idx on public.currencies (network_id);
create index currencies_pegged_to_idx on public.currencies (pegged_to);
select private.make_audited('public.currencies', 'code');
select private.make_setting('public.currencies', 'Which currencies new orders and escrows may use.', '{
    "is_active": {"second": true}, "display_order": {"least": "0", "most": "100000"}
}');
comment on table public.currencies is
'What amounts are counted in. A token on two networks is two currencies, since they do not settle each other.';
comment on column public.currencies.code is 'Name in all amounts; a token bears its network, such as USDC_BASE.';
comment on column public.currencies.symbol is 'Short sign shown to people, the same on every network.';
comment on column public.currencies.name is 'Full name shown to people.';
comment on column public.currencies.kind is 'Whether it is crypto or fiat money.';
comment on column public.currencies.network_id is 'Network a crypto currency lives on; null for fiat.';
comment on column public.currencies.contract_address is
'Contract of a token on its network; null for native coins and fiat.';
comment on column public.currencies.coingecko_id is 'Name under which CoinGecko quotes it; null when it does not.';
comment on column public.currencies.display_order is 'Place in lists, smallest first.';
comment on column public.currencies.is_active is 'Whether new orders and escrows may use it; what exists goes on.';
comment on column public.currencies.created_at is 'When the row was made, by the database clock.';
comment on column public.currencies.pegged_to is
'Fiat currency that the issuer redeems it in, one for one: its worth for limits while no index is fresh; null: no such promise.';
comment on column public.currencies.decimals is 'Decimals of the smallest unit; finer amounts are refused.';

create function private.tg_currencies__fixed_decimals() returns trigger
language plpgsql set search_path = ''
as $$
begin
    raise sqlstate 'PT409' using
        message = 'currency_is_fixed',
        detail = 'Code, kind and decimals of a currency never change: balances are counted in them.';
end
$$;
comment on function private.tg_currencies__fixed_decimals() is 'Refuses changes that would reinterpret balances.';
create trigger _500_fixed before update of code, kind, decimals on public.currencies
for each row when (
    old.code is distinct from new.code or old.kind is distinct from new.kind
    or old.decimals is distinct from new.decimals
) execute function private.tg_currencies__fixed_decimals();

-- Hot rows name a currency without a foreign key: its check would lock the one
-- row of a popular currency in every trade. So currencies never go away.
create trigger _000_never_deleted before delete or truncate on public.currencies
for each statement execute function private.tg__append_only();

create function private.decimals_of(p_currency text) returns integer
language plpgsql stable set search_path = ''
as $$
begin
    return (select decimals from public.currencies where code = p_currency);
end
$$;
comment on function private.decimals_of(text) is 'Decimals of a currency; null when unknown.';

create function private.fits(p_amount numeric, p_currency text) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select p_amount <> 'NaN'::numeric and exists (
            select from public.currencies where code = p_currency and trunc(p_amount, decimals) = p_amount
        )
    );
end
$$;
comment on function private.fits(numeric, text) is 'Whether an amount has no more decimals than its currency.';

create function private.fee_of(p_gross numeric, p_bps integer, p_decimals integer) returns numeric
language plpgsql immutable set search_path = ''
as $$
begin
    return trunc(p_gross * p_bps / 10000, p_decimals);
end
$$;
comment on function private.fee_of(numeric, integer, integer) is
'The one rounding rule of fees: basis points of the released part, truncated; what rounding leaves stays with the payee.';

-- Rows of a table read best one line each.
-- noqa: disable=LT05
insert into public.networks (id, name, chain_id, confirmations_required, block_seconds) values
('bitcoin', 'Bitcoin', 2147483648, 2, 600),
('litecoin', 'Litecoin', 2147483650, 6, 150),
('ethereum', 'Ethereum', 1, 12, 12),
('bsc', 'BNB Smart Chain', 56, 15, 3),
('tron', 'TRON', 728126428, 19, 3),
('polygon', 'Polygon', 137, 128, 2),
('base', 'Base', 8453, 64, 2),
('celo', 'Celo', 42220, 64, 1),
('solana', 'Solana', null, 32, 0.4);

insert into public.currencies
(code, symbol, name, kind, network_id, contract_address, decimals, coingecko_id, display_order) values
('BTC', 'BTC', 'Bitcoin', 'crypto', 'bitcoin', null, 8, 'bitcoin', 10),
('ETH', 'ETH', 'Ether', 'crypto', 'ethereum', null, 18, 'ethereum', 20),
('ETH_BASE', 'ETH', 'Ether on Base', 'crypto', 'base', null, 18, 'ethereum', 25),
('USDT_TRON', 'USDT', 'Tether USD on TRON', 'crypto', 'tron', 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t', 6, 'tether', 30),
('USDT_ETH', 'USDT', 'Tether USD on Ethereum', 'crypto', 'ethereum', '0xdAC17F958D2ee523a2206206994597C13D831ec7', 6, 'tether', 40),
('USDT_BSC', 'USDT', 'Tether USD on BSC', 'crypto', 'bsc', '0x55d398326f99059fF775485246999027B3197955', 18, 'tether', 50),
('USDC_ETH', 'USDC', 'USD Coin on Ethereum', 'crypto', 'ethereum', '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48', 6, 'usd-coin', 60),
('USDC_BASE', 'USDC', 'USD Coin on Base', 'crypto', 'base', '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913', 6, 'usd-coin', 70),
('USDC_POLYGON', 'USDC', 'USD Coin on Polygon', 'crypto', 'polygon', '0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359', 6, 'usd-coin', 80),
('BNB', 'BNB', 'BNB', 'crypto', 'bsc', null, 18, 'binancecoin', 90),
('TRX', 'TRX', 'TRON', 'crypto', 'tron', null, 6, 'tron', 100),
('POL', 'POL', 'Polygon', 'crypto', 'polygon', null, 18, 'polygon-ecosystem-token', 110),
('LTC', 'LTC', 'Litecoin', 'crypto', 'litecoin', null, 8, 'litecoin', 120),
('SOL', 'SOL', 'Solana', 'crypto', 'solana', null, 9, 'solana', 130),
('CELO', 'CELO', 'Celo', 'crypto', 'celo', null, 18, 'celo', 140),
-- Its issuer calls it USDm by now: what people are shown may change, the code cannot.
('CUSD', 'USDm', 'Mento Dollar on Celo', 'crypto', 'celo', '0x765DE816845861e75A25fCA122bb6898B8B1282a', 18, 'celo-dollar', 150),
('USD', '$', 'US dollar', 'fiat', null, null, 2, null, 200),
('EUR', '€', 'Euro', 'fiat', null, null, 2, null, 210),
('GBP', '£', 'Pound sterling', 'fiat', null, null, 2, null, 220),
('KES', 'KSh', 'Kenyan shilling', 'fiat', null, null, 2, null, 230),
('NGN', '₦', 'Nigerian naira', 'fiat', null, null, 2, null, 240),
('IDR', 'Rp', 'Indonesian rupiah', 'fiat', null, null, 0, null, 250);

-- Not for new orders and escrows: what people send by mistake, so that it can go back.
insert into public.currencies
(code, symbol, name, kind, network_id, contract_address, decimals, display_order, is_active) values
('USDBC_BASE', 'USDbC', 'USD Base Coin (bridged)', 'crypto', 'base', '0xd9aAEc86B65D86f6A7B5B1b0c42FFA531710b6CA', 6, 75, false),
('USDCE_POLYGON', 'USDC.e', 'USD Coin (bridged) on Polygon', 'crypto', 'polygon', '0x2791Bca1f2de4661ED88A30C99A7a9449Aa84174', 6, 85, false),
('USDT_POLYGON', 'USDT', 'Tether USD on Polygon', 'crypto', 'polygon', '0xc2132D05D31c914a87C6611C10748AEb04B58e8F', 6, 86, false),
('USDC_BSC', 'USDC', 'USD Coin (Binance-Peg) on BSC', 'crypto', 'bsc', '0x8AC76a51cc950d9822D68b83fE1Ad97B32Cd580d', 18, 87, false);

update public.currencies set pegged_to = 'USD' where symbol in ('USDT', 'USDC') and is_active;
