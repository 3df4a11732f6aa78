-- A merchant makes an invoice, cancels it, or marks it by hand.

-- Rows of a table read best one line each.
-- noqa: disable=LT05
insert into private.acts (act, kind, step_up, scope) values
('invoice_create', 'business', false, 'invoices:write'),
('invoice_cancel', 'settle', false, 'invoices:write'),
('invoice_mark', 'settle', false, 'invoices:write');
insert into private.quotas (kind, max_open, max_in_window, in_window) values
('invoice', null, 600, '1 hour');
insert into private.quotas (kind, min_tier, max_open, max_in_window, in_window) values
('invoice', 2, null, 3600, '1 hour'), ('invoice', 3, null, null, null);
-- noqa: enable=LT05

create function private.line_amounts(p_lines jsonb, p_decimals integer, p_includes_tax boolean, p_rounding text)
returns table (line_position integer, net_amount numeric, tax_amount numeric)
language plpgsql immutable set search_path = ''
as $$
begin
    return query
    with given as (
        select l.n::integer as n, (l.line ->> 'quantity')::numeric * (l.line ->> 'unit_amount')::numeric as price,
            coalesce((l.line ->> 'tax_rate')::numeric, 0) as rate
        from jsonb_array_elements(p_lines) with ordinality as l (line, n)
    ),
    exact as (
        select g.n, g.rate, round(g.price, p_decimals) as price,
            case when p_includes_tax then round(g.price, p_decimals) * g.rate / (100 + g.rate)
                else round(g.price, p_decimals) * g.rate / 100 end as tax
        from given as g
    ),
    rounded as (
        select e.n, e.price, case
            when p_rounding = 'line' then round(e.tax, p_decimals)
            -- Each sum so far is rounded: so the parts add up to the rounded total of the rate.
            else round(sum(e.tax) over so_far, p_decimals) - round(sum(e.tax) over so_far - e.tax, p_decimals)
        end as tax
        from exact as e
        window so_far as (partition by e.rate order by e.n)
    )
    select r.n, case when p_includes_tax then r.price - r.tax else r.price end, r.tax from rounded as r order by r.n;
end
$$;
comment on function private.line_amounts(jsonb, integer, boolean, text) is
'Net amount and tax of each line [{quantity, unit_amount, tax_rate in percent}], half up: tax in the price or beside it, rounded on each line, or on the total of each rate.';

create function private.invoice_answer(p_invoice public.invoices) returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return jsonb_build_object(
        'invoice_id', p_invoice.id, 'token', p_invoice.token, 'tax_amount', trim_scale(p_invoice.tax_amount)::text,
        'currencies', to_jsonb(p_invoice.currencies), 'sequence', p_invoice.sequence, 'created_at', p_invoice.created_at
    ) || private.invoice_snapshot(p_invoice) || jsonb_build_object('status', private.status_by_the_clock(p_invoice));
end
$$;
comment on function private.invoice_answer(public.invoices) is 'What a command about an invoice answers.';

create function private.offered_currencies(p_wanted jsonb, p_settings public.merchant_settings) returns text[]
language plpgsql stable set search_path = ''
as $$
declare
    v_open text[] := array(
        select c.code from public.currencies as c
        inner join public.rails as r on r.network_id = c.network_id and r.has_deposit_addresses and r.is_open
        where c.is_active and exists (
            select from public.rail_limits as l where l.rail = r.id and l.currency = c.code
        ) and (p_settings.currencies is null or c.code = any (p_settings.currencies))
        order by c.display_order, c.code
    );
    v_wanted text[];
begin
    if coalesce(jsonb_typeof(p_wanted), 'null') = 'null' then
        v_wanted := v_open[1:32];
    else
        v_wanted := array(select distinct w.code from jsonb_array_elements_text(p_wanted) as w (code) order by w.code);
    end if;
    if cardinality(v_wanted) not between 1 and 32 or not v_wanted <@ v_open then
        perform private.refuse('currency_not_offered');
    end if;
    return v_wanted;
end
$$;
comment on function private.offered_currencies(jsonb, public.merchant_settings) is
'Currencies in which an invoice may be paid: those asked for, or all of the merchant''s that an open rail takes. Raises currency_not_offered (422).';

create function private.assert_invoice_size(
    p_merchant public.merchants, p_currency text, p_amount numeric, p_now timestamptz
) returns void
language plpgsql stable set search_path = ''
as $$
declare
    v_rule public.merchant_rules;
begin
    select * into strict v_rule from public.merchant_rules as r where r.verification = p_merchant.verification;
    if v_rule.max_invoice is null then
        return;
    elsif not private.worth_is_known(p_currency, p_now) then
        perform private.refuse('price_unknown');
    elsif private.reference_worth(p_currency, p_amount, p_currency, p_amount, p_now) > v_rule.max_invoice then
        perform private.refuse('invoice_too_large');
    end if;
end
$$;
comment on function private.assert_invoice_size(public.merchants, text, numeric, timestamptz) is
'A merchant whose papers nobody has looked at asks for little. Raises invoice_too_large, price_unknown (409).';

-- Definer: service_role may give commands, not write the tables.
create function service.invoice_create(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_context record;
    v_merchant public.merchants;
    v_settings public.merchant_settings;
    v_row public.invoices;
    v_answer jsonb;
    v_now timestamptz;
    v_decimals integer;
    v_lines jsonb := nullif(command -> 'lines', 'null');
    v_total numeric;
    v_fiat boolean;
begin
    select * into v_context from private.begin_merchant_command(
        command, (command ->> 'merchant_id')::uuid, 'invoice_create', '{owner,operator,admin,staff}'
    );
    if v_context.answer is not null then
        return v_context.answer;
    end if;
    v_merchant := v_context.merchant;
    v_row.merchant_order_id := command ->> 'merchant_order_id';
    if v_row.merchant_order_id is not null then
        -- Of twenty at once for one order nineteen find what the first one made.
        perform pg_advisory_xact_lock(hashtextextended('order ' || v_merchant.id || ' ' || v_row.merchant_order_id, 0));
    end if;
    v_answer := private.command_answer(command);
    if v_answer is not null then
        return v_answer;
    end if;
    v_now := private.clock();
    v_row.order_hash := private.hash_of_command(command);
    if v_row.merchant_order_id is not null then
        select * into v_row from public.invoices as i
        where i.merchant_id = v_merchant.id and i.merchant_order_id = v_row.merchant_order_id;
        if found then
            if v_row.order_hash <> private.hash_of_command(command) then
                perform private.refuse('order_id_taken');
            end if;
            return private.finish_command(command, private.invoice_answer(v_row), v_now);
        end if;
        v_row.merchant_order_id := command ->> 'merchant_order_id';
        v_row.order_hash := private.hash_of_command(command);
    end if;
    if v_merchant.deleted_at is not null then
        perform private.refuse('merchant_closed');
    end if;
    perform private.take_quota('invoice', v_merchant.id);
    select * into strict v_settings from public.merchant_settings as s where s.merchant_id = v_merchant.id;
    v_row.currency := command ->> 'currency';
    select c.decimals, c.kind = 'fiat' into v_decimals, v_fiat from public.currencies as c
    where c.code = v_row.currency and c.is_active;
    if not found then
        perform private.refuse('rail_currency');
    end if;
    if jsonb_array_length(v_lines) > 0 then
        select sum(a.net_amount + a.tax_amount), sum(a.tax_amount) into v_total, v_row.tax_amount
        from private.line_amounts(v_lines, v_decimals, v_settings.prices_include_tax, v_settings.tax_rounding) as a;
    end if;
    v_row.amount := coalesce((command ->> 'amount')::numeric, v_total);
    if v_row.amount is null or v_row.amount <> coalesce(v_total, v_row.amount) then
        perform private.refuse(
            'invoice_lines_differ', 'The lines do not add up to the amount.',
            jsonb_build_object('total', trim_scale(v_total)::text)
        );
    elsif v_row.amount <= 0 or not private.fits(v_row.amount, v_row.currency) or v_row.amount >= 1e15 then
        raise sqlstate 'PT422' using
            message = 'bad_amount', detail = 'Above zero, with no more decimals than the currency has.';
    end if;
    if (command ->> 'expires_in')::integer not between 300 and 30 * 86400 then
        perform private.refuse('invoice_time');
    end if;
    perform private.assert_invoice_size(v_merchant, v_row.currency, v_row.amount, v_now);
    v_row.currencies := private.offered_currencies(command -> 'currencies', v_settings);
    v_row.tolerance := trunc(least(v_row.amount / 10, greatest(
        v_row.amount * v_settings.tolerance_bps / 10000,
        case when v_settings.tolerance_currency = v_row.currency then v_settings.tolerance_amount else 0 end
    )), v_decimals);
    insert into public.invoices (
        id, merchant_id, number, token, merchant_order_id, order_hash, currency, amount, tax_amount, description, metadata,
        customer_email, language, currencies, tolerance, speed, late_policy, late_grace, fee_bps, expires_at, created_by,
        created_at, updated_at
    )
    select private.uuid_v7(v_now), v_merchant.id, private.next_number(v_merchant.id, 'invoice', v_now),
        private.random_token(), v_row.merchant_order_id, v_row.order_hash, v_row.currency, v_row.amount,
        coalesce(v_row.tax_amount, 0),
        coalesce(command ->> 'description', ''), coalesce(nullif(command -> 'metadata', 'null'), '{}'),
        command ->> 'customer_email', coalesce(command ->> 'language', v_settings.language), v_row.currencies,
        v_row.tolerance, v_settings.speed, v_settings.late_policy, v_settings.late_grace, r.fee_bps,
        v_now + coalesce(make_interval(secs => (command ->> 'expires_in')::integer), v_settings.invoice_expires_within),
        v_context.actor, v_now, v_now
    from public.merchant_rules as r where r.verification = v_merchant.verification
    returning * into v_row;
    insert into public.invoice_lines (
        invoice_id, position, description, quantity, unit_amount, tax_rate, tax_included, net_amount, tax_amount
    )
    select v_row.id, l.n, l.line ->> 'description', (l.line ->> 'quantity')::numeric,
        (l.line ->> 'unit_amount')::numeric, coalesce((l.line ->> 'tax_rate')::numeric, 0), v_settings.prices_include_tax, a.net_amount, a.tax_amount
    from jsonb_array_elements(v_lines) with ordinality as l (line, n)
    inner join private.line_amounts(v_lines, v_decimals, v_settings.prices_include_tax, v_settings.tax_rounding) as a
        on a.line_position = l.n;
    perform private.emit_event(
        'invoice.created', 'invoice', v_row.id, 1, array[v_row.merchant_id], private.invoice_snapshot(v_row), v_now
    );
    return private.finish_command(command, private.invoice_answer(v_row), v_now);
end
$$;
comment on function service.invoice_create(service.command) is
'A merchant asks for money {merchant_id, currency, amount, merchant_order_id, description, metadata, customer_email, language, currencies, expires_in seconds, lines [{description, quantity, unit_amount, tax_rate}], actor_id, idempotency_key, request_hash} -> {invoice_id, token, number, status, …, replayed}. The same order in the same words is the invoice that is there, in whatever status; in other words it is refused. Without amount it is the sum of the lines. Raises merchant_not_found (404), merchant_role_refused (403), order_id_taken, merchant_closed, invoice_too_large, price_unknown (409), rail_currency, bad_amount, invoice_lines_differ, currency_not_offered, invoice_time (422), quota_exceeded (429) and what private.ask raises.';

create function private.begin_invoice_command(
    command jsonb, p_invoice_id uuid, p_act text, p_roles public.member_role[],
    out answer jsonb, out actor uuid, out invoice public.invoices
)
language plpgsql volatile set search_path = ''
as $$
declare
    v_begun record;
begin
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    select * into invoice from public.invoices as i where i.id = p_invoice_id;
    if not found or not private.belongs_to(private.command_actor(command), invoice.merchant_id) then
        perform private.refuse('invoice_not_found');
    end if;
    select * into v_begun from private.begin_merchant_command(command, invoice.merchant_id, p_act, p_roles);
    actor := v_begun.actor;
    select * into invoice from public.invoices as i where i.id = invoice.id for no key update;
    answer := private.command_answer(command);
end
$$;
comment on function private.begin_invoice_command(jsonb, uuid, text, public.member_role[]) is
'Common entry of commands about an invoice: a member of its merchant with one of the roles, under its lock, whether the merchant may do the act. answer: of before, when the key was answered. Raises invoice_not_found (404), merchant_role_refused (403) and what private.ask raises.';

-- Definer: as above.
create function service.invoice_cancel(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_context record;
    v_row public.invoices;
    v_now timestamptz;
begin
    select * into v_context from private.begin_invoice_command(
        command, (command ->> 'invoice_id')::uuid, 'invoice_cancel', '{owner,operator,admin,staff}'
    );
    if v_context.answer is not null then
        return v_context.answer;
    end if;
    v_row := v_context.invoice;
    v_now := private.clock();
    if v_row.status in ('processing', 'settled') then
        perform private.refuse('invoice_has_money');
    elsif v_row.status not in ('open', 'expired') then
        perform private.refuse('invoice_not_payable');
    end if;
    v_row.cancelled_at := v_now;
    v_row := private.update_invoice(v_row, 'party', '{}', v_now);
    return private.finish_command(command, private.invoice_answer(v_row), v_now);
end
$$;
comment on function service.invoice_cancel(service.command) is
'A merchant does not want an invoice paid any more {invoice_id, actor_id, idempotency_key, request_hash}: it never expires after that, and money of a later time is late. Raises invoice_not_found (404), merchant_role_refused (403), invoice_has_money, invoice_not_payable (409) and what private.ask raises.';

-- Definer: as above.
create function service.invoice_mark(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_context record;
    v_row public.invoices;
    v_now timestamptz;
begin
    select * into v_context from private.begin_invoice_command(
        command, (command ->> 'invoice_id')::uuid, 'invoice_mark', '{owner,operator,admin}'
    );
    if v_context.answer is not null then
        return v_context.answer;
    end if;
    v_row := v_context.invoice;
    v_now := private.clock();
    if not private.has_words(command ->> 'reason') then
        perform private.refuse('reason_required');
    elsif coalesce(command ->> 'status', '') not in ('settled', 'invalid')
        or v_row.status = 'refunded' or v_row.status = command ->> 'status' then
        perform private.refuse('illegal_move');
    elsif v_row.status = 'settled' then
        perform private.refuse('invoice_has_money');
    end if;
    v_row.marked := command ->> 'status';
    v_row.marked_reason := command ->> 'reason';
    v_row.marked_at := v_now;
    v_row := private.update_invoice(v_row, 'party', '{}', v_now);
    return private.finish_command(command, private.invoice_answer(v_row), v_now);
end
$$;
comment on function service.invoice_mark(service.command) is
'A merchant marks an invoice by hand {invoice_id, status: settled or invalid, reason, actor_id, idempotency_key, request_hash}. No money moves. Raises invoice_not_found (404), merchant_role_refused (403), invoice_has_money, illegal_move (409), reason_required (422) and what private.ask raises.';
