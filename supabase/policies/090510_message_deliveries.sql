-- NOTE: all of it: the address is masked, its hash is salted, and data says no more than the feed does.
grant select on public.message_deliveries to authenticated;
create policy message_deliveries_select_own_or_operator on public.message_deliveries for select to authenticated
using (
    user_id = (select auth.uid())
    or id between (select private.operator_sees_from()) and (select private.operator_sees_to())
);
