grant select on public.fiat_rates to anon, authenticated;
create policy fiat_rates_select_all on public.fiat_rates for select to anon, authenticated
using (true);

grant execute on function private.reference_currency() to authenticated;
