-- Who gives trades up waits: a take hides what others would have taken.

insert into private.refusals (code, status, detail, hint) values
(
    'take_cooldown', 429, 'You have given up too many trades lately.',
    'The member "until" says when you may go on, "retry_after" in how many seconds; take_cooldowns has the rules.'
);

create table public.take_cooldowns (
    tier smallint not null references public.verification_tiers (id) on delete restrict,
    ends smallint not null check (ends > 0),
    within interval not null check (within > '0'),
    wait interval not null check (wait > '0'),
    primary key (tier, ends)
);
alter table public.take_cooldowns enable row level security;
select private.make_audited('public.take_cooldowns', 'tier');
select private.make_setting('public.take_cooldowns', 'How long who gives trades up waits.', '{
    "within": {"least": "1 minute", "most": "366 days"}, "wait": {"least": "1 minute", "most": "366 days"}
}');
comment on table public.take_cooldowns is
'How long a party of a tier waits that has given up trades (p2p_trades.given_up_by). A tier without rows never waits.';
comment on column public.take_cooldowns.tier is 'Verification tier of the party.';
comment on column public.take_cooldowns.ends is 'From so many trades on, given up within the time.';
comment on column public.take_cooldowns.within is 'How far back it counts.';
comment on column public.take_cooldowns.wait is 'Counted from the last of them; where several rows apply, the longest.';

insert into public.take_cooldowns (tier, ends, within, wait) values
(0, 1, '24 hours', '10 minutes'), (0, 2, '24 hours', '1 hour'), (0, 3, '24 hours', '12 hours'),
(0, 5, '7 days', '3 days'),
(1, 2, '24 hours', '10 minutes'), (1, 3, '24 hours', '1 hour'), (1, 5, '24 hours', '12 hours'),
(1, 10, '7 days', '3 days'),
(2, 3, '24 hours', '10 minutes'), (2, 5, '24 hours', '1 hour'), (2, 10, '24 hours', '12 hours');

create function private.cooldown_until(p_party_id uuid, p_now timestamptz) returns timestamptz
language plpgsql stable set search_path = ''
as $$
declare
    v_tier smallint := coalesce((select p.verification_tier from public.profiles as p where p.id = p_party_id), 0);
begin
    return (
        select max(given_up.last_at + c.wait)
        from public.take_cooldowns as c
        cross join lateral (
            select count(*) as ends, max(t.updated_at) as last_at from public.p2p_trades as t
            where t.given_up_by = p_party_id and t.updated_at > p_now - c.within
        ) as given_up
        where c.tier = v_tier and given_up.ends >= c.ends and given_up.last_at + c.wait > p_now
    );
end
$$;
comment on function private.cooldown_until(uuid, timestamptz) is
'Until when a party waits that has given up trades; null: it does not.';

create function private.refuse_cooldown(p_party_id uuid, p_now timestamptz) returns void
language plpgsql stable set search_path = ''
as $$
declare
    v_until timestamptz := private.cooldown_until(p_party_id, p_now);
begin
    if v_until is not null then
        perform private.refuse(
            'take_cooldown',
            to_char(v_until at time zone 'UTC', '"You have given up too many trades lately; go on at "YYYY-MM-DD"T"HH24:MI:SS"Z."'),
            jsonb_build_object(
                'until', v_until, 'retry_after', ceil(extract(epoch from v_until - p_now))::bigint
            )
        );
    end if;
end
$$;
comment on function private.refuse_cooldown(uuid, timestamptz) is
'Raises take_cooldown (429) with the members until and retry_after (seconds) while a party waits that has given up trades.';
