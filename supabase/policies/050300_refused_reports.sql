grant execute on function service.refused_reports_remind() to service_role;

grant select on public.refused_reports to authenticated;
create policy refused_reports_select_operator on public.refused_reports for select to authenticated
using ((select private.is_acting_staff('operator')));
