-- Merchants: organisations that take payments, and what each has set.

-- Rows of a table read best one line each.
-- noqa: disable=LT05
insert into private.refusals (code, status, detail, hint) values
('merchant_not_found', 404, 'No such merchant.', ''),
('merchant_closed', 409, 'This merchant was closed: it begins nothing new.', ''),
('color_too_light', 422, 'White words cannot be read on this colour.', 'Its contrast with white is to be 4.5 at least.'),
('merchant_role_refused', 403, 'Your role with this merchant does not do this.', 'An owner or admin does.');
insert into public.api_scopes (scope, description) values
('invoices:read', 'A merchant, its settings, invoices, payments and refunds.'),
('invoices:write', 'Make, cancel and mark invoices, and accept money that is held.'),
('refunds:write', 'Refund invoices; the payer says where the money goes.');
insert into private.acts (act, kind, step_up) values
('merchant_create', 'business', false),
('merchant_close', 'settle', true),
('merchants.write', 'settings', false),
('merchant_settings.write', 'settings', false);
insert into private.quotas (kind, max_open, max_in_window, in_window) values
('merchant', 5, 5, '30 days');
insert into private.quotas (kind, min_tier) values ('merchant', 3);
insert into public.operator_commands (kind, function_name, title) values
('merchant_verify', 'merchant_verify', 'verify or reject a merchant');
insert into private.state_edges (number, machine, from_state, event, actor, to_state, note) values
(30, 'merchant', null, 'register', 'party', 'pending', 'by a person, who owns it'),
(30, 'merchant', 'pending', 'verify', 'operator', 'verified', 'its papers were looked at'),
(30, 'merchant', 'pending', 'reject', 'operator', 'rejected', 'its papers were looked at'),
(30, 'merchant', 'rejected', 'verify', 'operator', 'verified', 'looked at again'),
(30, 'merchant', 'verified', 'reject', 'operator', 'rejected', 'something was found out'),
(30, 'merchant', 'verified', 'change', 'party', 'pending', 'its legal name, country or tax number is another'),
(30, 'merchant', 'rejected', 'change', 'party', 'pending', 'its legal name, country or tax number is another');
-- noqa: enable=LT05

create table public.merchants (
    id uuid primary key references public.parties (id) on delete restrict,
    name text not null check (length(name) <= 80 and private.has_words(name)),
    legal_name text not null check (length(legal_name) <= 120 and private.has_words(legal_name)),
    website text not null default '' check (length(website) <= 500),
    tax_id text not null default '' check (length(tax_id) <= 40),
    country text not null check (country ~ '^[A-Z]{2}$'),
    support_email text not null check (
        length(support_email) <= 254 and support_email ~ '^[^@[:space:]]+@[^@[:space:]]+[.][^@[:space:].]+$'
    ),
    verification text not null default 'pending' check (verification in ('pending', 'verified', 'rejected')),
    last_event text not null default 'register',
    last_actor_role text not null default 'party',
    created_by uuid not null references auth.users (id) on delete restrict,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    deleted_at timestamptz
);
alter table public.merchants enable row level security;
create index merchants_created_by_idx on public.merchants (created_by);
create index merchants_verification_idx on public.merchants (verification, updated_at) where verification = 'pending';
select private.make_text('public.merchants', 'name', 'name');
select private.make_text('public.merchants', 'title', 'legal_name');
select private.make_text('public.merchants', 'line', 'tax_id', 'support_email');
select private.make_text('public.merchants', 'url', 'website');
select private.make_quota('public.merchants', 'merchant', 'created_by', '', 'deleted_at is null');
select private.make_edit_quota('public.merchants', 'id');
create trigger _100_touch before update on public.merchants for each row execute function private.tg__touch();
create trigger _000_never_deleted before delete or truncate on public.merchants
for each statement execute function private.tg__append_only();
select private.make_audited('public.merchants');
comment on table public.merchants is 'Organisations that take payments: each is a party of its own, with members, a balance and destinations.';
comment on column public.merchants.id is 'The merchant; also the id of its party.';
comment on column public.merchants.name is 'Name shown to payers; also the name of the party.';
comment on column public.merchants.legal_name is 'Name in the register of companies, or of the person who trades.';
comment on column public.merchants.website is 'Where it sells; empty: nowhere on the web.';
comment on column public.merchants.tax_id is 'Tax or VAT number; empty: none.';
comment on column public.merchants.country is 'Where it is established, ISO 3166 alpha-2.';
comment on column public.merchants.support_email is 'Whom a payer asks: shown with every invoice.';
comment on column public.merchants.verification is
'pending: operators look at its papers. verified. rejected. private.merchant_rules say what each may take.';
comment on column public.merchants.last_event is 'Name of the last move of verification, as in private.state_edges.';
comment on column public.merchants.last_actor_role is 'Who made that move.';
comment on column public.merchants.created_by is 'Who registered it, its first owner.';
comment on column public.merchants.created_at is 'When, by the database clock.';
comment on column public.merchants.updated_at is 'When the row last changed.';
comment on column public.merchants.deleted_at is
'When it was closed: nothing new begins, what is open goes on, and late money is still booked and refunded.';

-- Definer: looks up refusals for whoever writes.
create function private.tg_merchants__guard() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if tg_op = 'UPDATE' then
        if old.deleted_at is not null and private.is_client() then
            perform private.refuse('merchant_closed');
        elsif new.deleted_at is distinct from old.deleted_at and old.deleted_at is not null
            or (new.id, new.created_by, new.created_at) is distinct from (old.id, old.created_by, old.created_at) then
            raise sqlstate 'PT403' using message = 'append_only', detail = 'Who registered a merchant, and that it is closed, stays.';
        elsif (new.legal_name, new.country, new.tax_id) is distinct from (old.legal_name, old.country, old.tax_id)
            and old.verification <> 'pending' then
            -- What was looked at is not what stands there now.
            new.verification := 'pending';
            new.last_event := 'change';
            new.last_actor_role := 'party';
        end if;
    end if;
    if (tg_op = 'INSERT' or new.verification is distinct from old.verification) and not private.has_edge(
        'merchant', case when tg_op = 'UPDATE' then old.verification end, '', new.last_event, new.last_actor_role,
        new.verification, ''
    ) then
        raise sqlstate 'PT409' using message = 'illegal_move', detail = 'This move does not exist for the merchant.';
    end if;
    return new;
end
$$;
comment on function private.tg_merchants__guard() is
'Law 2 for the verification of merchants; another legal name, country or tax number is looked at anew. Raises merchant_closed, illegal_move (409).';
create trigger _500_guard before insert or update on public.merchants
for each row execute function private.tg_merchants__guard();

-- Definer: whoever changes the name may not write the party.
create function private.tg_merchants__name() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    update public.parties set display_name = new.name where id = new.id and display_name <> new.name;
    return null;
end
$$;
comment on function private.tg_merchants__name() is 'The party bears the name of its merchant.';
create trigger _505_name after update on public.merchants
for each row when (old.name <> new.name) execute function private.tg_merchants__name();

-- Definer: written for whoever moved it.
create function private.tg_merchants__event() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.emit_event(
        'merchant.' || new.last_event, 'merchant', new.id, floor(extract(epoch from new.updated_at) * 1000)::bigint,
        array[new.id], jsonb_build_object('verification', new.verification), new.updated_at
    );
    return null;
end
$$;
comment on function private.tg_merchants__event() is 'Tells the merchant how its verification stands.';
create trigger _600_event after update on public.merchants
for each row when (old.verification <> new.verification) execute function private.tg_merchants__event();

create table public.merchant_rules (
    verification text primary key check (verification in ('pending', 'verified', 'rejected')),
    max_invoice public.money_amount check (max_invoice >= 0),
    tier smallint not null references public.verification_tiers (id) on delete restrict,
    fee_bps integer not null check (fee_bps between 0 and 1000)
);
alter table public.merchant_rules enable row level security;
create index merchant_rules_tier_idx on public.merchant_rules (tier);
select private.make_audited('public.merchant_rules', 'verification');
select private.make_setting('public.merchant_rules', 'What merchants may take, and our fee for it.', '{
    "max_invoice": {"no_limit": true, "least": "0", "most": "1000000000", "second": true},
    "tier": {"least": "0", "most": "3", "second": true},
    "fee_bps": {"least": "0", "most": "1000", "second": true}
}');
comment on table public.merchant_rules is 'What a merchant may do, by how its verification stands.';
comment on column public.merchant_rules.verification is 'As in merchants.';
comment on column public.merchant_rules.max_invoice is 'Most that one invoice may be worth, in the reference currency; null: no limit.';
comment on column public.merchant_rules.tier is 'Verification tier by which limits of rails and quotas take it.';
comment on column public.merchant_rules.fee_bps is 'Our fee of each payment, in basis points; fixed with the invoice.';
insert into public.merchant_rules (verification, max_invoice, tier, fee_bps) values
('pending', 500, 0, 50), ('verified', null, 2, 50), ('rejected', 0, 0, 50);

create function private.merchant_tier(p_party_id uuid) returns smallint
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select r.tier from public.merchants as m inner join public.merchant_rules as r on r.verification = m.verification
        where m.id = p_party_id
    );
end
$$;
comment on function private.merchant_tier(uuid) is 'Verification tier of a merchant; null: the party is none.';

create function private.contrast_with_white(p_color text) returns numeric
language plpgsql immutable set search_path = ''
as $$
declare
    v_light numeric := 0;
    v_part numeric;
begin
    for i in 0..2 loop
        v_part := get_byte(decode(substr(p_color, 2), 'hex'), i) / 255.0;
        v_part := case when v_part <= 0.04045 then v_part / 12.92 else power((v_part + 0.055) / 1.055, 2.4) end;
        v_light := v_light + v_part * (array[0.2126, 0.7152, 0.0722])[i + 1];
    end loop;
    return round(1.05 / (v_light + 0.05), 2);
end
$$;
comment on function private.contrast_with_white(text) is 'Contrast of a colour #rrggbb with white, 1 to 21 (WCAG 2).';

create table public.merchant_settings (
    merchant_id uuid primary key references public.merchants (id) on delete restrict,
    invoice_expires_within interval not null default '1 hour'
    check (invoice_expires_within between '5 minutes' and '30 days'),
    tolerance_bps integer not null default 0 check (tolerance_bps between 0 and 1000),
    tolerance_amount public.money_amount not null default 0 check (tolerance_amount >= 0),
    tolerance_currency text references public.currencies (code) on delete restrict,
    late_policy text not null default 'hold' check (late_policy in ('old_rate', 'current_rate', 'hold')),
    late_grace interval not null default '1 hour' check (late_grace between '0' and '7 days'),
    speed text not null default 'final' check (speed in ('final', 'seen')),
    currencies text[] check (cardinality(currencies) between 1 and 32),
    refund_cost text not null default 'merchant' check (refund_cost in ('merchant', 'payer')),
    language text not null default 'en' check (language ~ '^[a-z]{2}$'),
    color text not null default '#1f4e79' check (color ~ '^#[0-9a-f]{6}$'),
    prices_include_tax boolean not null default true,
    tax_rounding text not null default 'line' check (tax_rounding in ('line', 'total')),
    updated_at timestamptz not null,
    constraint merchant_settings_tolerance_has_currency check ((tolerance_amount = 0) = (tolerance_currency is null))
);
alter table public.merchant_settings enable row level security;
create index merchant_settings_tolerance_currency_idx on public.merchant_settings (tolerance_currency);
select private.make_edit_quota('public.merchant_settings', 'merchant_id');
create trigger _100_touch before update on public.merchant_settings for each row execute function private.tg__touch();
create trigger _000_never_deleted before delete or truncate on public.merchant_settings
for each statement execute function private.tg__append_only();
select private.make_audited('public.merchant_settings', 'merchant_id');
comment on table public.merchant_settings is 'What a merchant has set for its invoices; an invoice keeps what stood when it was made.';
comment on column public.merchant_settings.merchant_id is 'The merchant.';
comment on column public.merchant_settings.invoice_expires_within is 'How long an invoice is to be paid, and its rates stand.';
comment on column public.merchant_settings.tolerance_bps is 'By how much less an invoice counts as paid, in basis points; a tenth at most.';
comment on column public.merchant_settings.tolerance_amount is
'And this much, if that is more, where an invoice is in its currency: what exchanges take off. Never more than a tenth either.';
comment on column public.merchant_settings.tolerance_currency is 'Currency of tolerance_amount; null: it is 0.';
comment on column public.merchant_settings.late_policy is
'What money does that comes after the time of an invoice. old_rate: it counts as if in time, within late_grace. current_rate: it counts at the rate of when it came. hold: it waits for the merchant, who accepts or refunds it; so does what the others leave.';
comment on column public.merchant_settings.late_grace is 'How long after its time an invoice still takes money at the old rate.';
comment on column public.merchant_settings.speed is
'final: an invoice is settled when the rail is sure. seen: as soon as the money is seen; it may be gone again, and the balance has it only when it is sure.';
comment on column public.merchant_settings.currencies is 'Currencies that payers may choose of; null: every one that a rail takes.';
comment on column public.merchant_settings.refund_cost is 'Who bears what the network takes of a refund.';
comment on column public.merchant_settings.language is 'Language of pages and papers where the payer''s is not known, ISO 639-1.';
comment on column public.merchant_settings.color is 'Colour of buttons and headings, #rrggbb; its contrast with white is 4.5 at least.';
comment on column public.merchant_settings.prices_include_tax is 'Whether prices of lines have their tax in them.';
comment on column public.merchant_settings.tax_rounding is 'Where tax is rounded: on each line, or on the total of each rate.';
comment on column public.merchant_settings.updated_at is 'When the row last changed.';

-- Definer: whoever writes may not read every merchant.
create function private.tg_merchant_settings__guard() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if exists (
        select from unnest(new.currencies) as n (code)
        where not exists (select from public.currencies as c where c.code = n.code and c.kind = 'crypto' and c.is_active)
    ) then
        perform private.refuse('rail_currency');
    elsif private.contrast_with_white(new.color) < 4.5 then
        perform private.refuse('color_too_light');
    elsif private.is_client() and exists (
        select from public.merchants as m where m.id = new.merchant_id and m.deleted_at is not null
    ) then
        perform private.refuse('merchant_closed');
    end if;
    return new;
end
$$;
comment on function private.tg_merchant_settings__guard() is
'Payers choose of currencies that there are, and read what is written on the colour. Raises rail_currency, color_too_light (422), merchant_closed (409).';
create trigger _500_guard before insert or update on public.merchant_settings
for each row execute function private.tg_merchant_settings__guard();
