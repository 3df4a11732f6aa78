grant select on public.network_health to anon, authenticated;
create policy network_health_select_anyone on public.network_health for select to anon, authenticated
using (true);
