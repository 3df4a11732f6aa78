-- Money that came for an invoice, whenever: it counts, or it is held; never silence.

insert into private.acts (act, kind, step_up, scope) values
('invoice_payment_accept', 'settle', false, 'invoices:write');

create function private.invoice_report_refusal(p_report jsonb, p_now timestamptz) returns text
language plpgsql stable set search_path = ''
as $$
begin
    if not exists (
        select from public.deposit_requests as d
        where d.purpose = 'invoice' and d.reference_id = (p_report ->> 'reference_id')::uuid
            and d.rail = any (private.shares_addresses(p_report ->> 'rail'))
    ) then
        perform private.refuse('invoice_not_found');
    end if;
    return private.any_amount_refusal(p_report, p_now);
end
$$;
comment on function private.invoice_report_refusal(jsonb, timestamptz) is
'Why what a rail says of an invoice is not believed: what it takes back is at most what it brought. Null: it may be so. Raises invoice_not_found (404) for one that nobody chose to pay there.';

create function private.post_invoice_payment(
    p_kind text, p_payment public.invoice_payments, p_merchant_id uuid, p_entries jsonb, p_actor uuid, p_now timestamptz
) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_transfer uuid := private.uuid_v7(p_now);
    v_wallet uuid := ledger.wallet_of(p_merchant_id, p_payment.currency);
begin
    perform ledger.post(
        array[row(v_transfer, p_kind, 'invoice', p_payment.invoice_id, '', null, p_actor)::ledger.new_transfer],
        array(
            select row(
                v_transfer, case e.account when 'clearing' then ledger.wallet_of(private.external_party(), p_payment.currency, 'clearing')
                    when 'fees' then ledger.wallet_of(private.platform_party(), p_payment.currency, 'fees') else v_wallet end,
                case e.account when 'held' then 'pending' else 'available' end, e.amount,
                case e.account when 'held' then p_payment.id end, case e.account when 'held' then 'invoice_payment' end
            )::ledger.new_entry
            from jsonb_to_recordset(p_entries) as e (account text, amount numeric) where e.amount <> 0
        ), p_now
    );
end
$$;
comment on function private.post_invoice_payment(text, public.invoice_payments, uuid, jsonb, uuid, timestamptz) is
'Posts what becomes of a payment of an invoice [{account: clearing, fees, available or held, amount}].';

create function private.apply_invoice_report(p_report public.rail_reports, p_now timestamptz) returns text
language plpgsql volatile set search_path = ''
as $$
declare
    v_invoice public.invoices;
    v_payment public.invoice_payments;
    v_rule record;
    v_as_wallet public.rail_reports := p_report;
begin
    select * into strict v_invoice from public.invoices as i where i.id = p_report.reference_id for no key update;
    v_as_wallet.purpose := 'wallet';
    v_as_wallet.reference_id := v_invoice.merchant_id;
    if p_report.kind <> 'funds' then
        select * into v_payment from public.invoice_payments as p
        where p.id = private.brought_by(p_report) for no key update;
        if not found or v_payment.state = 'lost' then
            return 'not_booked';
        elsif v_payment.state = 'held' then
            perform private.post_invoice_payment(
                'invoice.payment_lost', v_payment, v_invoice.merchant_id, jsonb_build_array(
                    jsonb_build_object('account', 'held', 'amount', -v_payment.amount),
                    jsonb_build_object('account', 'clearing', 'amount', v_payment.amount)
                ), null, p_now
            );
        else
            perform private.post_invoice_payment(
                'invoice.fee_back', v_payment, v_invoice.merchant_id, jsonb_build_array(
                    jsonb_build_object('account', 'fees', 'amount', -v_payment.fee_amount),
                    jsonb_build_object('account', 'available', 'amount', v_payment.fee_amount)
                ), null, p_now
            ) where v_payment.fee_amount > 0;
            -- As in every wallet: gone from suspense, or from the balance, and what that does not cover is owed.
            perform private.apply_wallet_report(v_as_wallet, p_now);
        end if;
        update public.invoice_payments set state = 'lost', decide_by = null, updated_at = p_now where id = v_payment.id;
        perform private.update_invoice(v_invoice, 'rail', '{}', p_now);
        return 'taken_back';
    end if;
    v_payment.id := private.report_id(p_report.rail, p_report.provider_event_id);
    v_payment.invoice_id := v_invoice.id;
    v_payment.currency := p_report.currency;
    v_payment.amount := p_report.amount;
    v_payment.fee_amount := 0;
    select * into v_rule from private.late_rule(v_invoice, p_report.currency, p_report.provider_time, p_now);
    if not exists (
        select from public.invoice_methods as m
        where m.invoice_id = v_invoice.id and m.currency = p_report.currency and m.rail = p_report.rail
    ) then
        v_payment.state := 'wrong_asset';
        perform private.suspend_deposit(v_as_wallet, p_now);
    elsif v_rule.counts then
        v_payment.state := 'credited';
        v_payment.rate := v_rule.rate;
        v_payment.fee_amount := private.fee_of(p_report.amount, v_invoice.fee_bps, private.decimals_of(p_report.currency));
        perform private.post_invoice_payment(
            'invoice.payment', v_payment, v_invoice.merchant_id, jsonb_build_array(
                jsonb_build_object('account', 'clearing', 'amount', -v_payment.amount),
                jsonb_build_object('account', 'available', 'amount', v_payment.amount - v_payment.fee_amount),
                jsonb_build_object('account', 'fees', 'amount', v_payment.fee_amount)
            ), null, p_now
        );
    else
        v_payment.state := 'held';
        v_payment.decide_by := p_now + interval '90 days';
        perform private.post_invoice_payment(
            'invoice.payment_held', v_payment, v_invoice.merchant_id, jsonb_build_array(
                jsonb_build_object('account', 'clearing', 'amount', -v_payment.amount),
                jsonb_build_object('account', 'held', 'amount', v_payment.amount)
            ), null, p_now
        );
    end if;
    insert into public.invoice_payments (
        id, invoice_id, rail, currency, amount, fee_amount, rate, is_late, state, reference, paid_at, decide_by, created_at,
        updated_at
    ) values (
        v_payment.id, v_invoice.id, p_report.rail, p_report.currency, p_report.amount, v_payment.fee_amount, v_payment.rate,
        v_rule.is_late, v_payment.state, p_report.reference, p_report.provider_time, v_payment.decide_by, p_now, p_now
    );
    perform private.update_invoice(
        v_invoice, 'rail', case when v_rule.is_late then '{paid_late}' else '{}' end::text[], p_now
    );
    return v_payment.state;
end
$$;
comment on function private.apply_invoice_report(public.rail_reports, timestamptz) is
'Money that a rail brought for an invoice is in the balance of its merchant less our fee, or held when it does not count; in another currency, or over another chain, than the payer chose it waits in suspense. What the rail took back leaves again. The merchant is told.';

create function private.invoice_deposit_moved(p_request_id uuid, p_now timestamptz) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_row public.invoices;
begin
    select i.* into v_row from public.invoices as i
    where i.id = (select d.reference_id from public.deposit_requests as d where d.id = p_request_id)
    for no key update;
    perform private.update_invoice(v_row, 'rail', '{}', p_now);
end
$$;
comment on function private.invoice_deposit_moved(uuid, timestamptz) is 'A rail has seen money at an address of an invoice, or sees it no more.';

-- Definer: service_role may give commands, not write the tables.
create function service.invoice_payment_accept(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_context record;
    v_payment public.invoice_payments;
    v_row public.invoices;
    v_now timestamptz;
begin
    select * into v_context from private.begin_invoice_command(
        command, (select p.invoice_id from public.invoice_payments as p where p.id = (command ->> 'payment_id')::uuid),
        'invoice_payment_accept', '{owner,operator,admin}'
    );
    if v_context.answer is not null then
        return v_context.answer;
    end if;
    v_row := v_context.invoice;
    v_now := private.clock();
    select * into v_payment from public.invoice_payments as p
    where p.id = (command ->> 'payment_id')::uuid and p.invoice_id = v_row.id and p.state = 'held' for no key update;
    if not found then
        perform private.refuse('invoice_payment_not_found');
    end if;
    v_payment.fee_amount := private.fee_of(v_payment.amount, v_row.fee_bps, private.decimals_of(v_payment.currency));
    update public.invoice_payments as p set
        state = 'credited', fee_amount = v_payment.fee_amount, decide_by = null, updated_at = v_now
    where p.id = v_payment.id;
    perform private.post_invoice_payment(
        'invoice.payment_accept', v_payment, v_row.merchant_id, jsonb_build_array(
            jsonb_build_object('account', 'held', 'amount', -v_payment.amount),
            jsonb_build_object('account', 'available', 'amount', v_payment.amount - v_payment.fee_amount),
            jsonb_build_object('account', 'fees', 'amount', v_payment.fee_amount)
        ), v_context.actor, v_now
    );
    v_row := private.update_invoice(v_row, 'party', '{}', v_now);
    return private.finish_command(command, private.invoice_answer(v_row), v_now);
end
$$;
comment on function service.invoice_payment_accept(service.command) is
'A merchant takes money that is held for what it was sent for {payment_id, actor_id, idempotency_key, request_hash}: it counts, at the rate of its method. Raises invoice_not_found, invoice_payment_not_found (404), merchant_role_refused (403) and what private.ask raises.';

create function private.release_held_payment(
    p_payment public.invoice_payments, p_fee_bps integer, p_merchant_id uuid, p_actor uuid, p_now timestamptz
) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_payment public.invoice_payments := p_payment;
begin
    -- It is the merchant's now as money that counts is, and costs as much.
    v_payment.fee_amount := private.fee_of(v_payment.amount, p_fee_bps, private.decimals_of(v_payment.currency));
    update public.invoice_payments as p set
        state = 'kept', fee_amount = v_payment.fee_amount, decide_by = null, updated_at = p_now
    where p.id = v_payment.id;
    perform private.post_invoice_payment(
        'invoice.payment_keep', v_payment, p_merchant_id, jsonb_build_array(
            jsonb_build_object('account', 'held', 'amount', -v_payment.amount),
            jsonb_build_object('account', 'available', 'amount', v_payment.amount - v_payment.fee_amount),
            jsonb_build_object('account', 'fees', 'amount', v_payment.fee_amount)
        ), p_actor, p_now
    );
end
$$;
comment on function private.release_held_payment(public.invoice_payments, integer, uuid, uuid, timestamptz) is
'What was held is in the balance of the merchant, less our fee, and counts for nothing.';

-- Definer: schedules have no user.
create function service.invoices_expire(max_rows integer default 500) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_row public.invoices;
    v_payment public.invoice_payments;
    v_done integer := 0;
    v_changed integer;
begin
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    if private.sweep_is_late(v_now) then
        return 0;
    end if;
    for v_row in
        select * from public.invoices as i
        where i.status = 'open' and i.expires_at <= v_now and private.invoice_deadline(i) <= v_now
        order by i.expires_at limit least(greatest(max_rows, 1), 2000) for no key update skip locked
    loop
        -- Time that came back may have made money of before be in time.
        v_row := private.update_invoice(v_row, 'rail', '{}', v_now);
        if v_row.status = 'open' then
            v_row.expired_at := v_now;
            perform private.update_invoice(v_row, 'timer', '{}', v_now);
        end if;
        v_done := v_done + 1;
    end loop;
    for v_row in
        select i.* from public.invoices as i
        where i.id in (
            select p.invoice_id from public.invoice_payments as p where p.decide_by <= v_now
            order by p.decide_by limit least(greatest(max_rows, 1), 2000)
        )
        order by i.id for no key update skip locked
    loop
        for v_payment in
            select * from public.invoice_payments as p where p.invoice_id = v_row.id and p.decide_by <= v_now order by p.id
        loop
            perform private.release_held_payment(v_payment, v_row.fee_bps, v_row.merchant_id, null, v_now);
            v_done := v_done + 1;
        end loop;
    end loop;
    -- In one order, so that two who number wait for each other and never both ways.
    for v_row in
        select * from public.invoices as i
        where i.settled_at is not null and i.marked is null and i.receipt_number is null
        order by i.merchant_id, i.settled_at, i.id limit least(greatest(max_rows, 1), 2000) for no key update skip locked
    loop
        update public.invoices as i set
            receipt_number = private.next_number(i.merchant_id, 'receipt', v_now), updated_at = v_now
        where i.id = v_row.id;
        v_done := v_done + 1;
    end loop;
    -- Written to about this purchase, and not known for ever.
    update public.invoices as i set customer_email = null
    where i.id in (
        select o.id from public.invoices as o
        where o.customer_email is not null and o.updated_at < v_now - interval '400 days'
        order by o.updated_at limit least(greatest(max_rows, 1), 2000) for no key update skip locked
    );
    get diagnostics v_changed = row_count;
    return v_done + v_changed;
end
$$;
comment on function service.invoices_expire(integer) is
'Scheduled: invoices whose time is over expire, once and only while too little is there; held money that nobody decided about in 90 days is kept; what was settled gets the number of its receipt; addresses of payers are forgotten after 400. How many.';

create function private.verify_invoices(p_since timestamptz) returns table (problem text, subject text, detail text)
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    select 'held_differs_from_invoice_payment', p.id::text, format('%s holds %s of %s', p.state, coalesce(h.amount, 0), p.amount)
    from public.invoice_payments as p
    left join public.ledger_holds as h on h.reference_id = p.id and h.purpose = 'invoice_payment'
    where coalesce(h.amount, 0) <> case p.state when 'held' then p.amount else 0 end
    union all
    select 'hold_without_invoice_payment', h.reference_id::text, h.amount::text
    from public.ledger_holds as h
    left join public.invoice_payments as p on p.id = h.reference_id
    where h.purpose = 'invoice_payment' and h.amount > 0 and p.id is null
    union all
    -- Complaint 8: each payment belongs to one invoice, and all of them are what the rails brought.
    select 'report_without_invoice_payment', r.id::text, format('%s %s', r.amount, r.currency)
    from public.rail_reports as r
    left join public.invoice_payments as p
        on p.id = private.report_id(r.rail, r.provider_event_id) and p.invoice_id = r.reference_id
            and p.amount = r.amount and p.currency = r.currency
    where r.purpose = 'invoice' and r.kind = 'funds' and p.id is null
    union all
    select 'invoice_differs_from_payments', i.id::text, format('%s of %s', i.paid_amount, f.sure)
    from public.invoices as i
    cross join lateral private.invoice_facts(i, private.clock()) as f
    where (p_since is null or i.updated_at >= p_since) and i.speed = 'final' and i.paid_amount <> f.sure;
end
$$;
comment on function private.verify_invoices(timestamptz) is
'Payments of invoices, what is held for them, what rails reported and what invoices say agree, since a time; empty is good.';
