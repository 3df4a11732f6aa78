grant execute on function service.withdrawal_request(service.command) to service_role;

grant select on public.withdrawal_policies to anon, authenticated;
create policy withdrawal_policies_select_anyone on public.withdrawal_policies for select to anon, authenticated
using (true);

grant select on public.withdrawals to authenticated;
create policy withdrawals_select_own on public.withdrawals for select to authenticated
using (party_id = any(array(select private.readable_parties())));

select private.open_to_keys('public.withdrawals', 'withdrawals:read');
