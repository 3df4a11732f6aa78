grant select on public.factor_resets to authenticated;
create policy factor_resets_select_own_or_operator on public.factor_resets for select to authenticated
using (
    user_id = (select auth.uid())
    or (select private.is_acting_staff('operator'))
);

grant execute on function
service.factor_reset_ask(service.command), service.factor_reset_cancel(service.command),
service.factor_reset_agree(service.command), service.factor_resets_end(integer)
to service_role;
