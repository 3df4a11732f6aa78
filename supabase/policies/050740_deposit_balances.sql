grant select on public.deposit_balances to authenticated;
create policy deposit_balances_select_operator on public.deposit_balances for select to authenticated
using ((select private.is_staff((select auth.uid()), 'operator')));

grant execute on function
service.deposit_addresses(text, uuid, integer), service.deposit_balances_record(service.command)
to service_role;
