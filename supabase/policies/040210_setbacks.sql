grant execute on function service.setback_decide(service.command), service.setbacks_stuck() to service_role;

-- NOTE: set_aside_by is not granted: it names staff.
grant select (queue, subject, failures, last_error, retry_at, set_aside_at, reason, created_at, updated_at)
on public.setbacks to authenticated;
create policy setbacks_select_operator on public.setbacks for select to authenticated
using ((select private.is_staff((select auth.uid()), 'operator')));
