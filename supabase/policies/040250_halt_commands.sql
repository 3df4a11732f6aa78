grant execute on function service.halt(service.command), service.halt_lift(service.command) to service_role;
