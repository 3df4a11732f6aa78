-- Whoever is stopped offers nothing: what stood in the book and among the listings is paused.

insert into private.state_edges (number, machine, from_state, event, actor, to_state, note) values
(11, 'p2p_order', 'active', 'pause', 'system', 'paused', 'its maker was stopped; open trades go on'),
(10, 'listing', 'active', 'pause', 'system', 'paused', 'its seller was stopped; contracts go on');

create function private.stop_offering(p_party_id uuid) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_orders uuid[];
begin
    if private.other_side_may(p_party_id, 'order_take') then
        return;
    end if;
    -- Drafts, too: one that is being published now is in the book when its lock is had.
    v_orders := array(
        select o.id from public.p2p_orders as o where o.user_id = p_party_id and o.status in ('draft', 'active', 'paused')
        order by o.id for no key update
    );
    update public.p2p_orders set
        status = 'paused', version = version + 1, last_event = 'pause', last_actor_role = 'system'
    where id = any (v_orders) and status = 'active';
    update public.listings set status = 'paused', last_event = 'pause', last_actor_role = 'system'
    where seller_id = p_party_id and status = 'active';
end
$$;
comment on function private.stop_offering(uuid) is
'Pauses the published orders and listings of a party that makes no new business; it puts them back itself, once it may. Who calls it has a row of the party, and no command about an order or a listing waits for one of those: the locks have one order.';

-- Definer: whoever stops a party, or Auth's own role, writes no order.
create function private.tg__stop_offering() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.stop_offering(new.id);
    return null;
end
$$;
comment on function private.tg__stop_offering() is 'Status, deletion or ban of a party has changed: what it offers may have to stop.';
create trigger _600_stop_offering after update of status on public.parties
for each row when (old.status <> new.status) execute function private.tg__stop_offering();
create trigger _600_stop_offering after update of deleted_at on public.profiles
for each row when (old.deleted_at is distinct from new.deleted_at) execute function private.tg__stop_offering();
create trigger holdfast_stop_offering after update of banned_until, deleted_at on auth.users
for each row when (
    (old.banned_until, old.deleted_at) is distinct from (new.banned_until, new.deleted_at)
) execute function private.tg__stop_offering();
