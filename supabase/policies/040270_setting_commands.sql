grant select on public.setting_changes to authenticated;
create policy setting_changes_select_operator on public.setting_changes for select to authenticated
using ((select private.is_acting_staff('operator')));

grant execute on function public.setting_rows(text), private.setting_rows(text) to authenticated;

grant execute on function service.setting_change(service.command) to service_role;
