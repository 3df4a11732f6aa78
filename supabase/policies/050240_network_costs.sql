grant select on public.network_costs to anon, authenticated;
create policy network_costs_select_anyone on public.network_costs for select to anon, authenticated
using (true);
