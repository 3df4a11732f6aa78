-- What becomes of an invoice: a function of what it asks for, of what has come, and of what its merchant
-- said. No order of events and no replay changes it.

create function private.invoice_tolerance(p_amount numeric, p_tolerance numeric, p_least numeric) returns numeric
language plpgsql immutable set search_path = ''
as $$
begin
    return least(greatest(p_tolerance, p_least), p_amount / 10);
end
$$;
comment on function private.invoice_tolerance(numeric, numeric, numeric) is
'By how much less an invoice counts as paid: its tolerance, or the least that a rail of its moves, when that is more; a tenth of its amount at most.';

create function private.invoice_status(
    p_amount numeric, p_tolerance numeric, p_sure numeric, p_all numeric, p_is_expired boolean, p_is_cancelled boolean,
    p_marked text, p_is_refunded boolean
) returns text
language plpgsql immutable set search_path = ''
as $$
begin
    return case
        when p_is_refunded then 'refunded'
        when p_marked is not null then p_marked
        when p_sure >= p_amount - p_tolerance then 'settled'
        when p_all >= p_amount - p_tolerance then 'processing'
        when p_is_cancelled then 'cancelled'
        when p_is_expired then 'expired'
        else 'open'
    end;
end
$$;
comment on function private.invoice_status(numeric, numeric, numeric, numeric, boolean, boolean, text, boolean) is
'Status of an invoice by its amount, its tolerance, what counts and is sure, what counts with what was only seen, and what its merchant and the clock said.';

create function private.invoice_exceptions(
    p_amount numeric, p_tolerance numeric, p_all numeric, p_unit numeric, p_is_late boolean, p_is_wrong boolean,
    p_is_lost boolean, p_is_marked boolean
) returns text[]
language plpgsql immutable set search_path = ''
as $$
begin
    return array_remove(array[
        case when p_all > 0 and p_all < p_amount - p_tolerance then 'underpaid' end,
        -- What rounding up to a whole unit brought is no more than was asked for.
        case when p_all - p_amount > p_unit then 'overpaid' end,
        case when p_is_late then 'late' end,
        case when p_is_wrong then 'wrong_asset' end,
        case when p_is_lost then 'reorged' end,
        case when p_is_marked then 'marked_by_hand' end
    ], null);
end
$$;
comment on function private.invoice_exceptions(numeric, numeric, numeric, numeric, boolean, boolean, boolean, boolean) is
'What is out of the ordinary about an invoice, as many words as apply; p_unit: what the largest smallest unit that it was paid in is worth.';

create function private.invoice_deadline(p_invoice public.invoices) returns timestamptz
language plpgsql stable set search_path = ''
as $$
begin
    return private.later_by_networks(p_invoice.created_at, p_invoice.expires_at, array(
        select r.network_id from public.invoice_methods as m inner join public.rails as r on m.rail = r.id
        where m.invoice_id = p_invoice.id
    ));
end
$$;
comment on function private.invoice_deadline(public.invoices) is 'Until when an invoice is to be paid: our own outages are given back, and standstills of the networks that its payer has chosen.';

create function private.crypto_worth(
    p_currency text, p_in text, p_now timestamptz, out rate numeric, out source text, out as_of timestamptz
)
language plpgsql stable set search_path = ''
as $$
declare
    v_index public.prices := private.fresh_index(p_currency, p_in, p_now);
begin
    if v_index.price is not null then
        rate := v_index.price;
        source := array_to_string(v_index.sources, ',');
        as_of := v_index.as_of;
    elsif exists (select from public.currencies as c where c.code = p_currency and c.pegged_to = p_in) then
        rate := 1;
        source := 'peg';
        as_of := p_now;
    end if;
end
$$;
comment on function private.crypto_worth(text, text, timestamptz) is
'What one unit of a crypto currency is worth in bank money, by the index, else by what its issuer redeems it in; nulls: nobody says it now.';

create function private.invoice_rate(
    p_currency text, p_price_currency text, p_now timestamptz, out rate numeric, out source text, out as_of timestamptz
)
language plpgsql stable set search_path = ''
as $$
declare
    v_own record;
    v_other record;
begin
    if p_currency = p_price_currency then
        rate := 1;
        source := 'same';
        as_of := p_now;
    elsif exists (select from public.currencies as c where c.code = p_price_currency and c.kind = 'fiat') then
        select * into v_own from private.crypto_worth(p_currency, p_price_currency, p_now);
        rate := v_own.rate;
        source := v_own.source;
        as_of := v_own.as_of;
    else
        -- Of two that nobody compares, by what both cost.
        select * into v_own from private.crypto_worth(p_currency, private.reference_currency(), p_now);
        select * into v_other from private.crypto_worth(p_price_currency, private.reference_currency(), p_now);
        rate := nullif(trunc(v_own.rate / v_other.rate, 18), 0);
        source := v_own.source || '/' || v_other.source;
        as_of := least(v_own.as_of, v_other.as_of);
    end if;
end
$$;
comment on function private.invoice_rate(text, text, timestamptz) is
'What one unit of a currency is worth in the currency of a price, who says so, and of which moment; rate null: nobody says it now.';

create function private.late_rule(
    p_invoice public.invoices, p_currency text, p_paid_at timestamptz, p_now timestamptz,
    out is_late boolean, out counts boolean, out rate numeric
)
language plpgsql stable set search_path = ''
as $$
declare
    v_deadline timestamptz := private.invoice_deadline(p_invoice);
    v_closed timestamptz := p_invoice.cancelled_at;
begin
    if p_paid_at > v_closed or p_invoice.refunded_at is not null or p_invoice.marked = 'invalid' then
        is_late := true;
        counts := false;
    elsif p_paid_at <= v_deadline then
        is_late := false;
        counts := true;
    else
        is_late := true;
        counts := case p_invoice.late_policy when 'old_rate' then p_paid_at <= v_deadline + p_invoice.late_grace
            when 'current_rate' then true else false end;
        if p_invoice.late_policy = 'current_rate' then
            rate := (private.invoice_rate(p_currency, p_invoice.currency, p_now)).rate;
            counts := rate is not null;
        end if;
    end if;
end
$$;
comment on function private.late_rule(public.invoices, text, timestamptz, timestamptz) is
'What money of a time does for an invoice: whether it is late, whether it counts, and at which rate if not at that of its method. What came after an invoice was cancelled counts not by itself, nor does anything on one that is marked invalid or refunded.';

create function private.invoice_facts(
    p_invoice public.invoices, p_now timestamptz,
    out sure numeric, out everything numeric, out tolerance numeric, out unit numeric, out is_late boolean,
    out is_wrong boolean, out is_lost boolean
)
language plpgsql stable set search_path = ''
as $$
declare
    v_decimals integer := private.decimals_of(p_invoice.currency);
    v_least numeric;
begin
    with money as (
        select p.currency, coalesce(p.rate, m.rate)::numeric as rate, p.amount::numeric as amount, true as is_sure
        from public.invoice_payments as p
        inner join public.invoice_methods as m on m.invoice_id = p.invoice_id and m.currency = p.currency
        where p.invoice_id = p_invoice.id and p.state = 'credited'
        union all
        -- Late money whose rate is that of when it is sure counts from then on.
        select m.currency, m.rate::numeric, s.amount::numeric, false
        from public.invoice_methods as m
        cross join lateral private.seen_for(m.request_id) as s
        cross join lateral private.late_rule(p_invoice, m.currency, s.paid_at, p_now) as r
        -- What waits for a block may be replaced by who sent it: it shows, and counts for nothing.
        where m.invoice_id = p_invoice.id and s.rail = m.rail and s.currency = m.currency and s.confirmations > 0
            and r.counts and r.rate is null
    ),
    worth as (
        -- Of each currency and rate together: parts that are rounded one by one would lose some.
        select w.currency, w.rate, coalesce(sum(w.amount) filter (where w.is_sure), 0) as sure, sum(w.amount) as everything
        from money as w group by w.currency, w.rate
    )
    select
        coalesce(sum(trunc(w.sure * w.rate, v_decimals)), 0), coalesce(sum(trunc(w.everything * w.rate, v_decimals)), 0),
        coalesce(max(w.rate / 10::numeric ^ private.decimals_of(w.currency)), 0), coalesce(max(m.least_amount * w.rate), 0)
    into sure, everything, unit, v_least
    from worth as w
    inner join public.invoice_methods as m on m.invoice_id = p_invoice.id and m.currency = w.currency;
    tolerance := private.invoice_tolerance(p_invoice.amount, p_invoice.tolerance, v_least);
    select coalesce(bool_or(p.is_late and p.state <> 'lost'), false), coalesce(bool_or(p.state = 'wrong_asset'), false),
        coalesce(bool_or(p.state = 'lost'), false)
    into is_late, is_wrong, is_lost
    from public.invoice_payments as p where p.invoice_id = p_invoice.id;
    if p_invoice.speed = 'seen' then
        sure := everything;
    end if;
end
$$;
comment on function private.invoice_facts(public.invoices, timestamptz) is
'What the status of an invoice follows from: what counts and is sure, what counts in all, its tolerance now, what a unit is worth, and whether late, wrong or lost money is among what came.';

create function private.invoice_snapshot(p_invoice public.invoices) returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return jsonb_build_object(
        'merchant_id', p_invoice.merchant_id, 'number', p_invoice.number, 'merchant_order_id', p_invoice.merchant_order_id,
        'status', p_invoice.status, 'exceptions', to_jsonb(p_invoice.exceptions), 'currency', p_invoice.currency,
        'amount', trim_scale(p_invoice.amount)::text, 'paid_amount', trim_scale(p_invoice.paid_amount)::text,
        'seen_amount', trim_scale(p_invoice.seen_amount)::text, 'expires_at', p_invoice.expires_at
    );
end
$$;
comment on function private.invoice_snapshot(public.invoices) is 'What an event of an invoice says of it: all that a merchant needs, as of its sequence.';

create function private.update_invoice(
    p_invoice public.invoices, p_role text, p_told text[], p_now timestamptz
) returns public.invoices
language plpgsql volatile set search_path = ''
as $$
declare
    v_old public.invoices;
    v_new public.invoices := p_invoice;
    v_facts record;
    v_all numeric;
    v_before numeric;
    v_events text[] := p_told;
    v_event text;
begin
    select * into strict v_old from public.invoices as i where i.id = p_invoice.id for no key update;
    select * into v_facts from private.invoice_facts(p_invoice, p_now);
    v_new.status := private.invoice_status(
        p_invoice.amount, v_facts.tolerance, v_facts.sure, v_facts.everything, p_invoice.expired_at is not null,
        p_invoice.cancelled_at is not null, p_invoice.marked, p_invoice.refunded_at is not null
    );
    v_new.exceptions := private.invoice_exceptions(
        p_invoice.amount, v_facts.tolerance, v_facts.everything, v_facts.unit, v_facts.is_late, v_facts.is_wrong,
        v_facts.is_lost or 'reorged' = any (v_old.exceptions), p_invoice.marked is not null
    );
    v_new.paid_amount := v_facts.sure;
    v_new.seen_amount := v_facts.everything - v_facts.sure;
    v_all := v_facts.everything;
    v_before := v_old.paid_amount + v_old.seen_amount;
    if v_new.status <> v_old.status then
        v_new.last_event := case
            when v_new.status in ('open', 'processing', 'expired', 'cancelled') and v_old.status in ('processing', 'settled')
                then 'reorg'
            else case v_new.status when 'processing' then 'process' when 'settled' then 'settle' when 'expired' then 'expire'
                when 'cancelled' then 'cancel' when 'invalid' then 'invalidate' when 'refunded' then 'refund' end
        end;
        v_new.last_actor_role := p_role;
        v_events := v_events || case v_new.last_event when 'reorg' then 'reorged' else v_new.status end;
    elsif v_all < v_before then
        v_events := v_events || 'reorged'::text;
    elsif v_all > v_before and v_new.status in ('open', 'expired', 'cancelled') then
        v_events := v_events || 'partially_paid'::text;
    end if;
    if 'reorged' = any (v_events) and not 'reorged' = any (v_new.exceptions) then
        v_new.exceptions := v_new.exceptions || 'reorged'::text;
    end if;
    if 'overpaid' = any (v_new.exceptions) and (v_all > v_before or not 'overpaid' = any (v_old.exceptions)) then
        v_events := v_events || 'overpaid'::text;
    end if;
    v_new.settled_at := case v_new.status when 'settled' then coalesce(v_old.settled_at, p_now)
        when 'refunded' then v_old.settled_at end;
    if (to_jsonb(v_new) - 'updated_at'::text) = (to_jsonb(v_old) - 'updated_at'::text) and cardinality(v_events) = 0 then
        return v_old;
    end if;
    v_new.sequence := v_old.sequence + greatest(cardinality(v_events), 1);
    v_new.updated_at := p_now;
    update public.invoices as i set
        status = v_new.status, exceptions = v_new.exceptions, sequence = v_new.sequence, paid_amount = v_new.paid_amount,
        seen_amount = v_new.seen_amount, marked = v_new.marked, marked_reason = v_new.marked_reason,
        last_event = v_new.last_event, last_actor_role = v_new.last_actor_role, updated_at = v_new.updated_at,
        settled_at = v_new.settled_at, expired_at = v_new.expired_at, cancelled_at = v_new.cancelled_at,
        marked_at = v_new.marked_at, refunded_at = v_new.refunded_at
    where i.id = v_new.id
    returning * into v_new;
    for i in 1..cardinality(v_events) loop
        v_event := v_events[i];
        perform private.emit_event(
            'invoice.' || v_event, 'invoice', v_new.id, v_old.sequence + i, array[v_new.merchant_id],
            private.invoice_snapshot(v_new), p_now
        );
    end loop;
    return v_new;
end
$$;
comment on function private.update_invoice(public.invoices, text, text[], timestamptz) is
'Writes what has become of an invoice, and tells it. The row as it is to be, with what its merchant or the clock said; who moved it: party, rail or timer; what is told beside what follows from the change. The sequence grows with each event. Its row is locked.';

-- Definer: whoever reads the invoice may not read outages.
create function private.status_by_the_clock(p_invoice public.invoices) returns text
language plpgsql stable security definer set search_path = ''
as $$
begin
    return case when p_invoice.status = 'open' and private.invoice_deadline(p_invoice) <= private.clock()
        then 'expired' else p_invoice.status end;
end
$$;
comment on function private.status_by_the_clock(public.invoices) is 'As public.invoice_status.';

create function public.invoice_status(invoice public.invoices) returns text
language plpgsql stable set search_path = ''
as $$
begin
    return private.status_by_the_clock(invoice);
end
$$;
comment on function public.invoice_status(public.invoices) is
'Status of an invoice by the clock: expired from the moment when its time is over. Select invoice_status beside the columns.';
