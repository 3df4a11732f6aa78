-- Money goes back to who paid an invoice: to an address that the payer names, and never more than came in.

-- Rows of a table read best one line each.
-- noqa: disable=LT05
insert into public.purposes (purpose, description) values
('invoice_refund', 'A refund of an invoice.');
insert into private.hold_purposes (purpose, description) values
('invoice_refund', 'Money set aside for a refund, and what the network takes of it; of the refund.');
insert into private.refusals (code, status, detail, hint) values
('refund_not_found', 404, 'No such refund.', 'Look at its address and its secret again.'),
('refund_currency_required', 422, 'This invoice was paid in more than one currency.', 'Say in which the refund is.'),
('refund_too_large', 409, 'This is more than came in and was not refunded yet.', 'The member "left" says what is left.'),
('refund_claimed', 409, 'This refund is on its way to another address.', ''),
('refund_closed', 409, 'This refund was taken back, or its time is over.', 'Ask the merchant.'),
('refund_waits', 409, 'The merchant cannot send money now.', 'Try again later, or ask the merchant.');
insert into private.acts (act, kind, step_up, scope) values
('invoice_refund_make', 'money_out', true, 'refunds:write'),
('invoice_refund_cancel', 'settle', false, 'refunds:write');
insert into private.quotas (kind, max_open, max_in_window, in_window) values
('invoice_refund', null, 200, '1 day'), ('invoice_claim', null, 60, '1 hour');
insert into private.quotas (kind, min_tier) values ('invoice_refund', 3), ('invoice_claim', 3);
insert into private.state_edges (number, machine, from_state, event, actor, to_state, note) values
(32, 'invoice_refund', null, 'make', 'party', 'claimable', 'by the merchant; its money is set aside'),
(32, 'invoice_refund', 'claimable', 'claim', 'payer', 'claimed', 'the payer has named an address: a payout is ordered'),
(32, 'invoice_refund', 'claimed', 'pay', 'rail', 'paid', 'the payout is confirmed: it has a credit note'),
(32, 'invoice_refund', 'claimed', 'fail', 'rail', 'claimable', 'the payout was not sent: another address'),
(32, 'invoice_refund', 'claimable', 'cancel', 'party', 'cancelled', 'the merchant takes it back'),
(32, 'invoice_refund', 'claimable', 'expire', 'timer', 'expired', 'nobody claimed it in 90 days');
-- noqa: enable=LT05

create table public.invoice_refunds (
    id uuid primary key,
    invoice_id uuid not null references public.invoices (id) on delete restrict,
    merchant_id uuid not null references public.merchants (id) on delete restrict,
    number text,
    rail text not null references public.rails (id) on delete restrict,
    currency text not null references public.currencies (code) on delete restrict,
    amount public.money_amount not null check (amount > 0),
    sent_amount public.money_amount not null check (sent_amount > 0),
    network_cost public.money_amount not null check (network_cost >= 0),
    rate_of text not null check (rate_of in ('then', 'now')),
    worth public.money_amount not null check (worth >= 0),
    reason text not null default '' check (length(reason) <= 500),
    state text not null default 'claimable' check (state in ('claimable', 'claimed', 'paid', 'cancelled', 'expired')),
    version integer not null default 1 check (version > 0),
    address text check (length(address) between 1 and 255),
    payout_id uuid references public.payouts (id) on delete restrict,
    claim_by timestamptz,
    last_event text not null default 'make',
    last_actor_role text not null default 'party',
    created_by uuid not null references auth.users (id) on delete restrict,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    paid_at timestamptz,
    constraint invoice_refunds_number_once unique (merchant_id, number),
    constraint invoice_refunds_claimable_has_time check ((state = 'claimable') = (claim_by is not null)),
    constraint invoice_refunds_paid_has_number check (
        (state = 'paid') = (number is not null) and (state = 'paid') = (paid_at is not null)
    ),
    constraint invoice_refunds_goes_somewhere check (
        state not in ('claimed', 'paid') or num_nulls(address, payout_id) = 0
    )
);
alter table public.invoice_refunds enable row level security;
select private.make_text('public.invoice_refunds', 'prose', 'reason');
create index invoice_refunds_invoice_id_idx on public.invoice_refunds (invoice_id, created_at);
create index invoice_refunds_merchant_id_idx on public.invoice_refunds (merchant_id, created_at desc);
create index invoice_refunds_rail_idx on public.invoice_refunds (rail);
create index invoice_refunds_currency_idx on public.invoice_refunds (currency);
create index invoice_refunds_payout_id_idx on public.invoice_refunds (payout_id);
create index invoice_refunds_created_by_idx on public.invoice_refunds (created_by);
create index invoice_refunds_claim_by_idx on public.invoice_refunds (claim_by) where claim_by is not null;
create trigger _000_never_deleted before delete or truncate on public.invoice_refunds
for each statement execute function private.tg__append_only();
comment on table public.invoice_refunds is
'Money of invoices on its way back: set aside by the merchant, sent to an address that the payer names. The payout tells how it fares.';
comment on column public.invoice_refunds.id is 'The refund; also the id of what is set aside.';
comment on column public.invoice_refunds.invoice_id is 'The invoice.';
comment on column public.invoice_refunds.merchant_id is 'Who refunds.';
comment on column public.invoice_refunds.number is 'Number of its credit note, such as CN-2026-000001: without gaps in a year. Null until it is paid.';
comment on column public.invoice_refunds.rail is 'How it goes: as the money came.';
comment on column public.invoice_refunds.currency is 'What goes: what came.';
comment on column public.invoice_refunds.amount is 'What of the money that came it gives back, in units of the currency.';
comment on column public.invoice_refunds.sent_amount is 'What arrives: all of it, or less what the network takes.';
comment on column public.invoice_refunds.network_cost is 'What the network takes, as fixed when it was made.';
comment on column public.invoice_refunds.rate_of is 'then: at the rate at which it was paid; now: at the rate of when the refund was made, and never more than came.';
comment on column public.invoice_refunds.worth is 'What it is worth at that rate, in the currency of the invoice.';
comment on column public.invoice_refunds.reason is 'Why, in the words of the merchant.';
comment on column public.invoice_refunds.state is 'claimable: the payer names an address; claimed: a payout is under way; paid; cancelled by the merchant; expired.';
comment on column public.invoice_refunds.version is 'Counts its payouts, from one: each that was not sent makes room for another.';
comment on column public.invoice_refunds.address is 'Where the payer wants it; null before.';
comment on column public.invoice_refunds.payout_id is 'Its payout, the last one; null before.';
comment on column public.invoice_refunds.claim_by is 'Until when it can be claimed; null when it is not to be.';
comment on column public.invoice_refunds.last_event is 'Name of the last move, as in private.state_edges.';
comment on column public.invoice_refunds.last_actor_role is 'Who made it.';
comment on column public.invoice_refunds.created_by is 'Member of the merchant who made it.';
comment on column public.invoice_refunds.created_at is 'When, by the database clock.';
comment on column public.invoice_refunds.updated_at is 'When it last moved.';
comment on column public.invoice_refunds.paid_at is 'When its payout was confirmed; null before.';

-- No role reads it: the secret leaves once, in the answer of the command that made it.
create table private.refund_secrets (
    refund_id uuid primary key references public.invoice_refunds (id) on delete restrict,
    secret_hash text not null check (secret_hash ~ '^[0-9a-f]{64}$')
);
alter table private.refund_secrets enable row level security;
comment on table private.refund_secrets is 'By what a payer is known who claims a refund.';
comment on column private.refund_secrets.secret_hash is 'sha256 of 128 random bits.';

create function private.tg_invoice_refunds__guard() returns trigger
language plpgsql set search_path = ''
as $$
declare
    v_moves constant text[] := array[
        'number', 'state', 'version', 'address', 'payout_id', 'claim_by', 'last_event', 'last_actor_role', 'updated_at',
        'paid_at'
    ];
begin
    if tg_op = 'UPDATE' and (to_jsonb(old) - v_moves) is distinct from (to_jsonb(new) - v_moves) then
        raise sqlstate 'PT403' using message = 'append_only', detail = 'What is refunded never changes.';
    elsif not private.has_edge(
        'invoice_refund', case when tg_op = 'UPDATE' then old.state end, '', new.last_event, new.last_actor_role, new.state, ''
    ) then
        raise sqlstate 'PT409' using message = 'illegal_move', detail = 'This move does not exist for the refund.';
    end if;
    return new;
end
$$;
comment on function private.tg_invoice_refunds__guard() is 'Laws 2 and 10 for refunds: a legal move of the same money.';
create trigger _500_guard before insert or update on public.invoice_refunds
for each row execute function private.tg_invoice_refunds__guard();

create function private.refund_entry(
    p_refund public.invoice_refunds, p_transfer uuid, p_bucket public.wallet_bucket, p_amount numeric
) returns ledger.new_entry
language plpgsql volatile set search_path = ''
as $$
begin
    return row(
        p_transfer, ledger.wallet_of(p_refund.merchant_id, p_refund.currency), p_bucket, p_amount,
        case p_bucket when 'pending' then p_refund.id end, case p_bucket when 'pending' then 'invoice_refund' end
    )::ledger.new_entry;
end
$$;
comment on function private.refund_entry(public.invoice_refunds, uuid, public.wallet_bucket, numeric) is
'An entry of the wallet of the merchant: of what is available, or (pending) of what is set aside for a refund.';

create function private.refundable(p_invoice_id uuid, p_currency text) returns numeric
language plpgsql stable set search_path = ''
as $$
begin
    return coalesce((
        select sum(p.amount) from public.invoice_payments as p
        where p.invoice_id = p_invoice_id and p.currency = p_currency and p.state in ('credited', 'held', 'kept')
    ), 0) - coalesce((
        select sum(r.amount) from public.invoice_refunds as r
        where r.invoice_id = p_invoice_id and r.currency = p_currency and r.state in ('claimable', 'claimed', 'paid')
    ), 0);
end
$$;
comment on function private.refundable(uuid, text) is
'What came for an invoice in a currency, is still there, and is in no refund. Its row is locked.';

create function private.refund_terms(
    p_invoice public.invoices, p_what text, p_amount numeric, p_rate_of text, p_currency text, p_now timestamptz,
    out amount numeric, out worth numeric
)
language plpgsql stable set search_path = ''
as $$
declare
    v_then numeric;
    v_rate numeric;
    v_left numeric := private.refundable(p_invoice.id, p_currency);
    v_decimals integer := private.decimals_of(p_currency);
    v_price_decimals integer := private.decimals_of(p_invoice.currency);
begin
    select m.rate into strict v_then from public.invoice_methods as m
    where m.invoice_id = p_invoice.id and m.currency = p_currency;
    v_rate := case p_rate_of when 'then' then v_then
        else (private.invoice_rate(p_currency, p_invoice.currency, p_now)).rate end;
    if v_rate is null then
        perform private.refuse('price_stale');
    end if;
    worth := case p_what
        when 'full' then trunc(v_left * v_then, v_price_decimals)
        when 'overpaid' then greatest(p_invoice.paid_amount - p_invoice.amount - coalesce((
            select sum(r.worth) from public.invoice_refunds as r
            where r.invoice_id = p_invoice.id and r.state in ('claimable', 'claimed', 'paid')
        ), 0), 0)
        else p_amount
    end;
    amount := case when p_what = 'full' and p_rate_of = 'then' then v_left else trunc(worth / v_rate, v_decimals) end;
    if p_what <> 'amount' then
        amount := least(amount, v_left);
    end if;
    if not coalesce(amount > 0 and amount <= v_left, false) then
        perform private.refuse(
            'refund_too_large', 'This is more than came in and was not refunded yet, or nothing.',
            jsonb_build_object('left', trim_scale(v_left)::text)
        );
    end if;
end
$$;
comment on function private.refund_terms(public.invoices, text, numeric, text, text, timestamptz) is
'How much goes back in a currency, and what it is worth: all that came (full), what came too much (overpaid), or an amount in the currency of the invoice; at the rate of then or of now, and never more than came. Raises refund_too_large, price_stale (409).';

create function private.refund_payout_ended(
    p_payout public.payouts, p_transfer uuid, p_is_paid boolean
) returns ledger.new_entry[]
language plpgsql volatile set search_path = ''
as $$
declare
    v_row public.invoice_refunds;
    v_invoice public.invoices;
    v_now timestamptz := p_payout.updated_at;
begin
    select i.* into strict v_invoice from public.invoices as i
    where i.id = (select r.invoice_id from public.invoice_refunds as r where r.id = p_payout.reference_id)
    for no key update;
    if not p_is_paid then
        update public.invoice_refunds as r set
            state = 'claimable', version = r.version + 1, address = null, payout_id = null, claim_by = v_now + interval '90 days',
            last_event = 'fail', last_actor_role = 'rail', updated_at = v_now
        where r.id = p_payout.reference_id
        returning * into strict v_row;
        return array[private.refund_entry(v_row, p_transfer, 'pending', v_row.sent_amount)];
    end if;
    update public.invoice_refunds as r set
        state = 'paid', number = private.next_number(r.merchant_id, 'credit_note', v_now), paid_at = v_now,
        last_event = 'pay', last_actor_role = 'rail', updated_at = v_now
    where r.id = p_payout.reference_id
    returning * into strict v_row;
    if not exists (
        select from public.invoice_methods as m
        where m.invoice_id = v_invoice.id and coalesce((
            select sum(p.amount) from public.invoice_payments as p
            where p.invoice_id = v_invoice.id and p.currency = m.currency and p.state in ('credited', 'held', 'kept')
        ), 0) <> coalesce((
            select sum(r.amount) from public.invoice_refunds as r
            where r.invoice_id = v_invoice.id and r.currency = m.currency and r.state = 'paid'
        ), 0)
    ) then
        v_invoice.refunded_at := coalesce(v_invoice.refunded_at, v_now);
    end if;
    perform private.update_invoice(
        v_invoice, 'rail',
        -- That all is refunded follows from the status.
        case when v_invoice.refunded_at is null or v_invoice.status = 'refunded' then '{refunded}' else '{}' end::text[], v_now
    );
    if v_row.network_cost = 0 then
        return '{}';
    end if;
    return array[
        private.refund_entry(v_row, p_transfer, 'pending', -v_row.network_cost),
        row(
            p_transfer, ledger.wallet_of(private.platform_party(), v_row.currency, 'costs'), 'available', v_row.network_cost,
            null, null
        )::ledger.new_entry
    ];
end
$$;
comment on function private.refund_payout_ended(public.payouts, uuid, boolean) is
'Entries of a refund whose payout has ended: what the network takes goes to the account of costs, and it has a credit note; what was not sent is set aside again, for another address.';

create function private.set_refund_free(
    p_refund public.invoice_refunds, p_event text, p_role text, p_actor uuid, p_now timestamptz
) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_transfer uuid := private.uuid_v7(p_now);
begin
    update public.invoice_refunds as r set
        state = case p_event when 'cancel' then 'cancelled' else 'expired' end, claim_by = null, last_event = p_event,
        last_actor_role = p_role, updated_at = p_now
    where r.id = p_refund.id;
    perform ledger.post(
        array[row(
            v_transfer, 'invoice.refund_' || p_event, 'invoice', p_refund.invoice_id, '', null, p_actor
        )::ledger.new_transfer],
        array[
            private.refund_entry(p_refund, v_transfer, 'pending', -p_refund.sent_amount - p_refund.network_cost),
            private.refund_entry(p_refund, v_transfer, 'available', p_refund.sent_amount + p_refund.network_cost)
        ], p_now
    );
end
$$;
comment on function private.set_refund_free(public.invoice_refunds, text, text, uuid, timestamptz) is
'A refund is not made: what was set aside for it is in the balance of the merchant.';

create function private.verify_refunds() returns table (problem text, subject text, detail text)
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    select 'held_differs_from_refund', r.id::text, format('%s holds %s', r.state, coalesce(h.amount, 0))
    from public.invoice_refunds as r
    left join public.ledger_holds as h on h.reference_id = r.id and h.purpose = 'invoice_refund'
    where coalesce(h.amount, 0) <> case r.state
        when 'claimable' then r.sent_amount + r.network_cost when 'claimed' then r.network_cost else 0 end
    union all
    select 'hold_without_refund', h.reference_id::text, h.amount::text
    from public.ledger_holds as h
    left join public.invoice_refunds as r on r.id = h.reference_id
    where h.purpose = 'invoice_refund' and h.amount > 0 and r.id is null
    union all
    select 'refund_differs_from_payout', r.id::text, format('%s, %s', r.state, p.state)
    from public.invoice_refunds as r inner join public.payouts as p on p.id = r.payout_id
    where (r.state = 'paid') <> (p.state = 'confirmed') or p.amount <> r.sent_amount
    union all
    select 'refunded_more_than_came', r.invoice_id::text, format('%s %s', r.refunded, r.currency)
    from (
        select f.invoice_id, f.currency, sum(f.amount) as refunded from public.invoice_refunds as f
        where f.state in ('claimable', 'claimed', 'paid') group by f.invoice_id, f.currency
    ) as r
    where r.refunded > coalesce((
        -- What the rail took back since had come.
        select sum(p.amount) from public.invoice_payments as p
        where p.invoice_id = r.invoice_id and p.currency = r.currency and p.state <> 'wrong_asset'
    ), 0);
end
$$;
comment on function private.verify_refunds() is
'Refunds, what is set aside for them, their payouts and what came in agree; empty is good.';
