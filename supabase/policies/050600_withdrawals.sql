grant execute on function service.withdrawal_request(service.command) to service_role;

grant select on public.withdrawal_policies to anon, authenticated;
create policy withdrawal_policies_select_anyone on public.withdrawal_policies for select to anon, authenticated
using (true);

-- NOTE: requested_by is not granted: which member of a party asked is the party's own affair.
grant select (
    id, party_id, rail, currency, amount, fee_amount, network_cost, destination_id, payout_id, created_at
) on public.withdrawals to authenticated;
create policy withdrawals_select_own on public.withdrawals for select to authenticated
using (party_id = any(array(select private.readable_parties())));
