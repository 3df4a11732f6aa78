grant select on public.dispute_priorities to anon, authenticated;
create policy dispute_priorities_select_anyone on public.dispute_priorities for select to anon, authenticated
using (true);

grant select on public.dispute_queue to authenticated;

grant execute on function
private.dispute_score(integer, numeric, interval), private.dispute_priority(integer),
private.visible_arbiter_loads(), public.arbiter_loads()
to authenticated;

-- How many cases an arbiter is given is an operator's word, with a second factor.
grant select, insert (user_id, max_open), update (max_open) on public.arbiter_capacities to authenticated;
create policy arbiter_capacities_select_staff on public.arbiter_capacities for select to authenticated
using (user_id = (select auth.uid()) or (select private.is_acting_staff('operator')));
create policy arbiter_capacities_insert_operator on public.arbiter_capacities for insert to authenticated
with check (
    (select private.is_acting_staff('operator'))
    and (select private.may_write('arbiter_capacities.write'))
);
create policy arbiter_capacities_update_operator on public.arbiter_capacities for update to authenticated
using (user_id = (select auth.uid()) or (select private.is_acting_staff('operator')))
with check (
    (select private.is_acting_staff('operator'))
    and (select private.may_write('arbiter_capacities.write'))
);
