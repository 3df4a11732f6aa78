-- Money that is expected: what for, from whom, over which rail, and where it comes in.

insert into private.refusals (code, status, detail, hint) values
('destination_required', 409, 'Name first where money goes that comes back to you.', 'POST /payout-destinations.');

create table public.deposit_keys (
    id smallint primary key generated always as identity,
    address_kind text not null references public.address_kinds (kind) on delete restrict,
    fingerprint text not null check (fingerprint ~ '^[0-9a-f]{64}$'),
    next_index bigint not null check (next_index >= 0),
    created_at timestamptz not null,
    constraint deposit_keys_once unique (address_kind, fingerprint)
);
alter table public.deposit_keys enable row level security;
create trigger _000_never_deleted before delete or truncate on public.deposit_keys
for each statement execute function private.tg__append_only();
comment on table public.deposit_keys is
'Versions of the extended public keys that deposit addresses are derived from. New addresses come from the key that the function has now; those of every older one are watched for ever.';
comment on column public.deposit_keys.id is 'Version of the key.';
comment on column public.deposit_keys.address_kind is 'What its addresses look like.';
comment on column public.deposit_keys.fingerprint is 'SHA-256 of the extended public key.';
comment on column public.deposit_keys.next_index is 'Index of the next address below it; all before are given away. The row is the lock.';
comment on column public.deposit_keys.created_at is 'When its first address was asked for, by the database clock.';

create table public.deposit_requests (
    id uuid primary key,
    purpose text not null references public.purposes (purpose) on delete restrict,
    reference_id uuid not null,
    party_id uuid not null references public.parties (id) on delete restrict,
    rail text not null references public.rails (id) on delete restrict
    check (rail <> 'internal'),
    currency text not null references public.currencies (code) on delete restrict,
    amount public.money_amount check (amount > 0),
    key_id smallint references public.deposit_keys (id) on delete restrict,
    address_index bigint check (address_index >= 0),
    address text unique check (length(address) between 1 and 255),
    slice smallint generated always as (get_byte(decode(md5(address), 'hex'), 0) % 24) stored,
    active_until timestamptz check (isfinite(active_until)),
    provider_reference text unique check (length(provider_reference) between 1 and 255),
    requested_by uuid not null references auth.users (id) on delete restrict,
    created_at timestamptz not null,
    closed_at timestamptz,
    constraint deposit_requests_once unique (purpose, reference_id, rail, currency),
    constraint deposit_requests_index_once unique (key_id, address_index),
    constraint deposit_requests_at_one_place check (
        (key_id is null) = (address_index is null) and (address is null or address_index is not null)
        and (address_index is null or provider_reference is null)
    ),
    constraint deposit_requests_address_is_active check ((address is null) = (active_until is null))
);
alter table public.deposit_requests enable row level security;
create index deposit_requests_party_id_idx on public.deposit_requests (party_id, created_at desc);
create index deposit_requests_currency_idx on public.deposit_requests (currency);
create index deposit_requests_requested_by_idx on public.deposit_requests (requested_by);
create index deposit_requests_rail_idx on public.deposit_requests (rail, created_at);
create index deposit_requests_active_until_idx on public.deposit_requests (active_until) where address is not null;
create index deposit_requests_slice_idx on public.deposit_requests (slice, id) where address is not null;
comment on table public.deposit_requests is
'Where a party pays what is expected of it: at a deposit address that is nobody else''s, or by a payment of the rail. One for what it is for, rail and currency, and never changed.';
comment on column public.deposit_requests.id is 'The request.';
comment on column public.deposit_requests.purpose is 'What the money is for.';
comment on column public.deposit_requests.reference_id is 'Which one of that: the escrow, or the party whose wallet it is.';
comment on column public.deposit_requests.party_id is 'Who pays.';
comment on column public.deposit_requests.rail is 'How.';
comment on column public.deposit_requests.currency is 'What is expected.';
comment on column public.deposit_requests.amount is 'How much, in units of the currency; null: any amount, any number of times.';
comment on column public.deposit_requests.key_id is 'Key that the address is derived from; null where there is none.';
comment on column public.deposit_requests.address_index is 'Index of the address below the key.';
comment on column public.deposit_requests.address is 'Deposit address; null for a payment of the rail.';
comment on column public.deposit_requests.slice is
'Which of 24 parts of all addresses it is in: each is read through once a day, so that money is found however late it comes.';
comment on column public.deposit_requests.active_until is
'Until when its address is looked at each time a chain is read: 30 days from when it was last asked for or paid to.';
comment on column public.deposit_requests.provider_reference is 'What the rail calls the payment; null at an address.';
comment on column public.deposit_requests.requested_by is 'User who asked how to pay.';
comment on column public.deposit_requests.created_at is 'When, by the database clock.';
comment on column public.deposit_requests.closed_at is 'When the rail had nothing more to say about it: captured, or cancelled; null while it is watched.';

create function private.tg_deposit_requests__guard() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if (to_jsonb(old) - '{key_id,address_index,address,slice,active_until,provider_reference,closed_at}'::text[])
        is distinct from (to_jsonb(new) - '{key_id,address_index,address,slice,active_until,provider_reference,closed_at}'::text[])
        or (old.address is not null and (old.key_id, old.address_index, old.address)
            is distinct from (new.key_id, new.address_index, new.address))
        or (old.provider_reference is not null and new.provider_reference is distinct from old.provider_reference) then
        raise sqlstate 'PT409' using
            message = 'deposit_request_fixed', detail = 'Where money is expected never changes.';
    end if;
    return new;
end
$$;
comment on function private.tg_deposit_requests__guard() is 'Where money is expected never changes once it was said.';
create trigger _500_guard before update on public.deposit_requests
for each row execute function private.tg_deposit_requests__guard();
create trigger _510_own_address after insert or update of address on public.deposit_requests
for each row execute function private.tg__own_address();
create trigger _000_never_deleted before delete or truncate on public.deposit_requests
for each statement execute function private.tg__append_only();

create function private.active_from(p_now timestamptz) returns timestamptz
language plpgsql immutable set search_path = ''
as $$
begin
    return p_now + interval '30 days';
end
$$;
comment on function private.active_from(timestamptz) is
'Until when a deposit address is looked at each time, when it is asked for or paid to at a time.';

create function private.request_deposit(
    p_request public.deposit_requests, p_fingerprint text
) returns public.deposit_requests
language plpgsql volatile set search_path = ''
as $$
declare
    v_kind text := (
        select r.address_kind from public.rails as r where r.id = p_request.rail and r.has_deposit_addresses
    );
    v_row public.deposit_requests;
begin
    perform private.ask_way(p_request.rail, p_request.currency);
    insert into public.deposit_requests (
        id, purpose, reference_id, party_id, rail, currency, amount, requested_by, created_at
    ) values (
        private.uuid_v7(p_request.created_at), p_request.purpose, p_request.reference_id, p_request.party_id, p_request.rail,
        p_request.currency, p_request.amount, p_request.requested_by, p_request.created_at
    ) on conflict on constraint deposit_requests_once do nothing;
    select * into strict v_row from public.deposit_requests as d
    where d.purpose = p_request.purpose and d.reference_id = p_request.reference_id and d.rail = p_request.rail
        and d.currency = p_request.currency
    for no key update;
    if v_row.address is not null then
        update public.deposit_requests as d set
            active_until = greatest(d.active_until, private.active_from(p_request.created_at))
        where d.id = v_row.id;
    end if;
    if v_kind is null or v_row.address is not null or exists (
        select from public.deposit_keys as k where k.id = v_row.key_id and k.fingerprint = p_fingerprint
    ) then
        return v_row;
    elsif p_fingerprint is null then
        perform private.refuse('reference_required');
    end if;
    -- What was given of an older key was shown to nobody.
    insert into public.deposit_keys as k (address_kind, fingerprint, next_index, created_at)
    values (v_kind, p_fingerprint, 1, p_request.created_at)
    on conflict on constraint deposit_keys_once do update set next_index = k.next_index + 1
    returning k.id, k.next_index - 1 into v_row.key_id, v_row.address_index;
    update public.deposit_requests as d set key_id = v_row.key_id, address_index = v_row.address_index
    where d.id = v_row.id
    returning * into v_row;
    return v_row;
end
$$;
comment on function private.request_deposit(public.deposit_requests, text) is
'The request {purpose, reference_id, party_id, rail, currency, amount, requested_by, created_at}, made once and then found again, with the index of its address where the rail has addresses. p_fingerprint: SHA-256 of the key that the function derives from. Raises halted (409), reference_required (422) where there is none.';

create function private.place_deposit(p_request_id uuid, command jsonb) returns public.deposit_requests
language plpgsql volatile set search_path = ''
as $$
declare
    v_row public.deposit_requests;
begin
    select * into strict v_row from public.deposit_requests as d where d.id = p_request_id for no key update;
    if v_row.address is null and command ->> 'address' is not null then
        -- The row names the key that the address was derived from, though another key may have been asked
        -- for meanwhile: what was given of the first is given to nobody else.
        update public.deposit_requests as d set
            address = command ->> 'address', active_until = private.active_from(private.clock()), key_id = k.id, address_index = (command ->> 'address_index')::bigint
        from public.deposit_keys as k
        where d.id = p_request_id and k.fingerprint = command ->> 'key_fingerprint'
            and k.address_kind = private.rail_kind(d.rail)
            and (command ->> 'address_index')::bigint between 0 and k.next_index - 1
        returning d.* into v_row;
        if not found then
            perform private.refuse('reference_required');
        end if;
    elsif v_row.address is distinct from coalesce(command ->> 'address', v_row.address) then
        raise sqlstate 'PT409' using
            message = 'deposit_request_fixed', detail = 'Where money is expected never changes.';
    end if;
    if command ->> 'provider_reference' is not null then
        update public.deposit_requests as d set provider_reference = command ->> 'provider_reference'
        where d.id = p_request_id
        returning * into v_row;
    end if;
    if num_nonnulls(v_row.address, v_row.provider_reference) = 0 then
        perform private.refuse('reference_required');
    end if;
    return v_row;
end
$$;
comment on function private.place_deposit(uuid, jsonb) is
'Writes where money is expected, once {address, with key_fingerprint and address_index that it was derived from | provider_reference}. Raises deposit_request_fixed (409), reference_required (422).';

create function private.deposit_read(p_request public.deposit_requests) returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return jsonb_build_object(
        'request_id', p_request.id, 'purpose', p_request.purpose, 'reference_id', p_request.reference_id,
        'rail', p_request.rail, 'currency', p_request.currency, 'amount', trim_scale(p_request.amount)::text,
        'address', p_request.address, 'address_index', p_request.address_index,
        'provider_reference', p_request.provider_reference, 'closed', p_request.closed_at is not null,
        'standing', private.deposit_standing(p_request)
    );
end
$$;
comment on function private.deposit_read(public.deposit_requests) is
'A request and whether the money is still wanted: see private.deposit_standing.';

-- Definer: rails have no user.
create function service.deposit_read(request_id uuid default null, provider_reference text default null) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
begin
    return (
        select private.deposit_read(d) from public.deposit_requests as d
        where d.id = deposit_read.request_id or d.provider_reference = deposit_read.provider_reference
        limit 1
    );
end
$$;
comment on function service.deposit_read(uuid, text) is
'A request, by its id or by the payment of the rail, and whether the money is wanted, waits (later perhaps) or is over; null when there is none.';

-- Definer: as above.
create function service.deposit_close(request_id uuid) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
begin
    update public.deposit_requests as d set closed_at = private.clock()
    where d.id = deposit_close.request_id and d.closed_at is null;
    return found;
end
$$;
comment on function service.deposit_close(uuid) is 'The rail has nothing more to say about a request.';
