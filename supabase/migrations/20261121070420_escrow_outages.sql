-- What an outage takes from the clock of an escrow, and who has had it back.

create function private.duty_began_at(p_escrow_id uuid) returns timestamptz
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select max(v.created_at)
        from (
            select created_at, event, deadline_at, lag(deadline_at) over (order by version) as before
            from private.escrow_events where escrow_id = p_escrow_id
        ) as v
        where v.deadline_at is distinct from v.before and v.event not in ('unfreeze', 'outage_credit', 'rail_take')
    );
end
$$;
comment on function private.duty_began_at(uuid) is
'When the clock that runs for an escrow was set; what only moved it does not count.';

create function private.frozen_times(p_escrow_id uuid) returns tstzmultirange
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select coalesce(range_agg(tstzrange(h.opened_at, h.closed_at)), '{}')
        from public.escrow_holds as h where h.escrow_id = p_escrow_id
    );
end
$$;
comment on function private.frozen_times(uuid) is 'Times in which the clocks of an escrow stood still.';

create function private.waits_on_network(p_escrow private.escrow_transactions) returns text
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select r.network_id from public.rails as r
        where r.id = p_escrow.rail and p_escrow.state in ('awaiting_funds', 'funding_exception')
    );
end
$$;
comment on function private.waits_on_network(private.escrow_transactions) is
'Network over which an escrow waits for money; null: it waits for none.';

create function private.outage_reaches(p_outage public.outages, p_escrow private.escrow_transactions) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return p_outage.network_id is null
        or private.waits_on_network(p_escrow) is not distinct from p_outage.network_id;
end
$$;
comment on function private.outage_reaches(public.outages, private.escrow_transactions) is
'Whether an outage may have cost an escrow time: our own each, that of a network whoever waits for money over it.';

create function private.given_times(p_escrow_id uuid, p_outage public.outages) returns tstzmultirange
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select coalesce(range_agg(tstzrange(o.from_at, o.to_at)), '{}')
        from public.outages as o
        inner join private.outage_credits as c on c.outage_id = o.id and c.object_id = p_escrow_id
        where o.id <> p_outage.id and c.credited > '0'
            and tstzrange(o.from_at, o.to_at) && tstzrange(p_outage.from_at, p_outage.to_at)
    );
end
$$;
comment on function private.given_times(uuid, public.outages) is
'Times of other outages that an escrow has had back: one minute is given back once, whatever stood still in it.';

create function private.time_lost(p_escrow private.escrow_transactions, p_outage public.outages) returns interval
language plpgsql stable set search_path = ''
as $$
declare
    v_began timestamptz;
begin
    if p_escrow.expires_at is null or p_escrow.expires_at <= p_outage.from_at or p_escrow.created_at >= p_outage.to_at
        or not private.outage_reaches(p_outage, p_escrow) then
        return '0';
    end if;
    v_began := private.duty_began_at(p_escrow.id);
    if v_began >= p_outage.to_at then
        return '0';
    end if;
    return (
        select coalesce(sum(upper(r) - lower(r)), '0')
        from unnest(
            tstzmultirange(tstzrange(greatest(v_began, p_outage.from_at), p_outage.to_at))
            - private.frozen_times(p_escrow.id) - private.given_times(p_escrow.id, p_outage)
        ) as r
    );
end
$$;
comment on function private.time_lost(private.escrow_transactions, public.outages) is
'How long the present clock of an escrow ran during an outage, without what another has given back.';

create function private.awaits_credit(p_escrow private.escrow_transactions) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    -- One statement, as each timer asks.
    return exists (
        select from public.network_health as h
        where h.state <> 'up' and h.network_id = private.waits_on_network(p_escrow)
            and private.clock() < h.since + private.longest_outage()
    ) or exists (
        select from public.outages as o
        where o.credited_at is null and o.to_at > p_escrow.created_at and private.outage_reaches(o, p_escrow)
            and not exists (
                select from private.outage_credits as c where c.outage_id = o.id and c.object_id = p_escrow.id
            )
    );
end
$$;
comment on function private.awaits_credit(private.escrow_transactions) is
'Whether the time of an outage has yet to be given back to an escrow, or of one that goes on.';

-- Definer: written for whatever moved the escrow.
create function private.tg_escrow_transactions__credited() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into private.outage_credits (outage_id, object_id, credited)
    values ((new.last_payload ->> 'outage_id')::uuid, new.id, new.expires_at - old.expires_at);
    return null;
end
$$;
comment on function private.tg_escrow_transactions__credited() is 'Keeps who had the time of an outage back: once each.';
create trigger _530_credited after update on private.escrow_transactions
for each row when (new.last_event = 'outage_credit')
execute function private.tg_escrow_transactions__credited();
