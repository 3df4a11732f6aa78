-- Where an escrow is paid is known to who pays it: an address shown by the other side could be another one.
grant select on public.deposit_requests to authenticated;
create policy deposit_requests_select_payer on public.deposit_requests for select to authenticated
using (
    party_id = any(array(select private.readable_parties()))
);

grant select on public.deposit_keys to authenticated;
create policy deposit_keys_select_operator on public.deposit_keys for select to authenticated
using ((select private.is_acting_staff('operator')));

grant execute on function service.deposit_read(uuid, text), service.deposit_close(uuid) to service_role;

select private.open_to_keys('public.deposit_requests', 'deposits:read');
