grant select on public.deposit_balances to authenticated;
create policy deposit_balances_select_operator on public.deposit_balances for select to authenticated
using (
    (select private.is_acting_staff('operator'))
    and exists (select from public.deposit_requests as d where d.id = deposit_balances.request_id)
);
grant execute on function public.deposit_holdings(), private.deposit_holdings() to authenticated;

grant execute on function
service.deposit_addresses(text, uuid, integer), service.deposit_balances_record(service.command)
to service_role;
