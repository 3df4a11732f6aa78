grant execute on function
service.escrow_rail_case(service.command), service.discrepancies_open(),
service.escrow_rail_outcome(service.command)
to service_role;
