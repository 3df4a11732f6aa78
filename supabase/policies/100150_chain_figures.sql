grant select on public.deposits_to_sweep to authenticated;
grant execute on function private.deposits_to_sweep() to authenticated;

grant execute on function service.chain_figures(bigint), service.chain_payouts_open(bigint) to service_role;
