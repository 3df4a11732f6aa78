grant select on public.rail_payment_ranges to anon, authenticated;
create policy rail_payment_ranges_select_anyone on public.rail_payment_ranges for select to anon, authenticated
using (true);

grant select on public.rail_limits to anon, authenticated;
create policy rail_limits_select_anyone on public.rail_limits for select to anon, authenticated
using (true);
