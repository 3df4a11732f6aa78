grant execute on function service.party_open_file(service.command) to service_role;
