grant select on public.security_events to authenticated;
create policy security_events_select_operator on public.security_events for select to authenticated
using ((select private.is_staff((select auth.uid()), 'operator')));
