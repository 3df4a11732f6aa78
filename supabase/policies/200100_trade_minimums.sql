grant select on public.trade_minimums to anon, authenticated;
create policy trade_minimums_select_anyone on public.trade_minimums for select to anon, authenticated
using (true);
