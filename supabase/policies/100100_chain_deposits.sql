grant select on public.chain_tokens, public.chain_rules, public.chain_confirmations to anon, authenticated;
create policy chain_tokens_select_anyone on public.chain_tokens for select to anon, authenticated
using (true);

create policy chain_rules_select_anyone on public.chain_rules for select to anon, authenticated
using (true);

create policy chain_confirmations_select_anyone on public.chain_confirmations for select to anon, authenticated
using (true);

grant select on public.chain_cursors, public.chain_slices to authenticated;
create policy chain_cursors_select_operator on public.chain_cursors for select to authenticated
using ((select private.is_acting_staff('operator')));

create policy chain_slices_select_operator on public.chain_slices for select to authenticated
using ((select private.is_acting_staff('operator')));

-- What arrived is known to who pays, as the address is. Operators see what is not credited: it may need one of them.
grant select on public.chain_deposits to authenticated;
create policy chain_deposits_select_payer on public.chain_deposits for select to authenticated
using (
    exists (
        select from public.deposit_requests as r
        where r.id = chain_deposits.request_id and r.party_id = any(array(select private.readable_parties()))
    )
    or state <> 'credited' and (select private.is_acting_staff('operator'))
);
