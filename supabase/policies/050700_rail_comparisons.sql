grant select on public.rail_comparisons, public.rail_differences, public.deposit_balances to authenticated;
create policy rail_comparisons_select_operator on public.rail_comparisons for select to authenticated
using ((select private.is_staff((select auth.uid()), 'operator')));
create policy rail_differences_select_operator on public.rail_differences for select to authenticated
using ((select private.is_staff((select auth.uid()), 'operator')));
create policy deposit_balances_select_operator on public.deposit_balances for select to authenticated
using ((select private.is_staff((select auth.uid()), 'operator')));

grant execute on function
service.rail_position(text), service.rail_compare(service.command), service.rail_differences_remind(),
service.rail_difference_close(service.command), service.deposit_addresses(text, uuid, integer),
service.deposit_balances_record(service.command)
to service_role;
