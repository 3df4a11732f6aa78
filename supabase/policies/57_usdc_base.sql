grant select on public.chain_tokens, public.chain_confirmations, public.unpayable_addresses to anon, authenticated;
create policy unpayable_addresses_select_anyone on public.unpayable_addresses for select to anon, authenticated
using (true);
create policy chain_tokens_select_anyone on public.chain_tokens for select to anon, authenticated
using (true);
create policy chain_confirmations_select_anyone on public.chain_confirmations for select to anon, authenticated
using (true);

grant select on public.chain_cursors to authenticated;
create policy chain_cursors_select_operator on public.chain_cursors for select to authenticated
using ((select private.is_staff((select auth.uid()), 'operator')));

-- What arrived is known to who pays, as the address is.
grant select on public.chain_deposits to authenticated;
create policy chain_deposits_select_payer on public.chain_deposits for select to authenticated
using (
    exists (
        select from public.deposit_requests as r
        where r.id = chain_deposits.request_id and r.party_id = any(array(select private.my_parties()))
    )
    or (select private.is_staff((select auth.uid()), 'operator'))
);

-- Whom it is about must not learn of it.
grant select on public.deposit_quarantines to authenticated;
create policy deposit_quarantines_select_operator on public.deposit_quarantines for select to authenticated
using ((select private.is_staff((select auth.uid()), 'operator')));

grant select on public.chain_wallets to authenticated;
create policy chain_wallets_select_operator on public.chain_wallets for select to authenticated
using ((select private.is_staff((select auth.uid()), 'operator')));

-- Who sees the payout sees how it is paid; the signed bytes are for nobody.
grant select on public.chain_payouts to authenticated;
create policy chain_payouts_select_own on public.chain_payouts for select to authenticated
using (exists (select from public.payouts as i where i.id = chain_payouts.payout_id));
grant select (chain_payout_id, number, transaction_hash, max_fee, max_priority_fee, created_at)
on public.chain_transactions to authenticated;
create policy chain_transactions_select_own on public.chain_transactions for select to authenticated
using (exists (select from public.chain_payouts as p where p.id = chain_transactions.chain_payout_id));

grant execute on function
service.chain_tokens(bigint), service.chain_look(bigint, integer), service.chain_addresses(bigint, uuid, integer),
service.chain_scanned(service.command), service.chain_reread(service.command),
service.chain_cursors(bigint), service.chain_rewind(bigint, bigint),
service.chain_judged(bigint, service.command), service.chain_wallet(bigint, text, bigint, text),
service.chain_payout(uuid, integer), service.chain_payout_store(service.command), service.chain_alarm(text),
service.quarantine_accept(service.command), service.quarantines_expire(integer)
to service_role;

grant select on public.deposits_to_sweep to authenticated;
grant execute on function service.chain_figures(bigint), service.chain_payouts_open(bigint) to service_role;
