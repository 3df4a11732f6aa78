grant execute on function service.rail_position(text) to service_role;
