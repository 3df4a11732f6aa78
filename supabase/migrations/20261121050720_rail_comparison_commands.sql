-- Books and a rail are compared, and what is new of a difference becomes a case.

insert into private.refusals (code, status, detail, hint) values
('bad_figures', 422, 'These figures cannot be compared.', 'What a rail holds by currency, and as of when.');

create function private.tell_of_difference(
    p_kind text, p_row public.rail_differences, p_now timestamptz
) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    perform private.tell_operators(
        p_kind, case p_kind when 'rail_difference_vanished' then 'info' else 'high' end, private.platform_party(),
        private.uuid_v7(p_now), jsonb_build_object(
            'rail_difference_id', p_row.id, 'rail', p_row.rail, 'currency', p_row.currency,
            'amount', trim_scale(p_row.amount)::text, 'day', p_row.day
        ), p_now
    );
end
$$;
comment on function private.tell_of_difference(text, public.rail_differences, timestamptz) is
'Operators hear of a difference.';

create function private.lock_comparison(p_rail text) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    perform pg_advisory_xact_lock(hashtextextended(concat_ws(':', 'rail_comparison', p_rail), 0));
end
$$;
comment on function private.lock_comparison(text) is 'Of two who compare a rail, or close a difference of it, one waits.';

create function private.find_difference(
    p_comparison public.rail_comparisons, p_now timestamptz, out news numeric, out vanished bigint
)
language plpgsql volatile set search_path = ''
as $$
declare
    v_open numeric;
    v_row public.rail_differences;
begin
    vanished := 0;
    select coalesce(sum(d.amount), 0) into v_open from public.rail_differences as d
    where d.rail = p_comparison.rail and d.currency = p_comparison.currency and d.outcome is null;
    news := p_comparison.difference - v_open;
    if news = 0 then
        return;
    end if;
    for v_row in
        update public.rail_differences as d set
            outcome = 'vanished', closed_amount = d.amount, closed_at = p_now, remind_at = null
        where d.id in (
            select o.id from public.rail_differences as o
            where o.rail = p_comparison.rail and o.currency = p_comparison.currency and o.outcome is null
                and (p_comparison.difference = 0 or o.amount = -news)
            order by o.id limit case when p_comparison.difference <> 0 then 1 end
        )
        returning *
    loop
        vanished := vanished + 1;
        perform private.tell_of_difference('rail_difference_vanished', v_row, p_now);
    end loop;
    if vanished > 0 then
        news := 0;
        return;
    end if;
    insert into public.rail_differences (id, rail, currency, day, amount, remind_at, created_at)
    values (
        private.uuid_v7(p_now), p_comparison.rail, p_comparison.currency, p_comparison.day, news,
        p_now + interval '1 day', p_now
    ) returning * into v_row;
    perform private.tell_of_difference('rail_differs', v_row, p_now);
end
$$;
comment on function private.find_difference(public.rail_comparisons, timestamptz) is
'What of a difference is new is a case, told to operators; what was a case and is no more has vanished. The amount of a new case, or 0, and how many vanished.';

-- Definer: schedules have no user.
create function service.rail_compare(comparison service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz;
    v_rail text := private.known_rail(comparison ->> 'rail');
    v_as_of timestamptz := (comparison ->> 'as_of')::timestamptz;
    v_mark text;
    v_figures jsonb;
    v_figure record;
    v_row public.rail_comparisons;
    v_found record;
    v_compared jsonb := '[]';
begin
    if not (select r.has_reports from public.rails as r where r.id = v_rail) or v_as_of is null
        or jsonb_typeof(comparison -> 'held') is distinct from 'array' or exists (
            select from jsonb_to_recordset(comparison -> 'held') as h (currency text, amount numeric)
            group by h.currency having count(*) > 1 or h.currency is null or bool_or(h.amount is null)
                or (min(h.amount) <> 0 and exists (select from public.currencies as c where c.code = h.currency)
                    and not coalesce(private.fits(min(h.amount), h.currency), false))
        ) then
        perform private.refuse('bad_figures');
    end if;
    perform private.lock_comparison(v_rail);
    v_now := private.clock();
    -- One statement, one moment of the books.
    select private.rail_mark(v_rail), jsonb_agg(to_jsonb(f)) into v_mark, v_figures
    from private.rail_figures(v_rail, comparison) as f;
    if v_mark <> comparison ->> 'mark' or exists (
        select from public.rail_comparisons as c where c.rail = v_rail and c.as_of > v_as_of
    ) then
        return null;
    end if;
    for v_figure in
        select f.currency, f.booked, f.under_way, coalesce(h.amount, 0) as held, (
            select coalesce(sum(d.closed_amount), 0) from public.rail_differences as d
            where d.rail = v_rail and d.currency = f.currency and d.outcome = 'explained'
        ) as explained
        from jsonb_to_recordset(v_figures) as f (currency text, booked numeric, under_way numeric)
        left join jsonb_to_recordset(comparison -> 'held') as h (currency text, amount numeric) on f.currency = h.currency
        order by f.currency
    loop
        -- Of what nobody ever asked to pay there is nothing to say.
        continue when v_figure.booked = 0 and v_figure.under_way = 0 and v_figure.held = 0 and not exists (
            select from public.rail_comparisons as c where c.rail = v_rail and c.currency = v_figure.currency
        ) and not exists (
            select from public.deposit_requests as q where q.rail = v_rail and q.currency = v_figure.currency
        );
        insert into public.rail_comparisons as c (
            rail, currency, day, as_of, booked, under_way, explained, held, difference, compared_at
        ) values (
            v_rail, v_figure.currency, date_trunc('day', v_now, 'UTC'), v_as_of, v_figure.booked, v_figure.under_way,
            v_figure.explained, v_figure.held,
            v_figure.held - v_figure.booked - v_figure.under_way - v_figure.explained, v_now
        ) on conflict (rail, currency, day) do update set
            as_of = excluded.as_of, booked = excluded.booked, under_way = excluded.under_way, explained = excluded.explained,
            held = excluded.held, difference = excluded.difference, compared_at = excluded.compared_at
        returning * into v_row;
        select * into v_found from private.find_difference(v_row, v_now);
        v_compared := v_compared || jsonb_build_object(
            'currency', v_row.currency, 'held', trim_scale(v_row.held)::text, 'booked', trim_scale(v_row.booked)::text,
            'under_way', trim_scale(v_row.under_way)::text, 'explained', trim_scale(v_row.explained)::text,
            'difference', trim_scale(v_row.difference)::text, 'found', trim_scale(v_found.news)::text,
            'vanished', v_found.vanished
        );
    end loop;
    return jsonb_build_object('compared', v_compared, 'unknown', (
        select coalesce(jsonb_agg(h.currency order by h.currency), '[]')
        from jsonb_to_recordset(comparison -> 'held') as h (currency text, amount numeric)
        where h.amount <> 0 and h.currency not in (
            select f.currency from jsonb_to_recordset(v_figures) as f (currency text)
        )
    ));
end
$$;
comment on function service.rail_compare(service.command) is
'Compares books and a rail {rail, as_of, held [{currency, amount}], mark as rail_position told it where the figures only count if the books rested meanwhile, and what the rail knows of money under way} -> {compared [{currency, held, booked, under_way, explained, difference, found, vanished}], unknown currencies that it holds}. What of a difference is new becomes a case. Null: the books moved, or a later look was compared before: ask the rail again. Raises no_such_rail, bad_figures (422).';
