grant select on public.rail_reports to authenticated;
create policy rail_reports_select_operator on public.rail_reports for select to authenticated
using ((select private.is_staff((select auth.uid()), 'operator')));

grant execute on function service.rail_report(service.command) to service_role;
