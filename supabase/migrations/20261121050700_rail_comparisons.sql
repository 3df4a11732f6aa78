-- Books and rails, compared each day: the rows of what was compared, and each difference as a case that
-- stays open until a person closes it or it goes away.

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
