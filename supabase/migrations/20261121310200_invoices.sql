-- Invoices: what a merchant asks for, in which currencies it may be paid, and what came in.

-- Rows of a table read best one line each.
-- noqa: disable=LT05
insert into public.purposes (purpose, description) values
('invoice', 'An invoice of a merchant.');
insert into private.hold_purposes (purpose, description) values
('invoice_payment', 'Money that came for an invoice and does not count for it; of the payment.');
insert into private.refusals (code, status, detail, hint) values
('invoice_not_found', 404, 'No such invoice.', ''),
('order_id_taken', 409, 'This order has another invoice.', 'One order is one invoice; a changed one has another order id.'),
('invoice_not_payable', 409, 'This invoice is not to be paid any more.', 'Ask the merchant.'),
('invoice_has_money', 409, 'Money came for this invoice, or is on its way.', 'Refund it.'),
('invoice_lines_differ', 422, 'The lines do not add up to the amount.', 'Leave the amount out, or see the member "total".'),
('invoice_too_large', 409, 'This merchant may not ask for so much in one invoice.', 'See merchant_rules; operators verify merchants.'),
('invoice_time', 422, 'An invoice is to be paid within five minutes to thirty days.', ''),
('currency_not_offered', 422, 'This invoice cannot be paid in this currency.', 'See its currencies.'),
('invoice_payment_not_found', 404, 'No such payment waits.', 'Read invoice_payments.');
insert into private.state_edges (number, machine, from_state, event, actor, to_state, note) values
(31, 'invoice', null, 'create', 'party', 'open', 'by the merchant'),
(31, 'invoice', 'open', 'process', 'rail', 'processing', 'enough was seen, and is not sure yet'),
(31, 'invoice', 'expired', 'process', 'rail', 'processing', 'it was paid in time, or late money counts'),
(31, 'invoice', 'cancelled', 'process', 'rail', 'processing', 'it was paid before it was cancelled'),
(31, 'invoice', 'open', 'settle', 'rail', 'settled', 'enough is there'),
(31, 'invoice', 'processing', 'settle', 'rail', 'settled', 'enough is there'),
(31, 'invoice', 'expired', 'settle', 'rail', 'settled', 'it was paid in time, or late money counts'),
(31, 'invoice', 'cancelled', 'settle', 'rail', 'settled', 'it was paid before it was cancelled'),
(31, 'invoice', 'open', 'process', 'party', 'processing', 'the merchant takes what came, and more was seen'),
(31, 'invoice', 'expired', 'process', 'party', 'processing', 'the same'),
(31, 'invoice', 'cancelled', 'process', 'party', 'processing', 'the same'),
(31, 'invoice', 'open', 'settle', 'party', 'settled', 'the merchant takes what came, or marks it by hand'),
(31, 'invoice', 'processing', 'settle', 'party', 'settled', 'the merchant marks it by hand'),
(31, 'invoice', 'expired', 'settle', 'party', 'settled', 'the merchant takes late money, or marks it by hand'),
(31, 'invoice', 'cancelled', 'settle', 'party', 'settled', 'the merchant takes late money, or marks it by hand'),
(31, 'invoice', 'invalid', 'settle', 'party', 'settled', 'the merchant marks it by hand'),
(31, 'invoice', 'settled', 'reorg', 'rail', 'processing', 'the rail took money back'),
(31, 'invoice', 'settled', 'reorg', 'rail', 'open', 'the rail took money back'),
(31, 'invoice', 'settled', 'reorg', 'rail', 'expired', 'the rail took money back'),
(31, 'invoice', 'settled', 'reorg', 'rail', 'cancelled', 'the rail took money back'),
(31, 'invoice', 'processing', 'reorg', 'rail', 'open', 'what was seen is gone'),
(31, 'invoice', 'processing', 'reorg', 'rail', 'expired', 'what was seen is gone'),
(31, 'invoice', 'processing', 'reorg', 'rail', 'cancelled', 'what was seen is gone'),
(31, 'invoice', 'open', 'expire', 'timer', 'expired', 'its time is over, and too little is there'),
(31, 'invoice', 'open', 'cancel', 'party', 'cancelled', 'the merchant does not want it paid any more'),
(31, 'invoice', 'expired', 'cancel', 'party', 'cancelled', 'the same; late money is held from then on'),
(31, 'invoice', 'open', 'invalidate', 'party', 'invalid', 'marked by hand, with a reason'),
(31, 'invoice', 'processing', 'invalidate', 'party', 'invalid', 'the same'),
(31, 'invoice', 'expired', 'invalidate', 'party', 'invalid', 'the same'),
(31, 'invoice', 'cancelled', 'invalidate', 'party', 'invalid', 'the same'),
(31, 'invoice', 'settled', 'refund', 'rail', 'refunded', 'all that came was refunded'),
(31, 'invoice', 'open', 'refund', 'rail', 'refunded', 'all that came was refunded'),
(31, 'invoice', 'expired', 'refund', 'rail', 'refunded', 'all that came was refunded'),
(31, 'invoice', 'cancelled', 'refund', 'rail', 'refunded', 'all that came was refunded'),
(31, 'invoice', 'invalid', 'refund', 'rail', 'refunded', 'all that came was refunded'),
(31, 'invoice', 'processing', 'refund', 'rail', 'refunded', 'all that came was refunded');
-- noqa: enable=LT05

create table private.merchant_numbers (
    merchant_id uuid not null references public.merchants (id) on delete restrict,
    kind text not null check (kind in ('invoice', 'receipt', 'credit_note')),
    year integer not null,
    last integer not null check (last > 0),
    primary key (merchant_id, kind, year)
);
alter table private.merchant_numbers enable row level security;
comment on table private.merchant_numbers is 'Last number that a merchant has given to a paper of a year: without gaps. The row is the lock.';
comment on column private.merchant_numbers.kind is 'Which papers.';
comment on column private.merchant_numbers.year is 'By UTC.';

create function private.next_number(p_merchant_id uuid, p_kind text, p_now timestamptz) returns text
language plpgsql volatile set search_path = ''
as $$
declare
    v_year integer := extract(year from p_now at time zone 'UTC');
    v_last integer;
begin
    insert into private.merchant_numbers as n (merchant_id, kind, year, last) values (p_merchant_id, p_kind, v_year, 1)
    on conflict (merchant_id, kind, year) do update set last = n.last + 1
    returning n.last into v_last;
    return case p_kind when 'invoice' then '' when 'receipt' then 'R-' else 'CN-' end
        || v_year || '-' || lpad(v_last::text, greatest(6, length(v_last::text)), '0');
end
$$;
comment on function private.next_number(uuid, text, timestamptz) is
'Next number of a paper of a merchant, such as 2026-000001 or CN-2026-000001: no gap stays, since the transaction that takes one writes the paper.';

create function private.random_token() returns text
language plpgsql volatile set search_path = ''
as $$
begin
    -- A random UUID has 122 bits: of two the hash has 128.
    return substr(encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'hex'), 1, 32);
end
$$;
comment on function private.random_token() is '128 random bits, as 32 hexadecimal digits.';

create table public.invoices (
    id uuid primary key,
    merchant_id uuid not null references public.merchants (id) on delete restrict,
    number text not null,
    token text not null unique check (token ~ '^[0-9a-f]{32}$'),
    merchant_order_id text check (length(merchant_order_id) between 1 and 100),
    order_hash text not null check (order_hash ~ '^[0-9a-f]{64}$'),
    currency text not null references public.currencies (code) on delete restrict,
    amount public.money_amount not null check (amount > 0),
    tax_amount public.money_amount not null default 0 check (tax_amount >= 0),
    description text not null default '' check (length(description) <= 500),
    metadata jsonb not null default '{}' check (
        jsonb_typeof(metadata) = 'object' and octet_length(metadata::text) <= 4096
    ),
    customer_email text check (
        length(customer_email) <= 254 and customer_email ~ '^[^@[:space:]]+@[^@[:space:]]+[.][^@[:space:].]+$'
    ),
    language text not null check (language ~ '^[a-z]{2}$'),
    currencies text[] not null check (cardinality(currencies) between 1 and 32),
    tolerance public.money_amount not null check (tolerance >= 0),
    speed text not null check (speed in ('final', 'seen')),
    late_policy text not null check (late_policy in ('old_rate', 'current_rate', 'hold')),
    late_grace interval not null check (late_grace >= '0'),
    fee_bps integer not null check (fee_bps between 0 and 1000),
    expires_at timestamptz not null check (isfinite(expires_at)),
    status text not null default 'open' check (
        status in ('open', 'processing', 'settled', 'expired', 'cancelled', 'invalid', 'refunded')
    ),
    exceptions text[] not null default '{}' check (
        exceptions <@ array['underpaid', 'overpaid', 'late', 'wrong_asset', 'reorged', 'marked_by_hand']
    ),
    sequence integer not null default 1 check (sequence > 0),
    paid_amount public.money_amount not null default 0 check (paid_amount >= 0),
    seen_amount public.money_amount not null default 0 check (seen_amount >= 0),
    marked text check (marked in ('settled', 'invalid')),
    marked_reason text not null default '' check (length(marked_reason) <= 500),
    last_event text not null default 'create',
    last_actor_role text not null default 'party',
    created_by uuid not null references auth.users (id) on delete restrict,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    settled_at timestamptz,
    receipt_number text,
    expired_at timestamptz,
    cancelled_at timestamptz,
    marked_at timestamptz,
    refunded_at timestamptz,
    constraint invoices_number_once unique (merchant_id, number),
    constraint invoices_receipt_number_once unique (merchant_id, receipt_number),
    constraint invoices_order_once unique (merchant_id, merchant_order_id),
    -- A tenth at most: complaint 7 of the page about gateways.
    constraint invoices_tolerance_is_small check (tolerance <= amount / 10),
    constraint invoices_tax_is_a_part check (tax_amount <= amount),
    constraint invoices_marked_has_reason check (
        (marked is null) = (marked_at is null) and (marked is null) = (marked_reason = '')
    ),
    constraint invoices_sums_are_finite check (amount < 1e15),
    constraint invoices_expire_in_time check (
        expires_at between created_at + interval '5 minutes' and created_at + interval '30 days'
    )
);
alter table public.invoices enable row level security;
select private.make_text('public.invoices', 'line', 'merchant_order_id', 'customer_email');
select private.make_text('public.invoices', 'prose', 'description', 'metadata', 'marked_reason');
create index invoices_merchant_id_idx on public.invoices (merchant_id, created_at desc);
create index invoices_status_idx on public.invoices (merchant_id, status, created_at desc);
create index invoices_currency_idx on public.invoices (currency);
create index invoices_created_by_idx on public.invoices (created_by);
create index invoices_expires_at_idx on public.invoices (expires_at) where status = 'open';
create index invoices_receipt_idx on public.invoices (merchant_id, settled_at)
where settled_at is not null and marked is null and receipt_number is null;
create index invoices_customer_email_idx on public.invoices (updated_at) where customer_email is not null;
create trigger _000_never_deleted before delete or truncate on public.invoices
for each statement execute function private.tg__append_only();
comment on table public.invoices is
'What a merchant asks for. What was agreed never changes; status, exceptions and sums follow from what the rails say has come.';
comment on column public.invoices.id is 'The invoice.';
comment on column public.invoices.merchant_id is 'Who is paid.';
comment on column public.invoices.number is 'Its number with the merchant, such as 2026-000001: without gaps in a year.';
comment on column public.invoices.token is 'Names it to whoever pays: who has it may see and pay the invoice.';
comment on column public.invoices.merchant_order_id is 'What the merchant calls its order; one invoice for each. Null: none.';
comment on column public.invoices.order_hash is 'sha256 of what was asked for: the same order in the same words is the same invoice.';
comment on column public.invoices.currency is 'Bank money or crypto that the price is in.';
comment on column public.invoices.amount is 'The price, tax in it, in units of the currency.';
comment on column public.invoices.tax_amount is 'Tax that is in it.';
comment on column public.invoices.description is 'What is paid for, for whoever pays.';
comment on column public.invoices.metadata is 'What the merchant keeps with it; the payer does not see it.';
comment on column public.invoices.customer_email is 'Where the payer is written to; null: nobody said, or it was kept long enough.';
comment on column public.invoices.language is 'Language of its pages and papers, ISO 639-1.';
comment on column public.invoices.currencies is 'In which it may be paid.';
comment on column public.invoices.tolerance is 'By how much less it counts as paid, in units of its currency; a tenth of it at most.';
comment on column public.invoices.speed is 'final: settled when the rail is sure; seen: when the money is seen.';
comment on column public.invoices.late_policy is 'What money does that comes after its time, as in merchant_settings.';
comment on column public.invoices.late_grace is 'How long after its time the old rate still counts, where late_policy says so.';
comment on column public.invoices.fee_bps is 'Our fee of each payment, in basis points.';
comment on column public.invoices.expires_at is 'Until when it is to be paid, later by our own outages.';
comment on column public.invoices.status is
'As it was last written: open, processing (enough was seen), settled, expired, cancelled, invalid, refunded. An open one whose time is over becomes expired within a minute; invoice_status says it by the clock.';
comment on column public.invoices.exceptions is
'underpaid, overpaid, late, wrong_asset, reorged, marked_by_hand: as many as apply.';
comment on column public.invoices.sequence is 'Grows with each change, and is that of its last event: who is told of a smaller one knows more already.';
comment on column public.invoices.paid_amount is 'What sure money is worth, each payment at its own rate, in units of the currency.';
comment on column public.invoices.seen_amount is 'What money is worth that was seen and is not sure yet.';
comment on column public.invoices.marked is 'What the merchant has marked it by hand; null: nothing.';
comment on column public.invoices.marked_reason is 'Why, in the words of the merchant; empty: it was not marked.';
comment on column public.invoices.last_event is 'Name of the last move, as in private.state_edges.';
comment on column public.invoices.last_actor_role is 'Who made it.';
comment on column public.invoices.created_by is 'Member of the merchant who made it.';
comment on column public.invoices.created_at is 'When, by the database clock.';
comment on column public.invoices.updated_at is 'When the row last changed.';
comment on column public.invoices.settled_at is 'When it was settled last; null: it is not.';
comment on column public.invoices.receipt_number is
'Number of its receipt, such as R-2026-000001: without gaps in a year, given within a minute after it was settled for the first time. Null: there is none, or it was settled by hand.';
comment on column public.invoices.expired_at is 'When it expired; null: it did not.';
comment on column public.invoices.cancelled_at is 'When the merchant cancelled it: money of a later time is late.';
comment on column public.invoices.marked_at is 'When it was marked by hand.';
comment on column public.invoices.refunded_at is 'When all that had come was refunded.';

create table public.invoice_lines (
    invoice_id uuid not null references public.invoices (id) on delete restrict,
    position integer not null check (position between 1 and 100),
    description text not null check (length(description) <= 200 and private.has_words(description)),
    quantity public.money_amount not null check (quantity > 0),
    unit_amount public.money_amount not null check (unit_amount >= 0),
    tax_rate public.money_amount not null check (tax_rate between 0 and 100 and trunc(tax_rate, 4) = tax_rate),
    tax_included boolean not null,
    net_amount public.money_amount not null check (net_amount >= 0),
    tax_amount public.money_amount not null check (tax_amount >= 0),
    primary key (invoice_id, position)
);
alter table public.invoice_lines enable row level security;
select private.make_append_only('public.invoice_lines');
select private.make_text('public.invoice_lines', 'line', 'description');
comment on table public.invoice_lines is 'What an invoice is made of, with the tax of each line.';
comment on column public.invoice_lines.invoice_id is 'The invoice.';
comment on column public.invoice_lines.position is 'Place in it, from 1.';
comment on column public.invoice_lines.description is 'What it is.';
comment on column public.invoice_lines.quantity is 'How many, or how much.';
comment on column public.invoice_lines.unit_amount is 'Price of one, in units of the currency of the invoice.';
comment on column public.invoice_lines.tax_rate is 'Rate of its tax in percent.';
comment on column public.invoice_lines.tax_included is 'Whether unit_amount has its tax in it.';
comment on column public.invoice_lines.net_amount is 'The line without tax.';
comment on column public.invoice_lines.tax_amount is
'Its tax. Where tax is rounded on the total of a rate, the last line of the rate bears what rounding leaves.';

create table public.invoice_methods (
    invoice_id uuid not null references public.invoices (id) on delete restrict,
    currency text not null references public.currencies (code) on delete restrict,
    rail text not null references public.rails (id) on delete restrict,
    request_id uuid not null unique references public.deposit_requests (id) on delete restrict,
    rate public.money_amount not null check (rate > 0),
    rate_source text not null check (length(rate_source) between 1 and 200),
    rate_at timestamptz not null,
    amount public.money_amount not null check (amount > 0),
    least_amount public.money_amount not null check (least_amount >= 0),
    opened_at timestamptz not null,
    primary key (invoice_id, currency)
);
alter table public.invoice_methods enable row level security;
create index invoice_methods_currency_idx on public.invoice_methods (currency);
create index invoice_methods_rail_idx on public.invoice_methods (rail);
select private.make_append_only('public.invoice_methods');
comment on table public.invoice_methods is
'Ways of paying an invoice that the payer has opened: the rate stands from then on, and the address is this invoice''s for ever.';
comment on column public.invoice_methods.invoice_id is 'The invoice.';
comment on column public.invoice_methods.currency is 'What is paid.';
comment on column public.invoice_methods.rail is 'How.';
comment on column public.invoice_methods.request_id is 'Where: its deposit request, with the address.';
comment on column public.invoice_methods.rate is 'What one unit is worth, in units of the currency of the invoice.';
comment on column public.invoice_methods.rate_source is 'Who said so: sources of the index; peg: the issuer redeems it so; same: it is the same currency.';
comment on column public.invoice_methods.rate_at is 'Of which moment the rate is.';
comment on column public.invoice_methods.amount is 'What the whole price comes to, rounded up to the smallest unit.';
comment on column public.invoice_methods.least_amount is 'Least that the rail counts by itself: a rest below it is none.';
comment on column public.invoice_methods.opened_at is 'When the payer opened it, by the database clock.';

create table public.invoice_payments (
    id uuid primary key,
    invoice_id uuid not null references public.invoices (id) on delete restrict,
    rail text not null references public.rails (id) on delete restrict,
    currency text not null references public.currencies (code) on delete restrict,
    amount public.money_amount not null check (amount > 0),
    fee_amount public.money_amount not null check (fee_amount >= 0),
    rate public.money_amount check (rate > 0),
    is_late boolean not null,
    state text not null check (state in ('credited', 'held', 'kept', 'wrong_asset', 'lost')),
    reference text not null check (length(reference) between 1 and 255),
    paid_at timestamptz not null,
    decide_by timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint invoice_payments_held_has_time check ((state = 'held') = (decide_by is not null)),
    constraint invoice_payments_fee_is_a_part check (fee_amount < amount)
);
alter table public.invoice_payments enable row level security;
create index invoice_payments_invoice_id_idx on public.invoice_payments (invoice_id, created_at);
create index invoice_payments_rail_idx on public.invoice_payments (rail);
create index invoice_payments_currency_idx on public.invoice_payments (currency);
create index invoice_payments_decide_by_idx on public.invoice_payments (decide_by) where decide_by is not null;
create trigger _000_never_deleted before delete or truncate on public.invoice_payments
for each statement execute function private.tg__append_only();
comment on table public.invoice_payments is
'Money that came for an invoice and is sure, whenever it came. What is seen and not sure yet stands with its rail.';
comment on column public.invoice_payments.id is 'The payment: its report, as private.report_id names it.';
comment on column public.invoice_payments.invoice_id is 'The one invoice that it is for.';
comment on column public.invoice_payments.rail is 'How it came.';
comment on column public.invoice_payments.currency is 'What came.';
comment on column public.invoice_payments.amount is 'How much, in units of the currency.';
comment on column public.invoice_payments.fee_amount is 'Our fee of it.';
comment on column public.invoice_payments.rate is
'What one unit is worth, where it is not the rate of its method: late money that counts at the rate of when it came.';
comment on column public.invoice_payments.is_late is 'Whether it came after the time of the invoice, or after it was cancelled, marked invalid or refunded.';
comment on column public.invoice_payments.state is
'credited: it counts, and is in the balance. held: it does not count, and waits for the merchant. kept: it does not count, and is in the balance. wrong_asset: it waits in unmatched_deposits. lost: the rail took it back.';
comment on column public.invoice_payments.reference is 'The rail''s name of it: the hash of its transaction.';
comment on column public.invoice_payments.paid_at is 'When it happened, by the rail''s clock.';
comment on column public.invoice_payments.decide_by is 'When it is kept unless the merchant accepts or refunds it before; null: it is not held.';
comment on column public.invoice_payments.created_at is 'When it was booked, by the database clock.';
comment on column public.invoice_payments.updated_at is 'When the row last changed.';

create function private.tg_invoices__guard() returns trigger
language plpgsql set search_path = ''
as $$
declare
    v_moves constant text[] := array[
        'status', 'exceptions', 'sequence', 'paid_amount', 'seen_amount', 'marked', 'marked_reason', 'last_event',
        'last_actor_role', 'updated_at', 'settled_at', 'expired_at', 'cancelled_at', 'marked_at', 'refunded_at',
        'customer_email', 'receipt_number'
    ];
begin
    if tg_op = 'UPDATE' and (
        (to_jsonb(old) - v_moves) is distinct from (to_jsonb(new) - v_moves)
        or new.sequence < old.sequence
        or (old.receipt_number is not null and new.receipt_number is distinct from old.receipt_number)
        or (new.customer_email is not null and new.customer_email is distinct from old.customer_email)
        or (old.cancelled_at is not null and new.cancelled_at is distinct from old.cancelled_at)
        or (old.refunded_at is not null and new.refunded_at is distinct from old.refunded_at)
    ) then
        raise sqlstate 'PT403' using message = 'append_only', detail = 'What was asked for never changes.';
    elsif (tg_op = 'INSERT' or new.status <> old.status) and not private.has_edge(
        'invoice', case when tg_op = 'UPDATE' then old.status end, '', new.last_event, new.last_actor_role, new.status, ''
    ) then
        raise sqlstate 'PT409' using message = 'illegal_move', detail = 'This move does not exist for the invoice.';
    end if;
    return new;
end
$$;
comment on function private.tg_invoices__guard() is 'Laws 2 and 10 for invoices: a legal move; what was asked for stays.';
create trigger _500_guard before insert or update on public.invoices
for each row execute function private.tg_invoices__guard();

create function private.tg_invoice_payments__guard() returns trigger
language plpgsql set search_path = ''
as $$
declare
    v_moves constant text[] := array['state', 'fee_amount', 'rate', 'decide_by', 'updated_at'];
begin
    if (to_jsonb(old) - v_moves) is distinct from (to_jsonb(new) - v_moves)
        or old.state = 'lost' or old.state <> new.state and (old.state, new.state) not in (
            ('held', 'credited'), ('held', 'kept'), ('held', 'lost'), ('credited', 'lost'), ('kept', 'lost'),
            ('wrong_asset', 'lost')
        ) then
        raise sqlstate 'PT403' using message = 'append_only', detail = 'What came in never changes; it is decided once.';
    end if;
    return new;
end
$$;
comment on function private.tg_invoice_payments__guard() is 'Law 10 for payments of invoices.';
create trigger _500_guard before update on public.invoice_payments
for each row execute function private.tg_invoice_payments__guard();
