grant execute on function service.rail_compare(service.command) to service_role;
