-- Prices are public, and so is what they are made of.
grant select on public.price_rules, public.prices, public.price_sources to anon, authenticated;

grant select on public.price_history to authenticated;

create policy price_rules_select_all on public.price_rules for select to anon, authenticated
using (true);

create policy prices_select_all on public.prices for select to anon, authenticated
using (true);

create policy price_sources_select_all on public.price_sources for select to anon, authenticated
using (true);

create policy price_history_select_all on public.price_history for select to authenticated
using (true);

grant execute on function service.prices_due(), service.prices_record(service.command) to service_role;
