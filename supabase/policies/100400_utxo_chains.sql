grant select on public.utxo_chains to anon, authenticated;
create policy utxo_chains_select_anyone on public.utxo_chains for select to anon, authenticated
using (true);

grant execute on function service.utxo_chain(text), service.utxo_matches(bigint, text[]) to service_role;
