-- What somebody is about to pay is known to who pays, as the address is.
grant select on public.mempool_payments to authenticated;
create policy mempool_payments_select_payer on public.mempool_payments for select to authenticated
using (
    exists (
        select from public.deposit_requests as r
        where r.id = mempool_payments.request_id and r.party_id = any(array(select private.readable_parties()))
    )
);

grant execute on function service.mempool_due(bigint), service.mempool_record(service.command) to service_role;
