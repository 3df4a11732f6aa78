grant execute on function service.chain_looked(service.command) to service_role;
