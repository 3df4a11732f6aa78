grant select on public.outages to anon, authenticated;
create policy outages_select_anyone on public.outages for select to anon, authenticated
using (true);

grant execute on function service.sweep_begin() to service_role;
