-- Where money may be sent: addresses in the form of their rail, and never to nobody or to ourselves.

insert into private.refusals (code, status, detail, hint) values
('bad_address', 422, 'This is no address of this rail.', 'Stripe: acct_…; Base: 0x and 40 digits. Copy it again.'),
('bad_destination', 422, 'Money sent to this address is lost.', 'Name an address that you have the key to.');

create table public.unpayable_addresses (
    rail public.escrow_rail not null,
    first_address text not null,
    last_address text not null,
    reason text not null check (length(reason) between 1 and 80),
    primary key (rail, first_address),
    constraint unpayable_addresses_in_order check (first_address collate "C" <= last_address collate "C"),
    constraint unpayable_addresses_as_kept check (
        rail <> 'usdc_base' or (first_address ~ '^0x[0-9a-f]{40}$' and last_address ~ '^0x[0-9a-f]{40}$')
    )
);
alter table public.unpayable_addresses enable row level security;
select private.make_audited('public.unpayable_addresses', 'first_address');
comment on table public.unpayable_addresses is
'Addresses that nobody has a key to: no money is sent there. Whoever adds one stops payments to it at once.';
comment on column public.unpayable_addresses.rail is 'Rail of the addresses.';
comment on column public.unpayable_addresses.first_address is 'First of them, as private.normal_address keeps it.';
comment on column public.unpayable_addresses.last_address is 'Last of them; the first, when it is one.';
comment on column public.unpayable_addresses.reason is 'What is there.';

insert into public.unpayable_addresses (rail, first_address, last_address, reason)
select 'usdc_base'::public.escrow_rail, u.first_address, u.last_address, u.reason
from (
    values
    ('0x' || repeat('0', 40), '0x' || repeat('0', 32) || repeat('f', 8), 'zero, precompiles, 0x…dead'),
    ('0x4200' || repeat('0', 36), '0x4200' || repeat('0', 32) || 'ffff', 'contracts of the chain itself'),
    ('0x' || repeat('c0d3', 9) || '0000', '0x' || repeat('c0d3', 9) || 'ffff', 'code of the chain itself'),
    ('0xdead' || repeat('0', 36), '0xdead' || repeat('0', 36), 'where tokens are burnt'),
    ('0xdead000000000000000042069420694206942069', '0xdead000000000000000042069420694206942069', 'the same')
) as u (first_address, last_address, reason)
union all
select 'usdc_base'::public.escrow_rail, '0x' || repeat(d.digit, 40), '0x' || repeat(d.digit, 40), 'one digit for ever'
from regexp_split_to_table('123456789abcdef', '') as d (digit);

create table private.own_addresses (
    rail public.escrow_rail not null,
    address text not null,
    primary key (rail, address)
);
alter table private.own_addresses enable row level security;
comment on table private.own_addresses is
'Addresses of the platform and of tokens, as private.normal_address keeps them: deposit addresses, hot wallets, contracts. Filled by private.tg__own_address wherever one is kept.';

create function private.normal_address(p_rail public.escrow_rail, p_address text) returns text
language plpgsql immutable set search_path = ''
as $$
begin
    if not coalesce(case p_rail
        when 'usdc_base' then p_address ~ '^0x[0-9a-fA-F]{40}$'
        when 'stripe' then p_address ~ '^acct_[A-Za-z0-9]{1,60}$'
    end, false) then
        return null;
    end if;
    return case p_rail when 'usdc_base' then lower(p_address) else p_address end;
end
$$;
comment on function private.normal_address(public.escrow_rail, text) is
'An address as it is compared: without the capitals of its checksum; null when it is none of this rail.';

create function private.unpayable(p_rail public.escrow_rail, p_address text) returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_address text := private.normal_address(p_rail, p_address);
begin
    return case when v_address is null then 'bad_address'
        when exists (
            select from public.unpayable_addresses as u
            where u.rail = p_rail and v_address collate "C" between u.first_address and u.last_address
        ) or exists (
            select from private.own_addresses as o where o.rail = p_rail and o.address = v_address
        ) or (p_rail = 'usdc_base' and exists (
            -- A token of any chain: who pastes one has copied the wrong line.
            select from public.currencies as c where lower(c.contract_address) = v_address
        )) then 'bad_destination'
    end;
end
$$;
comment on function private.unpayable(public.escrow_rail, text) is
'Why no money may be sent to an address: bad_address, it is none of this rail; bad_destination, it is nobody''s, a token''s or our own. Null: nothing is known against it. Everything that sends money asks here.';

create function private.tg__own_address() returns trigger
language plpgsql set search_path = ''
as $$
declare
    v_address text := private.normal_address('usdc_base', new.address);
begin
    if new.address is not null and v_address is null then
        perform private.refuse('bad_address');
    elsif v_address is not null then
        insert into private.own_addresses (rail, address) values ('usdc_base', v_address)
        on conflict (rail, address) do nothing;
    end if;
    return new;
end
$$;
comment on function private.tg__own_address() is
'Keeps the address of a row among our own: nobody names it as a destination. Raises bad_address (422).';

create function private.tg_payout_destinations__guard() returns trigger
language plpgsql set search_path = ''
as $$
declare
    v_refusal text := private.unpayable(new.rail, new.address);
begin
    if tg_op = 'UPDATE' then
        if (to_jsonb(old) - 'replaced_at') is distinct from (to_jsonb(new) - 'replaced_at')
            or old.replaced_at is not null then
            raise sqlstate 'PT409' using
                message = 'destination_fixed', detail = 'A destination is replaced by another, never changed.';
        end if;
    elsif v_refusal is not null then
        perform private.refuse(v_refusal);
    end if;
    return new;
end
$$;
comment on function private.tg_payout_destinations__guard() is
'A destination is an address that can be paid, and stays as it was named. Raises bad_address, bad_destination (422), destination_fixed (409).';
create trigger _500_guard before insert or update on public.payout_destinations
for each row execute function private.tg_payout_destinations__guard();
create trigger _000_never_deleted before delete or truncate on public.payout_destinations
for each statement execute function private.tg__append_only();
