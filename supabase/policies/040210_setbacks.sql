grant execute on function service.setback_decide(service.command), service.setbacks_stuck() to service_role;

grant select on public.setbacks to authenticated;
create policy setbacks_select_operator on public.setbacks for select to authenticated
using ((select private.is_acting_staff('operator')));
