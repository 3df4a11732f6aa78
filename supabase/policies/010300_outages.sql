-- NOTE: declared_by is not granted: it names staff.
grant select (id, from_at, to_at, created_at, credited_at) on public.outages to anon;
grant select (id, from_at, to_at, reason, created_at, credited_at) on public.outages to authenticated;
create policy outages_select_anyone on public.outages for select to anon, authenticated
using (true);

grant execute on function service.sweep_begin() to service_role;
