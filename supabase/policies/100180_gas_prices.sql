grant select on public.gas_price_history, public.gas_price_days, public.payout_costs to anon, authenticated;
create policy gas_price_history_select_anyone on public.gas_price_history for select to anon, authenticated
using (true);

grant execute on function service.gas_price_record(bigint, bigint, bigint) to service_role;
