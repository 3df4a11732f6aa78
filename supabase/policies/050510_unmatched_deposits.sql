grant select on public.unmatched_deposits to authenticated;
-- Operators see what nobody has decided yet; all else of a party once its file is open.
create policy unmatched_deposits_select_own on public.unmatched_deposits for select to authenticated
using (
    party_id = any(array(select private.readable_parties()))
    or outcome is null and (select private.is_acting_staff('operator'))
);

grant execute on function
service.unmatched_deposit_take(service.command), service.unmatched_deposit_send_back(service.command),
service.unmatched_deposits_remind()
to service_role;
