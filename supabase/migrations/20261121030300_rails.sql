-- Rails: how money comes in and goes out, and what an address looks like on each.

insert into private.refusals (code, status, detail, hint) values
('no_such_rail', 422, 'There is no such rail.', 'See the table rails.'),
('rail_closed', 409, 'This rail is not open.', 'See is_open of rails.');

create table public.address_kinds (
    kind text primary key check (kind ~ '^[a-z][a-z0-9_]{1,31}$'),
    pattern text not null check (pattern ~ '^\^.+\$$'),
    ignores_case boolean not null,
    checksum text check (checksum in ('base58check')),
    hint text not null
);
alter table public.address_kinds enable row level security;
select private.make_audited('public.address_kinds', 'kind');
comment on table public.address_kinds is 'What addresses look like. Rails of one kind share their addresses: one that nobody can be paid at is so on each.';
comment on column public.address_kinds.kind is 'Name of the kind.';
comment on column public.address_kinds.pattern is 'Regular expression that the whole address fits.';
comment on column public.address_kinds.ignores_case is 'Whether capitals are a checksum only: the address is compared without them.';
comment on column public.address_kinds.checksum is 'Checksum that is looked at here; null: none, or one that only the capitals carry.';
comment on column public.address_kinds.hint is 'How to write one, for people.';
insert into public.address_kinds (kind, pattern, ignores_case, hint) values
('evm', '^0x[0-9a-fA-F]{40}$', true, '0x and 40 digits'),
('stripe_account', '^acct_[A-Za-z0-9]{1,60}$', false, 'acct_ and the account of Stripe');

insert into public.address_kinds (kind, pattern, ignores_case, checksum, hint) values
('tron', '^T[1-9A-HJ-NP-Za-km-z]{33}$', false, 'base58check', 'T and 33 letters and digits');

create function private.is_base58check(p_text text) returns boolean
language plpgsql immutable set search_path = ''
as $$
declare
    v_number numeric := 0;
    v_raw bytea := '';
    v_digit integer;
begin
    if not coalesce(length(p_text) between 6 and 60, false) then
        return false;
    end if;
    for i in 1..length(p_text) loop
        v_digit := strpos('123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz', substr(p_text, i, 1));
        if v_digit = 0 then
            return false;
        end if;
        v_number := v_number * 58 + v_digit - 1;
    end loop;
    while v_number > 0 loop
        v_raw := set_byte('\x00', 0, mod(v_number, 256)::integer) || v_raw;
        v_number := div(v_number, 256);
    end loop;
    v_raw := decode(repeat('00', length(p_text) - length(ltrim(p_text, '1'))), 'hex') || v_raw;
    return length(v_raw) > 4 and substr(v_raw, length(v_raw) - 3)
        = substr(sha256(sha256(substr(v_raw, 1, length(v_raw) - 4))), 1, 4);
end
$$;
comment on function private.is_base58check(text) is
'Whether the last four bytes of a text in Base58 are the checksum of those before them.';

create table public.rails (
    id text primary key check (id ~ '^[a-z][a-z0-9_]{1,31}$'),
    description text not null,
    is_open boolean not null,
    hold_within interval,
    network_id text references public.networks (id) on delete restrict,
    address_kind text references public.address_kinds (kind) on delete restrict,
    has_deposit_addresses boolean not null,
    refunds_itself boolean not null,
    destination_wait interval not null check (destination_wait between '0' and '7 days'),
    has_reports boolean not null,
    takes_back boolean not null,
    has_chargebacks boolean not null,
    max_amount public.money_amount not null check (max_amount > 0),
    margin_bps integer not null default 0 check (margin_bps between 0 and 5000),
    margin_amount public.money_amount not null default 0 check (margin_amount >= 0),
    answer_within interval not null check (answer_within between '1 minute' and '366 days'),
    cost_bps integer not null default 0 check (cost_bps between 0 and 5000),
    cost_amount public.money_amount not null default 0 check (cost_amount >= 0),
    constraint rails_hold_within_is_positive check (hold_within > '0'),
    constraint rails_chargebacks_take_back check (takes_back or not has_chargebacks),
    constraint rails_take_back_what_they_report check (has_reports or not takes_back)
);
alter table public.rails enable row level security;
create index rails_network_id_idx on public.rails (network_id);
create index rails_address_kind_idx on public.rails (address_kind);
select private.make_audited('public.rails');
select private.make_setting('public.rails',
'Whether a rail is open, how far what it says is believed, and how long a new destination waits.', '{
    "is_open": {"second": true},
    "destination_wait": {"least": "0", "most": "7 days", "second": true},
    "max_amount": {"least": "1", "most": "1000000000000000", "second": true},
    "margin_bps": {"least": "0", "most": "5000", "second": true},
    "margin_amount": {"least": "0", "most": "1000", "second": true},
    "answer_within": {"least": "1 minute", "most": "366 days", "second": true},
    "cost_bps": {"least": "0", "most": "5000", "second": true},
    "cost_amount": {"least": "0", "most": "1000", "second": true}
}');
comment on table public.rails is 'How money comes in and goes out.';
comment on column public.rails.id is 'Name of the rail.';
comment on column public.rails.description is 'What it is, for people.';
comment on column public.rails.is_open is
'Whether anything new begins over it. One that this deployment has not set up is closed; to stop one for a while is a halt.';
comment on column public.rails.hold_within is
'How long the rail lets money be held, from the moment it arrived: rail_hold_until of its escrows. Null: for ever.';
comment on column public.rails.network_id is 'Network whose currencies it carries; null: bank money.';
comment on column public.rails.address_kind is 'What an address looks like to which it pays; null: it pays to none.';
comment on column public.rails.has_deposit_addresses is 'Whether money comes in at an address of its own for each request; else under a reference of the rail.';
comment on column public.rails.refunds_itself is 'Whether it gives back what came in to where it came from: no destination is needed for that.';
comment on column public.rails.destination_wait is
'How long a destination waits before it is used, when its party has named another on the rail before: whoever has taken over an account cannot lead money away at once.';
comment on column public.rails.has_reports is 'Whether it tells us of money: there is somebody outside who can.';
comment on column public.rails.takes_back is 'Whether what came in can be gone again: a chargeback, a reorganisation.';
comment on column public.rails.has_chargebacks is 'Whether the payer''s bank can take money back, and give it back again.';
comment on column public.rails.max_amount is 'Most that one report can be about, in units of its currency; more is not believed.';
comment on column public.rails.margin_bps is 'How much more than was paid in it may take back, in basis points of that: rates and fees of banks.';
comment on column public.rails.margin_amount is 'And this much beside, in units of the currency.';
comment on column public.rails.answer_within is 'How far ahead a day to answer a chargeback can lie.';
comment on column public.rails.cost_bps is 'Most that it takes for its own work, in basis points of what it reported under the same name.';
comment on column public.rails.cost_amount is 'And this much beside, in units of the currency.';
-- Rows of a table read best one line each.
-- noqa: disable=LT05
insert into public.rails (
    id, description, is_open, hold_within, network_id, address_kind, has_deposit_addresses, refunds_itself, destination_wait, has_reports,
    takes_back, has_chargebacks, max_amount, margin_bps, margin_amount, answer_within, cost_bps, cost_amount
) values
('internal', 'Balance in Holdfast.', true, null, null, null, false, false, '0', false, false, false, 1e15, 0, 0, '1 minute', 0, 0),
-- Stripe holds 90 days in most countries, 2 years in the US, 10 days in Thailand; it charges at most 999,999.99.
('stripe', 'Card, through Stripe.', true, '90 days', null, 'stripe_account', false, true, '0', true, true, true, 1000000, 1000, 30, '120 days', 1000, 100),
-- A chain takes back what it brought, to the unit. Rails of EVM chains bear the name of their network.
('ethereum', 'Ethereum: its coin, and tokens.', false, null, 'ethereum', 'evm', true, false, '24 hours', true, true, false, 100000000, 0, 0, '120 days', 0, 100),
('bsc', 'BNB Smart Chain: its coin, and tokens.', false, null, 'bsc', 'evm', true, false, '24 hours', true, true, false, 100000000, 0, 0, '120 days', 0, 100),
('polygon', 'Polygon: its coin, and tokens.', false, null, 'polygon', 'evm', true, false, '24 hours', true, true, false, 100000000, 0, 0, '120 days', 0, 100),
('base', 'Base: its coin, and tokens.', true, null, 'base', 'evm', true, false, '24 hours', true, true, false, 100000000, 0, 0, '120 days', 0, 100),
-- It is read as an EVM chain is; nothing is paid out over it yet.
('tron', 'TRON: tokens.', false, null, 'tron', 'tron', true, false, '24 hours', true, true, false, 100000000, 0, 0, '120 days', 0, 100),
('celo', 'Celo: its coin, and tokens.', false, null, 'celo', 'evm', true, false, '24 hours', true, true, false, 100000000, 0, 0, '120 days', 0, 100);

-- noqa: enable=LT05

create function private.rail_hold_until(p_rail text, p_from timestamptz) returns timestamptz
language plpgsql stable set search_path = ''
as $$
begin
    return coalesce((select p_from + r.hold_within from public.rails as r where r.id = p_rail), 'infinity');
end
$$;
comment on function private.rail_hold_until(text, timestamptz) is
'Until when a rail holds money that arrived at a time; infinity where it holds for ever.';

create function private.known_rail(p_rail text) returns text
language plpgsql stable set search_path = ''
as $$
begin
    if not exists (select from public.rails as r where r.id = p_rail) then
        perform private.refuse('no_such_rail');
    end if;
    return p_rail;
end
$$;
comment on function private.known_rail(text) is 'The rail, when there is one. Raises no_such_rail (422).';

create function private.normal_address(p_rail text, p_address text) returns text
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select case when k.ignores_case then lower(p_address) else p_address end
        from public.rails as r inner join public.address_kinds as k on k.kind = r.address_kind
        where r.id = p_rail and p_address ~ k.pattern
            and (k.checksum is null or private.is_base58check(p_address))
    );
end
$$;
comment on function private.normal_address(text, text) is
'An address as it is compared: without the capitals of its checksum; null when it is none of this rail, or its checksum is wrong.';

create function private.rail_kind(p_rail text) returns text
language plpgsql stable set search_path = ''
as $$
begin
    return (select r.address_kind from public.rails as r where r.id = p_rail);
end
$$;
comment on function private.rail_kind(text) is
'Kind of the addresses of a rail, and so which functions work it; null where it has none.';

create function private.shares_addresses(p_rail text) returns text[]
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select array_agg(o.id order by o.id) from public.rails as r
        inner join public.rails as o on o.address_kind = r.address_kind and o.has_deposit_addresses
        where r.id = p_rail and r.has_deposit_addresses
    );
end
$$;
comment on function private.shares_addresses(text) is
'Rails at whose deposit addresses money can arrive over this rail, itself among them: a key has one address on every chain of a kind. Null: it has none.';

create function private.way_is_halted(p_rail text, p_currency text) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return exists (
        select from private.open_halts as h
        where h.kind = 'rail' and h.name = p_rail
            or h.kind = 'network' and (
                h.name = (select r.network_id from public.rails as r where r.id = p_rail)
                or h.name = (select c.network_id from public.currencies as c where c.code = p_currency)
            )
    );
end
$$;
comment on function private.way_is_halted(text, text) is
'Whether nothing new begins over a rail in a currency: the rail, its network or that of the currency is halted.';

create function private.ask_way(p_rail text, p_currency text) returns void
language plpgsql stable set search_path = ''
as $$
declare
    v_open boolean;
    v_halted boolean;
    v_down boolean;
begin
    -- One question, as this is on the way of every trade.
    select r.is_open, private.way_is_halted(p_rail, p_currency), exists (
        select from public.network_health as h where h.network_id = r.network_id and h.state <> 'up'
    ) into v_open, v_halted, v_down
    from public.rails as r where r.id = p_rail;
    if v_open is distinct from true then
        perform private.refuse('rail_closed');
    elsif v_halted then
        perform private.refuse('halted');
    elsif v_down then
        perform private.refuse('network_down');
    end if;
end
$$;
comment on function private.ask_way(text, text) is
'Goes on only where something new may begin over a rail in a currency. Raises rail_closed, halted, network_down (409).';
