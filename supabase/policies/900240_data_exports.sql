grant select on public.data_exports to authenticated;
create policy data_exports_select_own on public.data_exports for select to authenticated
using (party_id = (select auth.uid()));

grant execute on function public.data_export(uuid) to authenticated;

grant execute on function
service.data_export_ask(service.command), service.data_export_due(),
service.data_export_page(uuid, integer, service.command, integer), service.data_export_record(uuid, text, text, bigint),
service.data_exports_over(integer), service.data_export_expire(uuid)
to service_role;
