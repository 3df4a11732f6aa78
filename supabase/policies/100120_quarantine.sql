-- Whom it is about must not learn of it.
grant select on public.deposit_quarantines to authenticated;
create policy deposit_quarantines_select_operator on public.deposit_quarantines for select to authenticated
using ((select private.is_acting_staff('operator')));

grant execute on function service.quarantine_accept(service.command), service.quarantines_expire(integer)
to service_role;
