grant select on public.chain_wallets to authenticated;
create policy chain_wallets_select_operator on public.chain_wallets for select to authenticated
using ((select private.is_acting_staff('operator')));

-- Who sees the payout sees how it is paid; the signed bytes are for nobody.
grant select on public.chain_payouts to authenticated;
create policy chain_payouts_select_own on public.chain_payouts for select to authenticated
using (exists (select from public.payouts as i where i.id = chain_payouts.payout_id));

grant select (chain_payout_id, number, transaction_hash, max_fee, max_priority_fee, created_at)
on public.chain_transactions to authenticated;
create policy chain_transactions_select_own on public.chain_transactions for select to authenticated
using (exists (select from public.chain_payouts as p where p.id = chain_transactions.chain_payout_id));

grant execute on function
service.chain_wallet(bigint, text, bigint, text), service.chain_payout(uuid, integer),
service.chain_payout_store(service.command)
to service_role;
