grant execute on function service.housekeeping(interval) to service_role;

-- Findings are for operators: whom they are about must not learn what is watched.
grant select on public.security_rules, public.security_events to authenticated;
create policy security_rules_select_operator on public.security_rules for select to authenticated
using ((select private.is_staff((select auth.uid()), 'operator')));
create policy security_events_select_operator on public.security_events for select to authenticated
using ((select private.is_staff((select auth.uid()), 'operator')));
grant execute on function service.security_watch() to service_role;
