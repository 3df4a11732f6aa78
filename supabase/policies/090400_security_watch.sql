-- Findings are for operators: whom they are about must not learn what is watched.
grant select on public.security_rules to authenticated;
create policy security_rules_select_operator on public.security_rules for select to authenticated
using ((select private.is_acting_staff('operator')));

grant execute on function service.security_watch() to service_role;
