grant select on public.screening_status to authenticated;

grant execute on function
service.screenings_due(integer), service.screening_record(service.command), service.screening_clear(service.command)
to service_role;
