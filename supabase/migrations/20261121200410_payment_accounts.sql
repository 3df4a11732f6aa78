-- Where bank money is to be sent: accounts of their owners, and the one a trade was given.

create table public.payment_accounts (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references public.parties (id) on delete restrict,
    method text not null,
    label text not null default '',
    fields jsonb not null,
    created_at timestamptz not null default private.clock(),
    version integer not null default 1,
    shown_from timestamptz not null default private.clock(),
    updated_at timestamptz not null default private.clock(),
    deleted_at timestamptz
);
alter table public.payment_accounts enable row level security;
select private.make_blankable('public.payment_accounts');
select private.make_text('public.payment_accounts', 'line', 'label', 'fields');
select private.make_quota('public.payment_accounts', 'payment_account', 'user_id', '', $$deleted_at is null$$);
select private.make_edit_quota('public.payment_accounts', 'user_id');
create index payment_accounts_user_id_idx on public.payment_accounts (user_id);
-- Not audited: the trail is read by operators, who have no business with account numbers.
create trigger _100_touch before update on public.payment_accounts
for each row execute function private.tg__touch();
comment on table public.payment_accounts is
'Accounts a party receives bank money on, written over PostgREST by their owner and read by nobody else. What a trade was told is copied, so that a change never redirects a running trade.';
comment on column public.payment_accounts.id is 'The account.';
comment on column public.payment_accounts.user_id is 'Owner.';
comment on column public.payment_accounts.method is 'Payment method of the catalogue; says which fields there are.';
comment on column public.payment_accounts.label is 'The owner''s own name for it; at most 80 characters.';
comment on column public.payment_accounts.fields is 'Values of the method''s fields: {name: text}.';
comment on column public.payment_accounts.created_at is 'When it was written.';
comment on column public.payment_accounts.version is 'Number of times it was written; set by the database.';
comment on column public.payment_accounts.shown_from is
'From when new trades may be given it: at once for the owner''s first account of a method, else after the method''s account_wait. Set by the database.';
comment on column public.payment_accounts.updated_at is 'When it was last changed.';
comment on column public.payment_accounts.deleted_at is 'When the owner took it away; new trades no longer get it.';

-- Rows of a table read best one line each.
-- noqa: disable=LT05
insert into private.refusals (code, status, detail, hint) values
('payment_account_invalid', 422, 'The account does not have the fields of its payment method.', 'See fields in payment_methods.'),
('payment_account_waiting', 409, 'The seller''s account was changed a short while ago; it waits before buyers are told it.', 'Take the order later, or another one.'),
('payment_account_unknown', 422, 'The seller has no such account for this payment method.', ''),
('payment_account_missing', 409, 'The seller has no account for this payment method that buyers could be told.', 'The seller writes one at payment_accounts. Of several, p2p_order_accounts names the one of a sell order, and the take that of a seller who takes.');

create function private.payment_fields_problem(p_method text, p_fields jsonb) returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_schema jsonb;
    v_field jsonb;
    v_extra text;
begin
    select m.fields into v_schema from public.payment_methods as m where m.id = p_method and m.is_active;
    if not found then
        return format('There is no payment method %s.', left(p_method, 40));
    elsif jsonb_typeof(p_fields) is distinct from 'object' then
        return 'The fields are an object.';
    end if;
    select k into v_extra from jsonb_object_keys(p_fields) as k
    where not v_schema @> jsonb_build_array(jsonb_build_object('name', k)) limit 1;
    if found then
        return format('The method has no field %s.', left(v_extra, 40));
    end if;
    for v_field in select f from jsonb_array_elements(v_schema) as f loop
        if p_fields -> (v_field ->> 'name') is null then
            if (v_field ->> 'required')::boolean then
                return format('%s is missing.', v_field ->> 'name');
            end if;
        elsif jsonb_typeof(p_fields -> (v_field ->> 'name')) <> 'string'
            or length(p_fields ->> (v_field ->> 'name')) > 200
            or p_fields ->> (v_field ->> 'name') !~ ('^(?:' || (v_field ->> 'pattern') || ')$') then
            return format('%s does not look right.', v_field ->> 'name');
        end if;
    end loop;
    return null;
end
$$;
comment on function private.payment_fields_problem(text, jsonb) is
'What is wrong with the fields of an account, as a sentence that names the field and never its value; null when nothing is. Definer: checks run as the owner of the account.';

create function private.account_shown_from(p_account public.payment_accounts) returns timestamptz
language plpgsql stable set search_path = ''
as $$
begin
    return private.clock() + (
        select case
            when exists (
                select from public.payment_accounts as a where a.user_id = p_account.user_id and a.method = p_account.method
            ) then m.account_wait
            else '0'
        end
        from public.payment_methods as m where m.id = p_account.method
    );
end
$$;
comment on function private.account_shown_from(public.payment_accounts) is
'From when new trades may be given an account that is written now.';

-- Definer: reads what an account waits for, whoever writes.
create function private.tg_payment_accounts__guard() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_problem text := private.payment_fields_problem(new.method, new.fields);
begin
    if private.is_erasing() then
        return new;
    end if;
    if tg_op = 'UPDATE' and (old.user_id, old.method) is distinct from (new.user_id, new.method) then
        v_problem := 'Owner and method of an account never change.';
    elsif length(new.label) > 80 then
        v_problem := 'A label has at most 80 characters.';
    end if;
    if v_problem is not null then
        raise sqlstate 'PT422' using message = 'payment_account_invalid', detail = v_problem, hint = 'See fields in payment_methods.';
    end if;
    if tg_op = 'INSERT' or new.fields <> old.fields then
        new.shown_from := private.account_shown_from(new);
    else
        new.shown_from := old.shown_from;
    end if;
    new.version := case tg_op when 'INSERT' then 1 else old.version + 1 end;
    return new;
end
$$;
comment on function private.tg_payment_accounts__guard() is
'Holds an account to the fields of its method; a changed one, or another of the same method, waits before it is shown. Raises payment_account_invalid (422).';
create trigger _500_guard before insert or update on public.payment_accounts
for each row execute function private.tg_payment_accounts__guard();

-- Definer: the owner of an account writes no outbox.
create function private.tg_payment_accounts__told() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.emit_event(
        'payment_account.changed', 'payment_account', new.id, new.version, array[new.user_id],
        jsonb_build_object(
            'method', new.method, 'shown_from', new.shown_from, 'deleted', new.deleted_at is not null
        ), new.updated_at
    );
    return null;
end
$$;
comment on function private.tg_payment_accounts__told() is
'Tells the owner that an account was written, not what it says: whoever did not do it has the wait to act.';
create trigger _600_told after insert or update on public.payment_accounts
for each row execute function private.tg_payment_accounts__told();

create table public.p2p_order_accounts (
    order_id uuid not null references public.p2p_orders (id) on delete cascade,
    account_id uuid not null references public.payment_accounts (id) on delete restrict,
    method text not null,
    primary key (order_id, method)
);
alter table public.p2p_order_accounts enable row level security;
create index p2p_order_accounts_account_id_idx on public.p2p_order_accounts (account_id);
comment on table public.p2p_order_accounts is
'Which of the maker''s accounts buyers of a sell order are told, one for each payment method. Read and written by the maker only; where the maker has only one of a method, publishing writes the row.';
comment on column public.p2p_order_accounts.order_id is 'A sell order of the account''s owner.';
comment on column public.p2p_order_accounts.account_id is 'Account of the maker.';
comment on column public.p2p_order_accounts.method is 'Method of the account, set from it.';

-- Definer: the account and the order are read whoever writes.
create function private.tg_p2p_order_accounts__guard() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    select a.method into new.method
    from public.payment_accounts as a
    join public.p2p_orders as o on o.user_id = a.user_id
    where a.id = new.account_id and o.id = new.order_id and o.type = 'sell' and a.deleted_at is null;
    if not found then
        perform private.refuse('payment_account_unknown');
    end if;
    return new;
end
$$;
comment on function private.tg_p2p_order_accounts__guard() is
'An order names accounts of its maker only. Raises payment_account_unknown (422).';
create trigger _500_guard before insert on public.p2p_order_accounts
for each row execute function private.tg_p2p_order_accounts__guard();

create function private.only_account(p_party_id uuid, p_method text) returns uuid
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select (array_agg(a.id))[1] from public.payment_accounts as a
        where a.user_id = p_party_id and a.method = p_method and a.deleted_at is null
        having count(*) = 1
    );
end
$$;
comment on function private.only_account(uuid, text) is
'The account of a party for a payment method, where it has exactly one; null: it has none, or must say which.';

create function private.order_account(p_order_id uuid, p_method text) returns uuid
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select c.account_id
        from public.p2p_order_accounts as c
        join public.payment_accounts as a on a.id = c.account_id
        where c.order_id = p_order_id and c.method = p_method and a.deleted_at is null
    );
end
$$;
comment on function private.order_account(uuid, text) is
'The account that buyers of an order are told for a payment method; null: none was named, or its owner took it away.';

create function private.refuse_account(p_method text) returns void
language plpgsql stable set search_path = ''
as $$
begin
    perform private.refuse(
        'payment_account_missing', format('The seller has no account for %s that buyers could be told.', p_method),
        jsonb_build_object('payment_method', p_method)
    );
end
$$;
comment on function private.refuse_account(text) is
'Raises payment_account_missing (409) with the member payment_method.';

create function private.tg_p2p_orders__accounts() returns trigger
language plpgsql set search_path = ''
as $$
declare
    v_method text;
    v_account uuid;
begin
    foreach v_method in array new.payment_methods loop
        if private.order_account(new.id, v_method) is null then
            v_account := private.only_account(new.user_id, v_method);
            if v_account is null then
                perform private.refuse_account(v_method);
            end if;
            insert into public.p2p_order_accounts (order_id, account_id, method) values (new.id, v_account, v_method)
            on conflict (order_id, method) do update set account_id = excluded.account_id;
        end if;
    end loop;
    return null;
end
$$;
comment on function private.tg_p2p_orders__accounts() is
'A sell order enters the book with an account for each of its payment methods: the one named with it, else the only one of its maker. Raises payment_account_missing (409) with the member payment_method.';
create trigger _520_accounts after update on public.p2p_orders
for each row when (new.type = 'sell' and new.status = 'active' and old.status <> 'active')
execute function private.tg_p2p_orders__accounts();

create table public.p2p_payment_details (
    trade_id uuid primary key references public.p2p_trades (id) on delete restrict,
    method text not null,
    fields jsonb not null,
    payer_name text,
    payer_name_verified boolean not null,
    verified_name text,
    -- The history of verifications only grows: a take pays for no check of it.
    verification_id uuid,
    created_at timestamptz not null
);
alter table public.p2p_payment_details enable row level security;
select private.make_erasable('public.p2p_payment_details', 'fields', 'payer_name', 'verified_name');
comment on table public.p2p_payment_details is
'What the two sides of a trade must know to pay and to recognise the payment, fixed at the take. Visible to them while the trade lives, to the arbiter while it is disputed, to nobody else.';
comment on column public.p2p_payment_details.trade_id is 'The trade.';
comment on column public.p2p_payment_details.method is 'Payment method of the trade.';
comment on column public.p2p_payment_details.fields is 'The seller''s account as it was at the take.';
comment on column public.p2p_payment_details.payer_name is 'Name the bank money must come from: the buyer''s, as it was at the take.';
comment on column public.p2p_payment_details.payer_name_verified is 'Whether payer_name is the name that was read from the buyer''s document: false where no name was compared, where it was changed since, and where it is empty.';
comment on column public.p2p_payment_details.verified_name is
'Name on the buyer''s document, as whoever checked it read it; null: none was compared.';
comment on column public.p2p_payment_details.verification_id is 'Row of profile_verifications that says so.';
comment on column public.p2p_payment_details.created_at is 'When the trade was opened.';

-- Definer: runs inside the take.
create function private.tg_p2p_trades__account() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if new.taker_id = new.buyer_id then
        if new.payment_account_id is not null then
            perform private.refuse('payment_account_unknown');
        end if;
        new.payment_account_id := private.order_account(new.order_id, new.payment_method);
    elsif new.payment_account_id is null then
        new.payment_account_id := private.only_account(new.seller_id, new.payment_method);
    elsif not exists (
        select from public.payment_accounts as a
        where a.id = new.payment_account_id and a.user_id = new.seller_id and a.method = new.payment_method
            and a.deleted_at is null
    ) then
        perform private.refuse('payment_account_unknown');
    end if;
    if new.payment_account_id is null then
        perform private.refuse_account(new.payment_method);
    elsif (select a.shown_from from public.payment_accounts as a where a.id = new.payment_account_id) > new.created_at then
        perform private.refuse('payment_account_waiting');
    end if;
    return new;
end
$$;
comment on function private.tg_p2p_trades__account() is
'The seller''s account of a trade: that of the order, or the one that the taker names, else the only one of the taker. Raises payment_account_unknown (422), payment_account_missing, payment_account_waiting (409).';
create trigger _500_account before insert on public.p2p_trades
for each row execute function private.tg_p2p_trades__account();

-- Definer: runs inside the take.
create function private.tg_p2p_trades__payment_details() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into public.p2p_payment_details (
        trade_id, method, fields, payer_name, payer_name_verified, verified_name, verification_id, created_at
    )
    select
        new.id, new.payment_method,
        (select a.fields from public.payment_accounts as a where a.id = new.payment_account_id),
        (select f.full_name from public.profiles as f where f.id = new.buyer_id),
        private.has_verified_name(new.buyer_id), v.name, v.verification_id, new.created_at
    from private.verified_name(new.buyer_id) as v;
    return null;
end
$$;
comment on function private.tg_p2p_trades__payment_details() is 'Fixes what the two sides must know, in the transaction of the take.';
create trigger _610_payment_details after insert on public.p2p_trades
for each row execute function private.tg_p2p_trades__payment_details();
