grant select, insert (user_id, method, label, fields), update (label, fields, deleted_at)
on public.payment_accounts to authenticated;
create policy payment_accounts_select_own on public.payment_accounts for select to authenticated
using (user_id = any(array(select private.my_parties())));
create policy payment_accounts_insert_own on public.payment_accounts for insert to authenticated
with check (user_id = (select auth.uid()) and (select private.may_write('payment_accounts.write')));
create policy payment_accounts_update_own on public.payment_accounts for update to authenticated
using (user_id = (select auth.uid()))
with check (user_id = (select auth.uid()) and (select private.may_write('payment_accounts.write')));

grant select, insert (order_id, account_id), delete on public.p2p_order_accounts to authenticated;
create policy p2p_order_accounts_select_own on public.p2p_order_accounts for select to authenticated
using (account_id in (
    select a.id from public.payment_accounts as a where a.user_id = any(array(select private.my_parties()))
));
create policy p2p_order_accounts_insert_own on public.p2p_order_accounts for insert to authenticated
with check (account_id in (
    select a.id from public.payment_accounts as a
    where a.user_id = (select auth.uid()) and (select private.may_write('p2p_order_accounts.write'))
));
create policy p2p_order_accounts_delete_own on public.p2p_order_accounts for delete to authenticated
using (account_id in (
    select a.id from public.payment_accounts as a
    where a.user_id = (select auth.uid()) and (select private.may_write('p2p_order_accounts.write'))
));

-- Only while the trade lives; afterwards neither side needs the other's account or name.
grant select on public.p2p_payment_details to authenticated;
create policy p2p_payment_details_select_live on public.p2p_payment_details for select to authenticated
using (exists (
    select from public.p2p_trades as t
    where t.id = p2p_payment_details.trade_id
        and t.status in ('pending_payment', 'payment_confirmed', 'disputed')
        and (
            t.buyer_id = any(array(select private.my_parties()))
            or t.seller_id = any(array(select private.my_parties()))
            or (t.status = 'disputed' and t.id = any(array(select private.my_disputed_escrows())))
        )
));

-- Guards of accounts, and the ids of messages, are made as whoever writes.
grant execute on function
private.payment_fields_problem(text, jsonb), private.uuid_v7(timestamptz), private.clock()
to authenticated;
