grant execute on function service.outage_declare(service.command), service.outage_credit(integer) to service_role;
