-- Operators see what waits to be booked; all else of a party once its file is open: whoever reads where it pays.
grant select on public.rail_reports to authenticated;
create policy rail_reports_select_operator on public.rail_reports for select to authenticated
using (
    (select private.is_acting_staff('operator')) and (applied_as is null or exists (
        select from public.deposit_requests as d
        where d.purpose = rail_reports.purpose and d.reference_id = rail_reports.reference_id
    ))
);

grant execute on function service.rail_report(service.command) to service_role;
