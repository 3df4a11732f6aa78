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

create function private.time_lost(p_escrow private.escrow_transactions, p_outage public.outages) returns interval
language plpgsql stable set search_path = ''
as $$
declare
    v_began timestamptz;
begin
    if p_escrow.expires_at is null or p_escrow.expires_at <= p_outage.from_at or p_escrow.created_at >= p_outage.to_at then
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
            - private.frozen_times(p_escrow.id)
        ) as r
    );
end
$$;
comment on function private.time_lost(private.escrow_transactions, public.outages) is
'How long the present clock of an escrow ran during an outage.';

create function private.awaits_credit(p_escrow private.escrow_transactions) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return private.owed_time(p_escrow.id, p_escrow.created_at);
end
$$;
comment on function private.awaits_credit(private.escrow_transactions) is
'Whether the time of a declared outage has yet to be given back to an escrow.';

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
