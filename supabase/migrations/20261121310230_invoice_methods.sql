-- Whoever has the token of an invoice opens a way to pay it: a rate that stands, and an address.

insert into private.quotas (kind, max_open, max_in_window, in_window) values
('invoice_method', null, 300, '1 hour');
insert into private.quotas (kind, min_tier) values ('invoice_method', 3);

create function private.amount_worth(p_worth numeric, p_rate numeric, p_currency text) returns numeric
language plpgsql stable set search_path = ''
as $$
declare
    v_decimals integer := private.decimals_of(p_currency);
    -- In whole units: a quotient with decimals is rounded, a product is exact.
    v_units numeric := p_worth * ('1e' || v_decimals)::numeric;
    v_amount numeric := div(v_units, p_rate);
begin
    return case when v_amount * p_rate < v_units then v_amount + 1 else v_amount end * ('1e-' || v_decimals)::numeric;
end
$$;
comment on function private.amount_worth(numeric, numeric, text) is
'The least amount of a currency that is worth so much at a rate, in whole smallest units.';

create function private.invoice_by_token(p_token text) returns public.invoices
language plpgsql volatile set search_path = ''
as $$
declare
    v_row public.invoices;
begin
    select * into v_row from public.invoices as i where i.token = p_token for no key update;
    if not found then
        perform private.refuse('invoice_not_found');
    end if;
    return v_row;
end
$$;
comment on function private.invoice_by_token(text) is 'The invoice of a token, locked. Raises invoice_not_found (404).';

create function private.asking_address() returns uuid
language plpgsql stable set search_path = ''
as $$
begin
    return md5('address ' || coalesce(private.request_origin() ->> 'address', ''))::uuid;
end
$$;
comment on function private.asking_address() is
'Whom a quota counts where nobody is signed in: the address of the request, as an id.';

-- Definer: who pays is nobody.
create function service.invoice_method_begin(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_row public.invoices := private.invoice_by_token(command ->> 'invoice_token');
    v_currency text := command ->> 'currency';
    v_request public.deposit_requests;
    v_fingerprint text;
    v_method public.invoice_methods;
    v_rate record;
    v_now timestamptz := private.clock();
begin
    select * into v_method from public.invoice_methods as m where m.invoice_id = v_row.id and m.currency = v_currency;
    if not found then
        perform private.take_quota('invoice_method', private.asking_address());
        if private.status_by_the_clock(v_row) <> 'open' then
            perform private.refuse('invoice_not_payable');
        elsif not coalesce(v_currency = any (v_row.currencies), false) then
            perform private.refuse('currency_not_offered');
        end if;
        select * into v_rate from private.invoice_rate(v_currency, v_row.currency, v_now);
        if v_rate.rate is null then
            perform private.refuse('price_stale');
        end if;
        select r.id, command -> 'key_fingerprints' ->> r.address_kind into v_request.rail, v_fingerprint
        from public.rails as r inner join public.currencies as c on c.network_id = r.network_id
        where c.code = v_currency and r.has_deposit_addresses;
        if v_fingerprint is null then
            perform private.refuse('rail_currency');
        end if;
        v_request.purpose := 'invoice';
        v_request.reference_id := v_row.id;
        v_request.party_id := v_row.merchant_id;
        v_request.currency := v_currency;
        v_request.created_at := v_now;
        v_request := private.request_deposit(v_request, v_fingerprint);
        insert into public.invoice_methods (
            invoice_id, currency, rail, request_id, rate, rate_source, rate_at, amount, least_amount, opened_at
        ) values (
            v_row.id, v_currency, v_request.rail, v_request.id, v_rate.rate, v_rate.source, v_rate.as_of,
            private.amount_worth(v_row.amount, v_rate.rate, v_currency), private.least_deposit(v_request), v_now
        );
    else
        select * into strict v_request from public.deposit_requests as d where d.id = v_method.request_id;
        if v_request.address is null then
            -- The function died in between; its key may be another by now.
            v_request.created_at := v_now;
            v_request := private.request_deposit(v_request, (
                select command -> 'key_fingerprints' ->> r.address_kind from public.rails as r where r.id = v_request.rail
            ));
        end if;
    end if;
    return private.deposit_read(v_request)
        || jsonb_build_object('address_kind', (select r.address_kind from public.rails as r where r.id = v_request.rail));
end
$$;
comment on function service.invoice_method_begin(service.command) is
'Whoever has the token of an invoice chooses a currency {invoice_token, currency, key_fingerprints: of the key that we have for each kind of addresses} -> private.deposit_read and address_kind: the same each time, at the rate of the first. Raises invoice_not_found (404), invoice_not_payable, price_stale, rail_closed, halted (409), currency_not_offered, rail_currency, reference_required (422), quota_exceeded (429).';

create function private.due_amount(p_invoice public.invoices, p_method public.invoice_methods) returns numeric
language plpgsql stable set search_path = ''
as $$
declare
    v_rest numeric := p_invoice.amount - p_invoice.paid_amount - p_invoice.seen_amount;
begin
    return case when p_invoice.status not in ('open', 'expired', 'cancelled') or v_rest <= 0 then 0
        when p_invoice.paid_amount + p_invoice.seen_amount = 0 then p_method.amount
        else private.amount_worth(v_rest, p_method.rate, p_method.currency) end;
end
$$;
comment on function private.due_amount(public.invoices, public.invoice_methods) is
'What is still to be paid of an invoice in the currency of a method, at its rate.';

create function private.method_read(p_invoice public.invoices, p_method public.invoice_methods) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_asset record;
begin
    select * into v_asset from private.deposit_asset(p_method.rail, p_method.currency);
    return jsonb_build_object(
        'currency', p_method.currency, 'rail', p_method.rail,
        'address', (select d.address from public.deposit_requests as d where d.id = p_method.request_id),
        'chain_id', v_asset.chain_id, 'token', v_asset.token, 'decimals', private.decimals_of(p_method.currency), 'rate', trim_scale(p_method.rate)::text,
        'rate_source', p_method.rate_source, 'rate_at', p_method.rate_at, 'amount', trim_scale(p_method.amount)::text,
        'due_amount', trim_scale(private.due_amount(p_invoice, p_method))::text,
        'least_amount', trim_scale(p_method.least_amount)::text
    );
end
$$;
comment on function private.method_read(public.invoices, public.invoice_methods) is 'A way to pay an invoice, for whoever pays.';

-- Definer: as above.
create function service.invoice_method_place(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_row public.invoices := private.invoice_by_token(command ->> 'invoice_token');
    v_method public.invoice_methods;
begin
    select * into v_method from public.invoice_methods as m
    where m.invoice_id = v_row.id and m.currency = command ->> 'currency' for no key update;
    if not found then
        perform private.refuse('currency_not_offered');
    elsif command ->> 'address' is null then
        perform private.refuse('reference_required');
    end if;
    perform private.place_deposit(v_method.request_id, command);
    return private.method_read(v_row, v_method)
        || jsonb_build_object('expires_at', private.invoice_deadline(v_row), 'sequence', v_row.sequence);
end
$$;
comment on function service.invoice_method_place(service.command) is
'Writes the address of a method, once {invoice_token, currency, address, key_fingerprint and address_index that it was derived from} -> {currency, rail, address, chain_id, token, decimals, rate, rate_source, rate_at, amount, due_amount, least_amount, expires_at, sequence}. Raises invoice_not_found (404), currency_not_offered, reference_required (422), deposit_request_fixed (409).';
