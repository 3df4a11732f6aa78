grant execute on function service.receivable_write_off(service.command), service.receivable_lift(service.command)
to service_role;
