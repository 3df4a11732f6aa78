grant execute on function
service.halt(service.command), service.halt_lift(service.command), service.halts_end(integer)
to service_role;
