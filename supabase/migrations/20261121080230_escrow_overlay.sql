-- Law 13, kept: the rows of holds follow the escrow, and both say the same at the end of a transaction.

create function private.book_rest(p_escrow private.escrow_transactions) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_hold public.escrow_holds;
begin
    select * into strict v_hold from public.escrow_holds as h
    where h.escrow_id = p_escrow.id and h.closed_version = p_escrow.version and h.at_end = 'stand'
        and h.reference = p_escrow.last_payload ->> 'reference';
    if v_hold.amount > (p_escrow.last_payload ->> 'amount')::numeric then
        perform private.book_discrepancy(p_escrow, jsonb_build_object(
            'currency', p_escrow.currency, 'reference', v_hold.reference, 'reason', 'beyond_escrow',
            'provider_event_id', v_hold.reference || ':stood:rest'
        ), v_hold.amount - (p_escrow.last_payload ->> 'amount')::numeric, p_escrow.updated_at);
    end if;
end
$$;
comment on function private.book_rest(private.escrow_transactions) is
'What a rail has withdrawn beyond what the escrow held, when the timer says that it is gone for good: to losses, with a case.';

-- Definer: written for whatever moved the escrow.
create function private.tg_escrow_transactions__holds() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if new.last_event = 'freeze' then
        insert into public.escrow_holds (
            id, escrow_id, kind, owner_role, reference, reason, amount, opened_version, opened_at, ends_at, at_end
        )
        select private.uuid_v7(new.updated_at), new.id, k.kind, k.owner_role,
            coalesce(new.last_payload ->> 'reference', new.version::text), new.last_payload ->> 'reason',
            (new.last_payload ->> 'amount')::numeric, new.version, new.updated_at,
            new.updated_at + k.ends_after, k.at_end
        from public.hold_kinds as k where k.kind = new.last_payload ->> 'kind';
    else
        update public.escrow_holds as h set
            closed_version = new.version, closed_event = new.last_event, closed_role = new.last_actor_role,
            closed_at = new.updated_at
        where h.escrow_id = new.id and h.closed_at is null
            and private.hold_closes(h, new.last_event, new.last_payload, private.is_terminal(new.state));
        if new.last_actor_role = 'timer' and new.last_event in ('rail_return', 'rail_void') then
            perform private.book_rest(new);
        end if;
    end if;
    return null;
end
$$;
comment on function private.tg_escrow_transactions__holds() is 'Opens and closes the reasons of a hold with the moves that do so.';
create trigger _505_holds after update on private.escrow_transactions
for each row when (old.frozen_at is not null or new.frozen_at is not null)
execute function private.tg_escrow_transactions__holds();

create function private.check_escrow_overlay(p_escrow_id uuid) returns void
language plpgsql stable set search_path = ''
as $$
begin
    if (select e.frozen_at is not null from private.escrow_transactions as e where e.id = p_escrow_id)
        is distinct from exists (
            select from public.escrow_holds as h where h.escrow_id = p_escrow_id and h.closed_at is null
        ) then
        raise sqlstate 'PT409' using
            message = 'overlay_differs_from_holds',
            detail = format('Escrow %s is held without a reason, or has one and is not held.', p_escrow_id);
    end if;
end
$$;
comment on function private.check_escrow_overlay(uuid) is
'Law 13: an escrow is held exactly while a reason is open. Raises overlay_differs_from_holds (409).';

-- Definer: deferred, so it runs at commit as whoever called, outside the command.
create function private.tg_escrow_holds__overlay() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.check_escrow_overlay(new.escrow_id);
    return null;
end
$$;
comment on function private.tg_escrow_holds__overlay() is 'Law 13 at commit, when a reason was opened or closed.';
create constraint trigger _600_overlay after insert or update on public.escrow_holds
deferrable initially deferred for each row execute function private.tg_escrow_holds__overlay();

-- Definer: as above.
create function private.tg_escrow_transactions__overlay() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.check_escrow_overlay(new.id);
    return null;
end
$$;
comment on function private.tg_escrow_transactions__overlay() is 'Law 13 at commit, when the overlay moved.';
create constraint trigger _600_overlay after update on private.escrow_transactions
deferrable initially deferred for each row when (old.frozen_at is distinct from new.frozen_at)
execute function private.tg_escrow_transactions__overlay();

create function private.verify_overlay() returns table (problem text, subject text, detail text)
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    select 'overlay_differs_from_holds', e.id::text, format('held since %s, %s open', e.frozen_at, count(h.id))
    from private.escrow_transactions as e
    left join public.escrow_holds as h on h.escrow_id = e.id and h.closed_at is null
    where e.frozen_at is not null or h.id is not null
    group by e.id
    having (e.frozen_at is not null) <> (count(h.id) > 0)
    union all
    select 'hold_differs_from_event', h.id::text, h.kind
    from public.escrow_holds as h
    left join private.escrow_events as o on o.escrow_id = h.escrow_id and o.version = h.opened_version
    left join private.escrow_events as c on c.escrow_id = h.escrow_id and c.version = h.closed_version
    where o.event is distinct from 'freeze' or c.event is distinct from h.closed_event;
end
$$;
comment on function private.verify_overlay() is
'An escrow is held exactly while a reason is open, and each reason was opened and closed by an event.';
