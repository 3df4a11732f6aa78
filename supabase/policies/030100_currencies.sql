grant select on public.networks, public.currencies to anon, authenticated;
create policy networks_select_anyone on public.networks for select to anon, authenticated using (true);

create policy currencies_select_anyone on public.currencies for select to anon, authenticated using (true);
