grant select on public.staff_changes to authenticated;
create policy staff_changes_select_operator on public.staff_changes for select to authenticated
using ((select private.is_acting_staff('operator')));

grant execute on function service.staff_grant(service.command), service.staff_withdraw(service.command) to service_role;
