grant execute on function service.rail_discrepancy(service.command), service.rail_cost(service.command) to service_role;
