-- Refunds: made and cancelled by the merchant, claimed by whoever paid, ended when nobody claims them.

-- Definer: service_role may give commands, not write the tables.
create function service.invoice_refund_make(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_context record;
    v_row public.invoice_refunds;
    v_invoice public.invoices;
    v_payment public.invoice_payments;
    v_currencies text[];
    v_what text := command ->> 'what';
    v_terms record;
    v_secret text := private.random_token();
    v_transfer uuid;
    v_bears text;
    v_now timestamptz;
begin
    select * into v_context from private.begin_invoice_command(
        command, (command ->> 'invoice_id')::uuid, 'invoice_refund_make', '{owner,operator,admin}'
    );
    if v_context.answer is not null then
        return v_context.answer;
    end if;
    v_invoice := v_context.invoice;
    perform private.take_quota('invoice_refund', v_invoice.merchant_id);
    v_now := private.clock();
    v_currencies := array(
        select distinct p.currency from public.invoice_payments as p
        where p.invoice_id = v_invoice.id and p.state in ('credited', 'held', 'kept')
            and p.currency = coalesce(command ->> 'currency', p.currency)
    );
    if coalesce(v_what, '') not in ('full', 'overpaid', 'amount') or coalesce(command ->> 'rate_of', '') not in ('then', 'now')
        or (v_what = 'amount') <> (command ->> 'amount' is not null) then
        perform private.refuse('illegal_move');
    elsif cardinality(v_currencies) > 1 then
        perform private.refuse('refund_currency_required');
    elsif cardinality(v_currencies) = 0 then
        perform private.refuse(
            'refund_too_large', 'Nothing came in that could go back.', jsonb_build_object('left', '0')
        );
    end if;
    v_row.currency := v_currencies[1];
    select * into v_terms from private.refund_terms(
        v_invoice, v_what, (command ->> 'amount')::numeric, command ->> 'rate_of', v_row.currency, v_now
    );
    select m.rail into strict v_row.rail from public.invoice_methods as m
    where m.invoice_id = v_invoice.id and m.currency = v_row.currency;
    select s.refund_cost into strict v_bears from public.merchant_settings as s where s.merchant_id = v_invoice.merchant_id;
    v_row.network_cost := private.network_cost(v_row.rail, v_row.currency);
    v_row.sent_amount := v_terms.amount - case v_bears when 'payer' then v_row.network_cost else 0 end;
    if v_row.sent_amount <= 0 or v_terms.amount <= v_row.network_cost then
        perform private.refuse(
            'network_cost_exceeds', 'To send this back costs as much as it is, or more.',
            jsonb_build_object('network_cost', trim_scale(v_row.network_cost)::text)
        );
    end if;
    -- What was held for this is decided by it.
    for v_payment in
        select * from public.invoice_payments as p
        where p.invoice_id = v_invoice.id and p.currency = v_row.currency and p.state = 'held' order by p.id
    loop
        perform private.release_held_payment(
            v_payment, v_invoice.fee_bps, v_invoice.merchant_id, v_context.actor, v_now
        );
    end loop;
    perform private.assert_no_debt(v_invoice.merchant_id, v_row.currency, v_row.sent_amount + v_row.network_cost, v_now);
    insert into public.invoice_refunds (
        id, invoice_id, merchant_id, rail, currency, amount, sent_amount, network_cost, rate_of, worth, reason, claim_by,
        created_by, created_at, updated_at
    ) values (
        private.uuid_v7(v_now), v_invoice.id, v_invoice.merchant_id, v_row.rail, v_row.currency, v_terms.amount,
        v_row.sent_amount, v_row.network_cost, command ->> 'rate_of', v_terms.worth, coalesce(command ->> 'reason', ''),
        v_now + interval '90 days', v_context.actor, v_now, v_now
    )
    returning * into v_row;
    insert into private.refund_secrets (refund_id, secret_hash)
    values (v_row.id, encode(sha256(convert_to(v_secret, 'UTF8')), 'hex'));
    v_transfer := private.uuid_v7(v_now);
    perform ledger.post(
        array[row(
            v_transfer, 'invoice.refund', 'invoice', v_invoice.id, '', null, v_context.actor
        )::ledger.new_transfer],
        array[
            private.refund_entry(v_row, v_transfer, 'available', -v_row.sent_amount - v_row.network_cost),
            private.refund_entry(v_row, v_transfer, 'pending', v_row.sent_amount + v_row.network_cost)
        ], v_now
    );
    return private.finish_command(command, jsonb_build_object(
        'refund_id', v_row.id, 'invoice_id', v_invoice.id, 'token', v_invoice.token, 'claim_secret', v_secret,
        'state', v_row.state, 'rail', v_row.rail, 'currency', v_row.currency, 'amount', trim_scale(v_row.amount)::text,
        'sent_amount', trim_scale(v_row.sent_amount)::text, 'network_cost', trim_scale(v_row.network_cost)::text,
        'worth', trim_scale(v_row.worth)::text, 'claim_by', v_row.claim_by
    ), v_now);
end
$$;
comment on function service.invoice_refund_make(service.command) is
'A merchant refunds an invoice {invoice_id, what: full, overpaid or amount, amount: in the currency of the invoice, rate_of: then or now, currency: which of what came, reason, actor_id, aal, idempotency_key, request_hash} -> {refund_id, token and claim_secret: for the payer, who names the address, …, replayed}. The money is set aside at once; what was held of the currency is decided by it. Raises invoice_not_found (404), merchant_role_refused (403), refund_too_large, network_cost_exceeds, insufficient_funds, debt_open, price_stale, illegal_move (409), refund_currency_required (422), quota_exceeded (429) and what private.ask raises.';

-- Definer: who claims is nobody; the secret says whose it is.
create function service.invoice_refund_claim(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_invoice public.invoices;
    v_row public.invoice_refunds;
    v_order public.payouts;
    v_transfer uuid;
    v_now timestamptz;
begin
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    perform private.take_quota('invoice_claim', private.asking_address());
    v_invoice := private.invoice_by_token(command ->> 'invoice_token');
    select r.* into v_row from public.invoice_refunds as r
    inner join private.refund_secrets as s on s.refund_id = r.id
    where r.id = (command ->> 'refund_id')::uuid and r.invoice_id = v_invoice.id
        and s.secret_hash = encode(sha256(convert_to(command ->> 'claim_secret', 'UTF8')), 'hex')
    for no key update of r;
    v_now := private.clock();
    if not found then
        perform private.refuse('refund_not_found');
    elsif v_row.state in ('claimed', 'paid') then
        if private.normal_address(v_row.rail, v_row.address) is distinct from private.normal_address(v_row.rail, command ->> 'address') then
            perform private.refuse('refund_claimed');
        end if;
    elsif v_row.state <> 'claimable' or v_row.claim_by <= v_now then
        perform private.refuse('refund_closed');
    elsif private.owed_by(v_row.merchant_id, v_row.currency) > 0
        or private.refundable(v_invoice.id, v_row.currency) < 0
        or not private.other_side_may(v_row.merchant_id, 'payout') then
        perform private.refuse('refund_waits');
    else
        perform private.assert_payable(v_row.rail, command ->> 'address');
        v_order.purpose := 'invoice_refund';
        v_order.reference_id := v_row.id;
        v_order.reference_version := v_row.version;
        v_order.kind := 'refund';
        v_order.rail := v_row.rail;
        v_order.party_id := v_row.merchant_id;
        v_order.currency := v_row.currency;
        v_order.amount := v_row.sent_amount;
        v_order.to_source := false;
        v_order.destination := command ->> 'address';
        v_order.created_at := v_now;
        v_transfer := private.uuid_v7(v_now);
        perform ledger.post(
            array[row(v_transfer, 'invoice.refund_claim', 'invoice', v_invoice.id, '', null, null)::ledger.new_transfer],
            private.refund_entry(v_row, v_transfer, 'pending', -v_row.sent_amount)
            || private.order_payout(v_order, v_transfer), v_now
        );
        -- A debt that came meanwhile would take a part of it.
        if not exists (
            select from public.payouts as p
            where p.purpose = 'invoice_refund' and p.reference_id = v_row.id and p.reference_version = v_row.version
                and p.amount = v_row.sent_amount
        ) then
            perform private.refuse('refund_waits');
        end if;
        update public.invoice_refunds as r set
            state = 'claimed', address = command ->> 'address', claim_by = null, last_event = 'claim', last_actor_role = 'payer',
            updated_at = v_now, payout_id = (
                select p.id from public.payouts as p
                where p.purpose = 'invoice_refund' and p.reference_id = v_row.id and p.reference_version = v_row.version
            )
        where r.id = v_row.id
        returning * into v_row;
    end if;
    return jsonb_build_object(
        'refund_id', v_row.id, 'state', v_row.state, 'rail', v_row.rail, 'currency', v_row.currency,
        'amount', trim_scale(v_row.sent_amount)::text, 'address', v_row.address
    );
end
$$;
comment on function service.invoice_refund_claim(service.command) is
'Who paid an invoice names where its refund goes {invoice_token, refund_id, claim_secret, address} -> {refund_id, state, rail, currency, amount: what arrives, address}: a payout is ordered, to an address that is screened as every destination. The same address again is the same answer. Raises invoice_not_found, refund_not_found (404), refund_claimed, refund_closed, refund_waits (409), bad_address, bad_destination (422), quota_exceeded (429).';

-- Definer: as invoice_refund_make.
create function service.invoice_refund_cancel(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_context record;
    v_row public.invoice_refunds;
    v_now timestamptz;
begin
    select * into v_context from private.begin_invoice_command(
        command, (select r.invoice_id from public.invoice_refunds as r where r.id = (command ->> 'refund_id')::uuid),
        'invoice_refund_cancel', '{owner,operator,admin}'
    );
    if v_context.answer is not null then
        return v_context.answer;
    end if;
    select * into v_row from public.invoice_refunds as r
    where r.id = (command ->> 'refund_id')::uuid and r.invoice_id = (v_context.invoice).id for no key update;
    if not found then
        perform private.refuse('refund_not_found');
    elsif v_row.state <> 'claimable' then
        perform private.refuse('refund_closed');
    end if;
    v_now := private.clock();
    perform private.set_refund_free(v_row, 'cancel', 'party', v_context.actor, v_now);
    return private.finish_command(command, jsonb_build_object(
        'refund_id', v_row.id, 'invoice_id', v_row.invoice_id, 'state', 'cancelled'
    ), v_now);
end
$$;
comment on function service.invoice_refund_cancel(service.command) is
'A merchant takes back a refund that nobody has claimed {refund_id, actor_id, idempotency_key, request_hash} -> {refund_id, invoice_id, state, replayed}. Raises invoice_not_found, refund_not_found (404), merchant_role_refused (403), refund_closed (409) and what private.ask raises.';

-- Definer: schedules have no user.
create function service.invoice_refunds_expire(max_rows integer default 500) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_invoice uuid;
    v_row public.invoice_refunds;
    v_done integer := 0;
begin
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    if private.sweep_is_late(v_now) then
        return 0;
    end if;
    for v_invoice in
        select i.id from public.invoices as i
        where i.id in (
            select r.invoice_id from public.invoice_refunds as r where r.claim_by <= v_now
            order by r.claim_by limit least(greatest(max_rows, 1), 2000)
        )
        order by i.id for no key update skip locked
    loop
        for v_row in
            select * from public.invoice_refunds as r
            where r.invoice_id = v_invoice and r.claim_by <= v_now order by r.id for no key update
        loop
            perform private.set_refund_free(v_row, 'expire', 'timer', null, v_now);
            v_done := v_done + 1;
        end loop;
    end loop;
    return v_done;
end
$$;
comment on function service.invoice_refunds_expire(integer) is
'Scheduled: refunds that nobody claimed in 90 days end, and their money is in the balance of the merchant; how many.';
