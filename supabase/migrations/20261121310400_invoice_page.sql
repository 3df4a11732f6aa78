-- What whoever has the token of an invoice sees of it. Reading writes nothing.

-- Definer: who pays is nobody, and reads no table.
create function private.invoice_page(p_token text) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_row public.invoices;
    v_now timestamptz := private.clock();
    v_deadline timestamptz;
begin
    select * into v_row from public.invoices as i where i.token = p_token;
    if not found then
        perform private.refuse('invoice_not_found');
    end if;
    v_deadline := private.invoice_deadline(v_row);
    return jsonb_build_object(
        'invoice_id', v_row.id, 'number', v_row.number, 'status', private.status_by_the_clock(v_row),
        'exceptions', to_jsonb(v_row.exceptions), 'sequence', v_row.sequence, 'currency', v_row.currency,
        'amount', trim_scale(v_row.amount)::text, 'tax_amount', trim_scale(v_row.tax_amount)::text,
        'paid_amount', trim_scale(v_row.paid_amount)::text, 'seen_amount', trim_scale(v_row.seen_amount)::text,
        'rest_amount', trim_scale(greatest(v_row.amount - v_row.paid_amount - v_row.seen_amount, 0))::text,
        'description', v_row.description, 'language', v_row.language, 'created_at', v_row.created_at,
        'expires_at', v_deadline, 'seconds_left', greatest(ceil(extract(epoch from v_deadline - v_now)), 0)::bigint, 'now', v_now,
        'settled_at', v_row.settled_at, 'receipt_number', v_row.receipt_number,
        'merchant', (
            select jsonb_build_object(
                'name', m.name, 'legal_name', m.legal_name, 'tax_id', m.tax_id, 'country', m.country, 'website', m.website, 'support_email', m.support_email, 'color', s.color,
                'is_verified', m.verification = 'verified'
            )
            from public.merchants as m inner join public.merchant_settings as s on s.merchant_id = m.id
            where m.id = v_row.merchant_id
        ),
        'lines', (
            select coalesce(jsonb_agg(jsonb_build_object(
                'description', l.description, 'quantity', trim_scale(l.quantity)::text,
                'unit_amount', trim_scale(l.unit_amount)::text, 'tax_rate', trim_scale(l.tax_rate)::text,
                'net_amount', trim_scale(l.net_amount)::text, 'tax_amount', trim_scale(l.tax_amount)::text
            ) order by l.position), '[]')
            from public.invoice_lines as l where l.invoice_id = v_row.id
        ),
        'currencies', (
            select coalesce(jsonb_agg(jsonb_build_object(
                'currency', c.code, 'symbol', c.symbol, 'name', c.name, 'network', n.name, 'rail', r.id,
                'is_open', m.currency is not null
            ) order by c.display_order, c.code), '[]')
            from public.currencies as c
            inner join public.networks as n on n.id = c.network_id
            inner join public.rails as r on r.network_id = n.id and r.has_deposit_addresses
            left join public.invoice_methods as m on m.invoice_id = v_row.id and m.currency = c.code
            where c.code = any (v_row.currencies)
                and (m.currency is not null or r.is_open and not private.way_is_halted(r.id, c.code))
        ),
        'methods', (
            select coalesce(jsonb_agg(private.method_read(v_row, m) order by m.opened_at, m.currency), '[]')
            from public.invoice_methods as m where m.invoice_id = v_row.id
        ),
        'payments', (
            select coalesce(jsonb_agg(p.payment order by p.paid_at, p.payment ->> 'reference'), '[]')
            from (
                select s.paid_at, jsonb_build_object(
                    'currency', s.currency, 'rail', s.rail, 'amount', trim_scale(s.amount)::text, 'state', 'seen',
                    'is_late', q.is_late, 'reference', s.reference, 'paid_at', s.paid_at,
                    'confirmations', s.confirmations, 'needs', s.needs, 'decide_by', null
                ) as payment
                from public.invoice_methods as m
                cross join lateral private.seen_for(m.request_id) as s
                cross join lateral private.late_rule(v_row, s.currency, s.paid_at, v_now) as q
                where m.invoice_id = v_row.id
                union all
                select p.paid_at, jsonb_build_object(
                    'currency', p.currency, 'rail', p.rail, 'amount', trim_scale(p.amount)::text, 'state', p.state,
                    'is_late', p.is_late, 'reference', p.reference, 'paid_at', p.paid_at, 'confirmations', null,
                    'needs', null, 'decide_by', p.decide_by
                )
                from public.invoice_payments as p where p.invoice_id = v_row.id
            ) as p
        ),
        'refunds', (
            select coalesce(jsonb_agg(jsonb_build_object(
                'refund_id', r.id, 'number', r.number, 'currency', r.currency, 'rail', r.rail,
                'amount', trim_scale(r.sent_amount)::text, 'state', r.state, 'claim_by', r.claim_by
            ) order by r.created_at, r.id), '[]')
            from public.invoice_refunds as r where r.invoice_id = v_row.id and r.state in ('claimable', 'claimed', 'paid')
        )
    );
end
$$;
comment on function private.invoice_page(text) is 'As public.invoice_page.';

create function public.invoice_page(token text) returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return private.invoice_page(token);
end
$$;
comment on function public.invoice_page(text) is
'For whoever has the token of an invoice: what is asked for and by whom, status by the clock, time left, what may be paid in, the ways that were opened with what is still due in each, each payment with how sure it is, and what is refunded. Nothing of who made it, of other invoices, or of what the merchant keeps with it. Raises invoice_not_found (404).';
