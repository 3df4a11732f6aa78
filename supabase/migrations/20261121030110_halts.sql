-- Halts: nothing new in a pair, over a rail or a network, and a price source that is not believed.
-- What runs goes on to its end.

insert into private.refusals (code, status, detail, hint) values
('halted', 409, 'Nothing new begins here for now.', 'halted() says what is halted, and until when. What runs goes on.');

create table public.halts (
    id uuid primary key,
    kind text not null check (kind in ('pair', 'price_source', 'rail', 'network')),
    name text not null check (length(name) between 1 and 64),
    reason text not null check (length(reason) between 1 and 500),
    halted_by uuid not null,
    halted_at timestamptz not null,
    ends_at timestamptz,
    lifted_by uuid,
    lifted_at timestamptz,
    ended_at timestamptz,
    lift_reason text not null default '' check (length(lift_reason) <= 500),
    constraint halts_end_is_later check (ends_at > halted_at and isfinite(ends_at)),
    constraint halts_lifted_by_somebody check (
        (lifted_at is null) = (lifted_by is null) and (lifted_at is null) = (lift_reason = '')
    ),
    constraint halts_end_once check (lifted_at is null or ended_at is null),
    constraint halts_ended_by_the_clock check (ended_at is null or (ended_at >= ends_at) is true)
);
alter table public.halts enable row level security;
create index halts_open_idx on public.halts (kind, name) where lifted_at is null and ended_at is null;
select private.make_text('public.halts', 'prose', 'reason', 'lift_reason');
select private.make_audited('public.halts');
comment on table public.halts is
'What operators have halted, why, and who let it go on. A thing is halted while one of its halts is open: each has its own reason and its own end. Everybody reads what is halted with halted().';
comment on column public.halts.id is 'The halt.';
comment on column public.halts.kind is
'pair: no order is published or taken. price_source: what it says makes no index. rail: nothing new begins over it, and what was not sent yet waits. network: so on each rail of it, and no new escrow in its currencies.';
comment on column public.halts.name is 'Which one: BTC/EUR, coinbase, stripe, base.';
comment on column public.halts.reason is 'Why, in the operator''s words.';
comment on column public.halts.halted_by is 'Operator who halted it.';
comment on column public.halts.halted_at is 'When, by the database clock.';
comment on column public.halts.ends_at is 'When it ends by itself; null: when operators lift it.';
comment on column public.halts.lifted_by is 'Operator who asked to lift it; null while it is open.';
comment on column public.halts.lifted_at is 'When it was lifted; null: it was not.';
comment on column public.halts.ended_at is 'When its end by the clock was told; it was over from ends_at on. Null: it has not ended so.';
comment on column public.halts.lift_reason is 'Why it was lifted; empty while it was not.';

create function private.tg_halts__guard() returns trigger
language plpgsql set search_path = ''
as $$
begin
    -- Of a row that is deleted nothing is left as it was.
    if num_nonnulls(old.lifted_at, old.ended_at) > 0 or (
        new.id, new.kind, new.name, new.reason, new.halted_by, new.halted_at, new.ends_at
    ) is distinct from (
        old.id, old.kind, old.name, old.reason, old.halted_by, old.halted_at, old.ends_at
    ) then
        raise sqlstate 'PT403' using message = 'append_only', detail = 'A halt is lifted or ends once, and nothing else of it changes.';
    end if;
    return new;
end
$$;
comment on function private.tg_halts__guard() is 'Halts are history: one is lifted or ends, once.';
create trigger _500_guard before update or delete on public.halts
for each row execute function private.tg_halts__guard();

create view private.open_halts with (security_invoker = true) as
select id, kind, name, halted_at, ends_at from public.halts
where lifted_at is null and ended_at is null and coalesce(ends_at > private.clock(), true);
comment on view private.open_halts is 'Halts that stand now: not lifted, and not over by the clock, told or not.';

create function private.is_halted(p_kind text, p_name text) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return exists (
        select from private.open_halts as h where h.kind = p_kind and h.name = p_name
    );
end
$$;
comment on function private.is_halted(text, text) is 'Whether a pair, price source, rail or network is halted now.';

-- Definer: who halted it and why is for operators; that it is halted is for everybody.
create function private.halted() returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select coalesce(jsonb_agg(jsonb_build_object(
            'kind', s.kind, 'name', s.name, 'since', s.since, 'ends_at', s.ends_at
        ) order by s.kind, s.name), '[]')
        from (
            select h.kind, h.name, min(h.halted_at) as since,
                case when bool_and(h.ends_at is not null) then max(h.ends_at) end as ends_at
            from private.open_halts as h
            group by h.kind, h.name
        ) as s
    );
end
$$;
comment on function private.halted() is 'As public.halted.';

create function public.halted() returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return private.halted();
end
$$;
comment on function public.halted() is
'What is halted now [{kind pair|price_source|rail|network, name, since, ends_at}]: nothing new begins there, what runs goes on. ends_at null: no end is known.';

-- Definer: schedules have no user.
create function service.halts_old() returns integer
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select count(*) from private.open_halts
        where ends_at is null and halted_at <= private.clock() - interval '1 day'
    );
end
$$;
comment on function service.halts_old() is 'How many halts without an end are older than a day: somebody must look whether they are still needed.';
