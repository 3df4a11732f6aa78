-- How the rates of fiat currencies are renewed: by a schedule, or by an operator.

insert into public.operator_commands (kind, function_name, title) values
('fiat_rate', 'fiat_rate_set', 'say what bank money is worth');

-- Definer: schedules have no user.
create function service.fiat_rates_due() returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
begin
    return jsonb_build_object('now', v_now, 'reference', private.reference_currency(), 'currencies', (
        select coalesce(jsonb_agg(c.code order by c.code), '[]') from public.currencies as c
        where c.kind = 'fiat' and c.is_active and c.code <> private.reference_currency()
            -- Once an hour is more often than a list changes.
            and not exists (
                select from public.fiat_rates as r where not r.by_operator and r.recorded_at > v_now - interval '1 hour'
            )
    ));
end
$$;
comment on function service.fiat_rates_due() is
'Bank money to look up in a list {now, reference, currencies}; none when one was recorded within the last hour.';

-- Definer: service_role may give commands, not write the tables.
create function service.fiat_rates_record(command service.command) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_as_of timestamptz := (command ->> 'as_of')::timestamptz;
    v_recorded integer;
begin
    if not coalesce(
        v_as_of between v_now - interval '7 days' and v_now + interval '1 minute'
        and jsonb_typeof(command -> 'rates') = 'array' and command ->> 'source' ~ '^[a-z][a-z0-9_]{1,39}$', false
    ) or exists (
        select from jsonb_to_recordset(command -> 'rates') as t (currency text, rate numeric)
        where not coalesce(t.rate > 0 and t.rate < 1e9, false)
    ) then
        perform private.refuse('bad_rate');
    end if;
    perform private.heard_source(command ->> 'source', v_as_of, v_now);
    if private.is_halted('price_source', command ->> 'source') then
        return 0;
    end if;
    insert into public.fiat_rates as f (currency, rate, source, as_of, ends_at, recorded_at)
    select c.code, round(t.rate, 18), command ->> 'source', v_as_of, v_as_of + interval '7 days', v_now
    from jsonb_to_recordset(command -> 'rates') as t (currency text, rate numeric)
    inner join public.currencies as c on t.currency = c.code
    where c.kind = 'fiat' and c.code <> private.reference_currency()
    order by c.code
    on conflict (currency) do update set
        rate = excluded.rate, source = excluded.source, as_of = excluded.as_of, ends_at = excluded.ends_at,
        by_operator = false, reason = '', recorded_at = excluded.recorded_at
    -- What an operator said stands until its end; a list never goes back, nor far away from the one before.
    where f.ends_at <= v_now or (
        not f.by_operator and excluded.as_of >= f.as_of and abs(excluded.rate - f.rate) * 5 <= f.rate
    );
    get diagnostics v_recorded = row_count;
    return v_recorded;
end
$$;
comment on function service.fiat_rates_record(service.command) is
'A list of rates {source, as_of, rates [{currency, rate in the reference currency}]} -> how many were recorded. A rate of an operator stands until its end, and a rate more than a fifth away from one that stands is not believed, nor anything that a halted source says. Raises bad_rate (422).';

-- Definer: service_role may give the command, not write the tables.
create function service.fiat_rate_set(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_answer jsonb := private.begin_operator_command('fiat_rate', command, '{}');
    v_as_of timestamptz := coalesce((command ->> 'as_of')::timestamptz, v_now);
    v_ends timestamptz := (command ->> 'ends_at')::timestamptz;
    v_rate numeric := (command ->> 'rate')::numeric;
begin
    if v_answer is not null then
        return v_answer;
    elsif not exists (
        select from public.currencies
        where code = command ->> 'currency' and kind = 'fiat' and code <> private.reference_currency()
    ) or not coalesce(
        v_rate > 0 and v_rate < 1e9 and v_as_of between v_now - interval '7 days' and v_now
        and v_ends > v_now and v_ends <= v_now + interval '31 days'
        and length(command ->> 'source') between 1 and 200, false
    ) then
        perform private.refuse('bad_rate');
    elsif not private.has_words(command ->> 'reason') then
        perform private.refuse('reason_required');
    end if;
    insert into public.fiat_rates (currency, rate, source, as_of, ends_at, by_operator, reason, recorded_at)
    values (
        command ->> 'currency', v_rate, command ->> 'source', v_as_of, v_ends, true, command ->> 'reason', v_now
    ) on conflict (currency) do update set
        rate = excluded.rate, source = excluded.source, as_of = excluded.as_of, ends_at = excluded.ends_at,
        by_operator = true, reason = excluded.reason, recorded_at = excluded.recorded_at;
    return private.finish_command(command, jsonb_build_object(
        'currency', command ->> 'currency', 'rate', trim_scale(v_rate)::text, 'as_of', v_as_of, 'ends_at', v_ends
    ), v_now);
end
$$;
comment on function service.fiat_rate_set(service.command) is
'Operator command: what one unit of bank money is worth in the reference currency {currency, rate, source, as_of, ends_at, reason, actor_id, aal, idempotency_key, request_hash} -> {currency, rate, as_of, ends_at, replayed}. Raises bad_rate, reason_required (422).';
