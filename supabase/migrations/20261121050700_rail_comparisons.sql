-- Books and rails, compared each day: what the books say a rail holds for us, what it says itself, and
-- each difference as a case that stays open until a person closes it or it goes away.

insert into private.refusals (code, status, detail, hint) values
('bad_figures', 422, 'These figures cannot be compared.', 'What a rail holds by currency, and as of when.'),
('rail_difference_not_found', 404, 'No such difference.', 'Read rail_differences.'),
('rail_difference_closed', 409, 'This was closed before.', ''),
('more_than_differs', 422, 'That is no part of the difference.', 'amount: above zero, at most that of the difference.');

create table public.rail_comparisons (
    rail text not null references public.rails (id) on delete restrict,
    currency text not null references public.currencies (code) on delete restrict,
    day timestamptz not null check (day = date_trunc('day', day, 'UTC')),
    as_of timestamptz not null check (isfinite(as_of)),
    booked public.money_amount not null,
    under_way public.money_amount not null,
    explained public.money_amount not null,
    held public.money_amount not null,
    difference public.money_amount not null,
    compared_at timestamptz not null,
    primary key (rail, currency, day),
    constraint rail_comparisons_adds_up check (difference = held - booked - under_way - explained)
);
alter table public.rail_comparisons enable row level security;
create index rail_comparisons_currency_idx on public.rail_comparisons (currency);
comment on table public.rail_comparisons is
'For operators: what the books say a rail holds for us, and what it says itself; of each day the last look.';
comment on column public.rail_comparisons.rail is 'The rail.';
comment on column public.rail_comparisons.currency is 'Currency of the amounts.';
comment on column public.rail_comparisons.day is 'Start of the day, in UTC.';
comment on column public.rail_comparisons.as_of is 'Of which moment the figure of the rail is.';
comment on column public.rail_comparisons.booked is
'What the books say that the world outside holds for us: the clearing wallet with the sign changed, without what operators booked by hand (outside_transfers).';
comment on column public.rail_comparisons.under_way is
'What is at the rail and not in the books yet, less what is in the books and not at the rail yet: see docs/rails.md.';
comment on column public.rail_comparisons.explained is
'What operators have explained of earlier differences: own money that was put in, less what was taken out.';
comment on column public.rail_comparisons.held is 'What the rail says that it holds.';
comment on column public.rail_comparisons.difference is 'held, less the three before; above zero: the rail has more than it should.';
comment on column public.rail_comparisons.compared_at is 'When it was compared, by the database clock.';

create function private.tg_rail_comparisons__guard() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if (old.rail, old.currency, old.day) is distinct from (new.rail, new.currency, new.day)
        or new.as_of < old.as_of or new.compared_at < old.compared_at then
        raise sqlstate 'PT403' using message = 'append_only', detail = 'Only a later look of the same day replaces one.';
    end if;
    return new;
end
$$;
comment on function private.tg_rail_comparisons__guard() is 'Law 10 for comparisons: of a day the last look stays, earlier days do not change.';
create trigger _500_guard before update on public.rail_comparisons
for each row execute function private.tg_rail_comparisons__guard();
create trigger _000_never_deleted before delete or truncate on public.rail_comparisons
for each statement execute function private.tg__append_only();

create table public.rail_differences (
    id uuid primary key,
    rail text not null,
    currency text not null,
    day timestamptz not null,
    amount public.money_amount not null check (amount <> 0),
    rest_of uuid references public.rail_differences (id) on delete restrict,
    remind_at timestamptz check (isfinite(remind_at)),
    outcome text check (outcome in ('explained', 'booked', 'vanished')),
    closed_amount public.money_amount,
    closed_by uuid references auth.users (id) on delete restrict,
    reason text not null default '' check (length(reason) <= 500),
    created_at timestamptz not null,
    closed_at timestamptz,
    foreign key (rail, currency, day) references public.rail_comparisons (rail, currency, day) on delete restrict,
    constraint rail_differences_open_has_time check (
        (outcome is null) = (remind_at is not null) and num_nulls(outcome, closed_amount, closed_at) in (0, 3)
    ),
    constraint rail_differences_closed_by_somebody check (
        (outcome in ('explained', 'booked')) is true = (closed_by is not null)
    ),
    constraint rail_differences_closed_in_part check (
        sign(closed_amount) = sign(amount) and abs(closed_amount) <= abs(amount)
    )
);
alter table public.rail_differences enable row level security;
select private.make_text('public.rail_differences', 'prose', 'reason');
create index rail_differences_comparison_idx on public.rail_differences (rail, currency, day);
create index rail_differences_rest_of_idx on public.rail_differences (rest_of);
create index rail_differences_closed_by_idx on public.rail_differences (closed_by);
create index rail_differences_remind_at_idx on public.rail_differences (remind_at) where outcome is null;
select private.make_audited('public.rail_differences');
create trigger _000_never_deleted before delete or truncate on public.rail_differences
for each statement execute function private.tg__append_only();
comment on table public.rail_differences is
'For operators: each difference between books and a rail, once, until an operator closes it or it goes away by itself.';
comment on column public.rail_differences.id is 'Carries its time; names it in POST /rail-differences/{id}/close.';
comment on column public.rail_differences.rail is 'The rail.';
comment on column public.rail_differences.currency is 'Currency of the amounts.';
comment on column public.rail_differences.day is 'Comparison that found it.';
comment on column public.rail_differences.amount is
'What was new of the difference that day; above zero the rail has it too much, below zero it is missing there.';
comment on column public.rail_differences.rest_of is 'Difference of which a part was closed, and of which this is the rest; null: it was found.';
comment on column public.rail_differences.remind_at is 'When operators are told again: a day after it was found, then each day; null once closed.';
comment on column public.rail_differences.outcome is
'explained: own money was put in or taken out, or it is booked by hand, and later comparisons count with it; booked: to losses; vanished: books and rail agree again without anybody. Null while open.';
comment on column public.rail_differences.closed_amount is 'What of it was closed; the rest is a difference of its own. Null while open.';
comment on column public.rail_differences.closed_by is 'Operator who closed it; null while open, and when it vanished.';
comment on column public.rail_differences.reason is 'Why, in the operator''s words.';
comment on column public.rail_differences.created_at is 'When it was found.';
comment on column public.rail_differences.closed_at is 'When it was closed; null while open.';

create function private.tg_rail_differences__guard() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if old.outcome is not null
        or (to_jsonb(old) - '{remind_at,outcome,closed_amount,closed_by,reason,closed_at}'::text[])
        is distinct from (to_jsonb(new) - '{remind_at,outcome,closed_amount,closed_by,reason,closed_at}'::text[]) then
        raise sqlstate 'PT403' using message = 'append_only', detail = 'A difference is only closed, once.';
    end if;
    return new;
end
$$;
comment on function private.tg_rail_differences__guard() is 'Law 10 for differences: only its end is written, once.';
create trigger _500_guard before update on public.rail_differences
for each row execute function private.tg_rail_differences__guard();

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

create function private.rail_booked(p_currency text, out booked numeric, out entry bigint)
language plpgsql stable set search_path = ''
as $$
declare
    v_clearing uuid := (
        select w.id from public.wallets as w
        where w.party_id = private.external_party() and w.currency = p_currency and w.type = 'clearing'
    );
begin
    select coalesce(sum(m.amount), 0) into booked
    from (
        select -b.available as amount from public.wallet_balances as b where b.id = v_clearing
        union all
        -- What came or went some other way is no rail's; what was undone is in the balance twice.
        select e.amount
        from public.outside_transfers as o inner join public.ledger_entries as e on o.transfer_id = e.transfer_id
        where o.currency = p_currency and o.undone_at is null and e.wallet_id = v_clearing
    ) as m;
    select max(e.id) into entry from public.ledger_entries as e where e.wallet_id = v_clearing and e.seq is null;
end
$$;
comment on function private.rail_booked(text) is
'What the books say that rails hold in a currency, and the last entry that says so. One rail carries a currency.';

create function private.rail_reported(p_rail text, p_currency text) returns numeric
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select coalesce(sum(case
            when r.kind in ('funds', 'reversal_won') then r.amount
            when r.kind = 'reversal_opened' then -r.amount
            -- What a chargeback had taken before it was lost is gone once.
            when r.kind = 'reversal_lost' and (
                select b.kind from public.rail_reports as b
                where b.purpose = r.purpose and b.reference_id = r.reference_id and b.reference = r.reference
                    and b.id < r.id and b.kind like 'reversal_%'
                order by b.id desc limit 1
            ) is distinct from 'reversal_opened' then -r.amount
        end), 0)
        from public.rail_reports as r
        where r.rail = p_rail and r.currency = p_currency and r.next_at is not null
    );
end
$$;
comment on function private.rail_reported(text, text) is 'What a rail has reported and the books do not have yet: above zero it came.';

create function private.rail_figures(p_rail text, p_told jsonb) returns table (
    currency text, booked numeric, under_way numeric, mark text
)
language plpgsql stable set search_path = ''
as $$
begin
    return query
    select c.code, b.booked,
        case when p_told is not null then r.reported + private.rail_under_way(p_rail, c.code, p_told) end,
        concat_ws(':', c.code, b.booked, b.entry, r.reported)
    from public.rails as l
    inner join public.currencies as c on l.network_id is not distinct from c.network_id
    cross join lateral private.rail_booked(c.code) as b
    cross join lateral (select private.rail_reported(p_rail, c.code) as reported) as r
    where l.id = p_rail;
end
$$;
comment on function private.rail_figures(text, jsonb) is
'The books'' side of a comparison, by currency that the rail carries: what they say it holds, and, by what the rail tells with its figures, what is between the two. mark: it changes when the books do.';

create function private.rail_mark(p_rail text) returns text
language plpgsql stable set search_path = ''
as $$
begin
    return (select md5(string_agg(f.mark, ' ' order by f.currency)) from private.rail_figures(p_rail, null) as f);
end
$$;
comment on function private.rail_mark(text) is 'Another text whenever what the books say of a rail has changed.';

-- Definer: schedules have no user.
create function service.rail_position(rail text) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    v_rail text := private.known_rail(rail_position.rail);
    v_now timestamptz := private.clock();
begin
    return (select jsonb_build_object(
        'mark', private.rail_mark(v_rail), 'now', v_now,
        'since', greatest(v_now - interval '2 days', least(v_now - interval '2 hours', (
            select min(e.created_at) - interval '10 minutes'
            from public.payouts as i inner join public.payout_events as e on i.id = e.payout_id and e.event = 'claim'
            where i.rail = v_rail and i.state in ('claimed', 'unknown') and i.provider_reference is null
        ))),
        'references', (
            select coalesce(jsonb_agg(i.provider_reference order by i.id), '[]') from public.payouts as i
            where i.rail = v_rail and i.state in ('claimed', 'submitted', 'unknown') and i.provider_reference is not null
        )
    ) where exists (select from public.deposit_requests as d where d.rail = v_rail));
end
$$;
comment on function service.rail_position(text) is
'Before a rail is asked what it holds {mark of the books, now, since when it may have moved what the books do not have, references of payouts that have not ended}; null where nobody ever paid over it.';

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

-- Definer: as above.
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

-- Definer: as above.
create function service.rail_differences_remind() returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_row public.rail_differences;
begin
    for v_row in
        update public.rail_differences as d set remind_at = v_now + interval '1 day'
        where d.id in (
            select o.id from public.rail_differences as o where o.remind_at <= v_now
            order by o.remind_at limit 100 for no key update skip locked
        )
        returning *
    loop
        perform private.tell_of_difference('rail_difference_open', v_row, v_now);
    end loop;
    return jsonb_build_object(
        'open', (select count(*) from public.rail_differences as d where d.outcome is null),
        'overdue', (
            select count(*) from public.rails as r
            where r.has_reports and exists (
                select from public.deposit_requests as q where q.rail = r.id and q.created_at < v_now - interval '26 hours'
            ) and not exists (
                select from public.rail_comparisons as c where c.rail = r.id and c.compared_at > v_now - interval '26 hours'
            )
        )
    );
end
$$;
comment on function service.rail_differences_remind() is
'Scheduled: tells operators again, each day, of differences that are open {open: how many, overdue: rails that were not compared for more than a day}.';

insert into public.operator_commands (kind, function_name, title) values
('rail_difference', 'rail_difference_close', 'close a difference between books and a rail');
-- It says that so much is nobody's: as a deposit does.
insert into public.operator_limits (kind, currency, above, within)
select 'rail_difference', l.currency, l.above, l.within from public.operator_limits as l where l.kind = 'deposit';

create function private.book_difference(
    p_row public.rail_differences, p_amount numeric, p_reason text, p_actor uuid, p_now timestamptz
) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_transfer uuid := private.uuid_v7(p_now);
begin
    perform ledger.post(
        array[row(v_transfer, 'rail.difference', 'external', null, p_reason, null, p_actor)::ledger.new_transfer],
        array[
            row(
                v_transfer, ledger.wallet_of(private.external_party(), p_row.currency, 'clearing'), 'available', -p_amount,
                null, null
            )::ledger.new_entry,
            row(
                v_transfer, ledger.wallet_of(private.platform_party(), p_row.currency, 'losses'), 'available', p_amount,
                null, null
            )::ledger.new_entry
        ],
        p_now
    );
end
$$;
comment on function private.book_difference(public.rail_differences, numeric, text, uuid, timestamptz) is
'Books a difference to losses, so that books and rail agree: below zero it is lost, above zero the platform has it too much.';

-- Definer: service_role may give the command, not write the tables.
create function service.rail_difference_close(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_row public.rail_differences;
    v_answer jsonb;
    v_now timestamptz;
    v_event text := command ->> 'event';
    v_amount numeric := (command ->> 'amount')::numeric;
    v_part numeric;
    v_fits boolean;
begin
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    select * into v_row from public.rail_differences as d where d.id = (command ->> 'rail_difference_id')::uuid;
    perform private.lock_comparison(v_row.rail);
    select * into v_row from public.rail_differences as d where d.id = v_row.id for no key update;
    v_now := private.clock();
    v_fits := coalesce(v_amount > 0 and v_amount <= abs(v_row.amount) and private.fits(v_amount, v_row.currency), false);
    v_part := v_amount * sign(v_row.amount);
    v_answer := private.begin_operator_command(
        'rail_difference', command, '{}', v_row.currency,
        case when v_fits and v_row.outcome is null and v_event in ('explain', 'book') then v_amount end
    );
    if v_answer is not null then
        return v_answer;
    elsif v_row.id is null then
        perform private.refuse('rail_difference_not_found');
    elsif v_row.outcome is not null then
        perform private.refuse('rail_difference_closed');
    elsif v_event is null or v_event not in ('explain', 'book') then
        perform private.refuse('illegal_move');
    elsif not v_fits then
        perform private.refuse('more_than_differs');
    elsif not private.has_words(command ->> 'reason') or length(command ->> 'reason') > 500 then
        perform private.refuse('reason_required');
    end if;
    update public.rail_differences set
        outcome = case v_event when 'book' then 'booked' else 'explained' end, closed_amount = v_part, remind_at = null,
        closed_by = (command ->> 'actor_id')::uuid, reason = command ->> 'reason', closed_at = v_now
    where id = v_row.id;
    if v_event = 'book' then
        perform private.book_difference(v_row, v_part, command ->> 'reason', (command ->> 'actor_id')::uuid, v_now);
    end if;
    insert into public.rail_differences (id, rail, currency, day, amount, rest_of, remind_at, created_at)
    select private.uuid_v7(v_now), v_row.rail, v_row.currency, v_row.day, v_row.amount - v_part, v_row.id,
        v_now + interval '1 day', v_now
    where v_part <> v_row.amount;
    return private.finish_command(command, jsonb_build_object(
        'rail_difference_id', v_row.id, 'outcome', case v_event when 'book' then 'booked' else 'explained' end,
        'closed_at', v_now, 'rest_id', (select d.id from public.rail_differences as d where d.rest_of = v_row.id)
    ), v_now);
end
$$;
comment on function service.rail_difference_close(service.command) is
'Operator command about a difference between books and a rail {rail_difference_id, event explain|book, amount of it, above zero, reason, actor_id, aal, idempotency_key, request_hash} -> {rail_difference_id, outcome, closed_at, rest_id, replayed}. explain: own money or a booking by hand, counted with from now on; book: to losses. What is left is a difference of its own. Raises rail_difference_not_found (404), not_your_move (403), rail_difference_closed, illegal_move (409), more_than_differs, reason_required (422).';

-- What is where, address by address: what a treasury can move.
create table public.deposit_balances (
    request_id uuid not null references public.deposit_requests (id) on delete restrict,
    currency text not null references public.currencies (code) on delete restrict,
    amount public.money_amount not null check (amount >= 0),
    as_of timestamptz not null check (isfinite(as_of)),
    primary key (request_id, currency)
);
alter table public.deposit_balances enable row level security;
create index deposit_balances_amount_idx on public.deposit_balances (currency, amount desc) where amount > 0;
create index deposit_balances_currency_idx on public.deposit_balances (currency);
comment on table public.deposit_balances is
'For operators: what each deposit address holds by its rail, written with the daily comparison. An address that never held anything has no row.';
comment on column public.deposit_balances.request_id is 'Request whose address it is.';
comment on column public.deposit_balances.currency is 'What it holds.';
comment on column public.deposit_balances.amount is 'How much, in units of the currency.';
comment on column public.deposit_balances.as_of is 'Since when it is known to hold that.';

-- Definer: as above.
create function service.deposit_addresses(
    rail text, after uuid default null, max_rows integer default 1000
) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select coalesce(jsonb_agg(jsonb_build_object('id', f.id, 'address', f.address) order by f.id), '[]')
        from (
            select d.id, d.address from public.deposit_requests as d
            where d.rail = deposit_addresses.rail and d.address is not null
                and (deposit_addresses.after is null or d.id > deposit_addresses.after)
            order by d.id limit least(greatest(max_rows, 1), 5000)
        ) as f
    );
end
$$;
comment on function service.deposit_addresses(text, uuid, integer) is
'A page of all deposit addresses that were ever given out on a rail, after one.';

-- Definer: as above.
create function service.deposit_balances_record(told service.command) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_as_of timestamptz := (told ->> 'as_of')::timestamptz;
    v_changed integer;
begin
    if v_as_of is null or jsonb_typeof(told -> 'balances') is distinct from 'array' or exists (
        select from jsonb_to_recordset(told -> 'balances') as b (id uuid, currency text, amount numeric)
        left join public.deposit_requests as d on b.id = d.id and d.address is not null
        where d.id is null or b.amount is null or b.amount < 0 or not coalesce(private.fits(b.amount, b.currency), false)
    ) then
        perform private.refuse('bad_figures');
    end if;
    insert into public.deposit_balances as k (request_id, currency, amount, as_of)
    select b.id, b.currency, b.amount, v_as_of
    from jsonb_to_recordset(told -> 'balances') as b (id uuid, currency text, amount numeric)
    where b.amount > 0 or exists (
        select from public.deposit_balances as o where o.request_id = b.id and o.currency = b.currency
    )
    order by b.id, b.currency
    on conflict (request_id, currency) do update set amount = excluded.amount, as_of = excluded.as_of
    where k.amount <> excluded.amount and k.as_of <= excluded.as_of;
    get diagnostics v_changed = row_count;
    return v_changed;
end
$$;
comment on function service.deposit_balances_record(service.command) is
'What deposit addresses hold {as_of, balances [{id of the request, currency, amount}]}; how many have changed. What was read later stays. Raises bad_figures (422).';
