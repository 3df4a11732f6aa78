grant select on public.webhook_events to authenticated;
create policy webhook_events_select_operator on public.webhook_events for select to authenticated
using ((select private.is_acting_staff('operator')));

grant select on public.webhook_event_work to authenticated;
create policy webhook_event_work_select_operator on public.webhook_event_work for select to authenticated
using ((select private.is_acting_staff('operator')));

grant execute on function
service.webhook_receive(service.command), service.webhook_events_due(text, integer),
service.webhook_events_done(text, service.command)
to service_role;
