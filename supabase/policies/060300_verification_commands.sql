grant execute on function service.profile_verify(service.command), service.verification_event(service.command)
to service_role;
