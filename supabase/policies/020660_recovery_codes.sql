grant execute on function
service.recovery_codes_make(service.command), service.recovery_code_use(service.command)
to service_role;
