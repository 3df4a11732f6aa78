-- Prices are public, and so is what they are made of.
grant select on public.price_rules, public.prices to anon, authenticated;
grant select on public.price_history to authenticated;
grant execute on function
public.price_lines(text, text, timestamptz, integer), private.price_lines(text, text, timestamptz, integer)
to anon, authenticated;
create policy price_rules_select_all on public.price_rules for select to anon, authenticated
using (true);
create policy prices_select_all on public.prices for select to anon, authenticated
using (true);
create policy price_history_select_all on public.price_history for select to authenticated
using (true);
grant execute on function service.prices_due(), service.prices_record(service.command) to service_role;
grant select (currency, rate, source, as_of, ends_at, recorded_at) on public.fiat_rates to anon, authenticated;
create policy fiat_rates_select_all on public.fiat_rates for select to anon, authenticated
using (true);
grant execute on function
service.fiat_rates_due(), service.fiat_rates_record(service.command), service.fiat_rate_set(service.command)
to service_role;
