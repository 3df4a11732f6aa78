-- Whether networks work, as those who read them found: over one that stands still nobody is told to
-- pay, and who waits for money over it loses no time.

insert into private.refusals (code, status, detail, hint) values
(
    'network_down', 409, 'This network does not work now.',
    'network_health says since when. It is offered again by itself once it works.'
);

alter table public.outages add constraint outages_network_id_fkey
foreign key (network_id) references public.networks (id) on delete restrict;
create index outages_network_id_idx on public.outages (network_id);

create table public.network_health (
    network_id text primary key references public.networks (id) on delete restrict,
    state text not null check (state in ('up', 'no_blocks', 'no_answer', 'answers_differ')),
    since timestamptz not null,
    last_block_number bigint check (last_block_number >= 0),
    last_block_at timestamptz,
    answered_at timestamptz not null,
    checked_at timestamptz not null,
    constraint network_health_block_has_time check ((last_block_number is null) = (last_block_at is null))
);
alter table public.network_health enable row level security;
comment on table public.network_health is
'Whether each network that this deployment reads works now. Without a row nothing is known against it.';
comment on column public.network_health.network_id is 'The network.';
comment on column public.network_health.state is
'up; no_blocks: it has made none for too long; no_answer: nobody who was asked has answered for too long; answers_differ: two nodes have different final blocks of one height.';
comment on column public.network_health.since is
'Since when it is so: of one that stands still, the last moment at which it is known to have worked.';
comment on column public.network_health.last_block_number is 'Height of the last block that was seen; null: none was.';
comment on column public.network_health.last_block_at is
'When that was made, as it says itself, at the latest when it was first seen.';
comment on column public.network_health.answered_at is 'When the network was last asked and answered.';
comment on column public.network_health.checked_at is 'When it was last asked.';

create function private.longest_outage() returns interval
language plpgsql immutable set search_path = ''
as $$
begin
    return interval '7 days';
end
$$;
comment on function private.longest_outage() is
'How much of one standstill of a network is given back at most: no row waits for ever.';

create function private.later_by_networks(
    p_from timestamptz, p_until timestamptz, p_networks text[]
) returns timestamptz
language plpgsql stable set search_path = ''
as $$
begin
    return private.later_by(p_from, p_until, (
        select coalesce(range_agg(r.lost), '{}') from (
            select tstzrange(o.from_at, o.to_at) as lost from public.outages as o
            where (o.network_id is null or o.network_id = any (p_networks)) and o.to_at > p_from
            union all
            select tstzrange(h.since, greatest(h.since, least(private.clock(), h.since + private.longest_outage())))
            from public.network_health as h
            where h.network_id = any (p_networks) and h.state <> 'up'
        ) as r
    ));
end
$$;
comment on function private.later_by_networks(timestamptz, timestamptz, text[]) is
'As private.later_by_outages, and by standstills of these networks, also of one that goes on.';

create function private.end_standstill(p_network text, p_since timestamptz, p_now timestamptz) returns interval
language plpgsql volatile set search_path = ''
as $$
declare
    v_to timestamptz := least(p_now, p_since + private.longest_outage());
begin
    if v_to - p_since < interval '1 minute' then
        return '0';
    end if;
    perform pg_advisory_xact_lock(hashtextextended('outages', 0));
    insert into public.outages (id, network_id, from_at, to_at, reason, created_at)
    select private.uuid_v7(p_now), n.id, p_since, v_to, format('%s stood still.', n.name), p_now
    from public.networks as n where n.id = p_network;
    return v_to - p_since;
end
$$;
comment on function private.end_standstill(text, timestamptz, timestamptz) is
'A network works again: the time in which it did not becomes an outage, if it was a minute at least; how long that was.';

create function private.network_looked(
    p_network text, p_number bigint, p_block_time timestamptz, p_problem text, p_patience interval, p_now timestamptz
) returns public.network_health
language plpgsql volatile set search_path = ''
as $$
declare
    v_old public.network_health;
    v_new public.network_health;
begin
    insert into public.network_health (network_id, state, since, answered_at, checked_at)
    values (p_network, 'up', p_now, p_now, p_now)
    on conflict (network_id) do nothing;
    select * into strict v_old from public.network_health as h where h.network_id = p_network for no key update;
    v_new := v_old;
    v_new.checked_at := p_now;
    if p_problem is distinct from 'no_answer' then
        v_new.answered_at := p_now;
    end if;
    -- What a node says of the time is believed up to our own clock.
    if p_number is distinct from v_old.last_block_number and p_number is not null then
        v_new.last_block_number := p_number;
        v_new.last_block_at := least(p_block_time, p_now);
    end if;
    v_new.state := case
        when p_problem = 'answers_differ' then p_problem
        -- One answer that did not come says nothing.
        when p_problem = 'no_answer' and p_now - v_old.answered_at <= p_patience then v_old.state
        when p_problem = 'no_answer' then p_problem
        when p_now - v_new.last_block_at > p_patience then 'no_blocks'
        else 'up'
    end;
    if v_new.state = 'up' and v_old.state <> 'up' then
        v_new.since := p_now;
    elsif v_new.state <> 'up' and v_old.state = 'up' then
        v_new.since := greatest(v_old.since, case v_new.state
            when 'no_blocks' then v_new.last_block_at when 'no_answer' then v_old.answered_at else p_now end);
    end if;
    update public.network_health as h set
        state = v_new.state, since = v_new.since, last_block_number = v_new.last_block_number,
        last_block_at = v_new.last_block_at, answered_at = v_new.answered_at, checked_at = v_new.checked_at
    where h.network_id = p_network;
    return v_new;
end
$$;
comment on function private.network_looked(text, bigint, timestamptz, text, interval, timestamptz) is
'Somebody has asked a network: the height and time of its last block, or a problem (no_answer, answers_differ). p_patience: how long a block, or an answer, may not come. The row after it.';
