-- A stopped party offers nothing: its orders and listings are paused.

create function private.stop_offering(p_party_id uuid) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    if not private.other_side_may(p_party_id, 'order_take') then
        perform private.pause_published(p_party_id);
    end if;
end
$$;
comment on function private.stop_offering(uuid) is
'Pauses what a party that makes no new business has published; it puts it back itself, once it may. Who calls it has a row of the party, and no command about an order or a listing waits for one of those: the locks have one order.';

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
