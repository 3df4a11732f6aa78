grant execute on function
service.ledger_move_external(service.command), service.ledger_reverse(service.command), service.ledger_rollup(),
service.ledger_verify(interval)
to service_role;

grant select on public.outside_transfers to authenticated;
create policy outside_transfers_select_operator on public.outside_transfers for select to authenticated
using ((select private.is_acting_staff('operator')));
