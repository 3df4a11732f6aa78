-- Where money may be sent: addresses in the form of their rail, and never to nobody or to ourselves.

insert into private.refusals (code, status, detail, hint) values
('bad_address', 422, 'This is no address of this rail.', 'See its address_kinds.hint, and copy it again.'),
('bad_destination', 422, 'Money sent to this address is lost.', 'Name an address that you have the key to.');

create table public.unpayable_addresses (
    address_kind text not null references public.address_kinds (kind) on delete restrict,
    first_address text not null,
    last_address text not null,
    reason text not null check (length(reason) between 1 and 80),
    primary key (address_kind, first_address),
    constraint unpayable_addresses_in_order check (first_address collate "C" <= last_address collate "C")
);
alter table public.unpayable_addresses enable row level security;
select private.make_audited('public.unpayable_addresses', 'first_address');
comment on table public.unpayable_addresses is
'Addresses that nobody has a key to: no money is sent there. Whoever adds one stops payments to it at once.';
comment on column public.unpayable_addresses.address_kind is 'Kind of the addresses.';
comment on column public.unpayable_addresses.first_address is 'First of them, as private.normal_address keeps it.';
comment on column public.unpayable_addresses.last_address is 'Last of them; the first, when it is one.';
comment on column public.unpayable_addresses.reason is 'What is there.';

create function private.tg_unpayable_addresses__guard() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if not exists (
        select from public.address_kinds as k
        where k.kind = new.address_kind and new.first_address ~ k.pattern and new.last_address ~ k.pattern
            and (not k.ignores_case or (new.first_address = lower(new.first_address) and new.last_address = lower(new.last_address)))
    ) then
        perform private.refuse('bad_address');
    end if;
    return new;
end
$$;
comment on function private.tg_unpayable_addresses__guard() is
'Addresses are kept as private.normal_address has them. Raises bad_address (422).';
create trigger _500_guard before insert or update on public.unpayable_addresses
for each row execute function private.tg_unpayable_addresses__guard();

insert into public.unpayable_addresses (address_kind, first_address, last_address, reason)
select 'evm', u.first_address, u.last_address, u.reason
from (
    values
    ('0x' || repeat('0', 40), '0x' || repeat('0', 32) || repeat('f', 8), 'zero, precompiles, 0x…dead'),
    ('0x4200' || repeat('0', 36), '0x4200' || repeat('0', 32) || 'ffff', 'contracts of the chain itself'),
    ('0x' || repeat('c0d3', 9) || '0000', '0x' || repeat('c0d3', 9) || 'ffff', 'code of the chain itself'),
    ('0xdead' || repeat('0', 36), '0xdead' || repeat('0', 36), 'where tokens are burnt'),
    ('0xdead000000000000000042069420694206942069', '0xdead000000000000000042069420694206942069', 'the same')
) as u (first_address, last_address, reason)
union all
select 'evm', '0x' || repeat(d.digit, 40), '0x' || repeat(d.digit, 40), 'one digit for ever'
from regexp_split_to_table('123456789abcdef', '') as d (digit);

create table private.own_addresses (
    address_kind text not null references public.address_kinds (kind) on delete restrict,
    address text not null,
    primary key (address_kind, address)
);
alter table private.own_addresses enable row level security;
comment on table private.own_addresses is
'Addresses of the platform and of tokens, as private.normal_address keeps them: deposit addresses, hot wallets, contracts. Filled by private.tg__own_address wherever one is kept.';

create function private.unpayable(p_rail text, p_address text) returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_address text := private.normal_address(p_rail, p_address);
    v_kind text := private.rail_kind(p_rail);
begin
    return case when v_address is null then 'bad_address'
        when exists (
            select from public.unpayable_addresses as u
            where u.address_kind = v_kind and v_address collate "C" between u.first_address and u.last_address
        ) or exists (
            select from private.own_addresses as o where o.address_kind = v_kind and o.address = v_address
        ) or exists (
            -- A token of any chain: who pastes one has copied the wrong line.
            select from public.currencies as c where lower(c.contract_address) = lower(v_address)
        ) then 'bad_destination'
    end;
end
$$;
comment on function private.unpayable(text, text) is
'Why no money may be sent to an address: bad_address, it is none of this rail; bad_destination, it is nobody''s, a token''s or our own. Null: nothing is known against it. Everything that sends money asks here.';

create function private.assert_payable(p_rail text, p_address text) returns void
language plpgsql stable set search_path = ''
as $$
declare
    v_refusal text := private.unpayable(p_rail, p_address);
begin
    if v_refusal is not null then
        perform private.refuse(v_refusal);
    end if;
end
$$;
comment on function private.assert_payable(text, text) is
'Raises bad_address, bad_destination (422) for an address that no money may be sent to.';

create function private.tg__own_address() returns trigger
language plpgsql set search_path = ''
as $$
begin
    insert into private.own_addresses (address_kind, address)
    select k.kind, case when k.ignores_case then lower(new.address) else new.address end
    from public.address_kinds as k where new.address ~ k.pattern
    on conflict (address_kind, address) do nothing;
    if new.address is not null and not exists (
        select from public.address_kinds as k
        where new.address ~ k.pattern and k.kind = coalesce(private.rail_kind(to_jsonb(new) ->> 'rail'), k.kind)
    ) then
        perform private.refuse('bad_address');
    end if;
    return new;
end
$$;
comment on function private.tg__own_address() is
'Keeps the address of a row, of each kind that it looks like, among our own: nobody names it as a destination. Of a row with a rail it is of the kind of that. Raises bad_address (422).';

create function private.tg_payout_destinations__guard() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if tg_op = 'UPDATE' then
        if (to_jsonb(old) - '{default_from,removed_at}'::text[])
            is distinct from (to_jsonb(new) - '{default_from,removed_at}'::text[])
            or old.removed_at is not null or new.default_from < old.default_from then
            raise sqlstate 'PT409' using
                message = 'destination_fixed', detail = 'A destination is removed and another one named, never changed.';
        end if;
    else
        perform private.assert_payable(new.rail, new.address);
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
