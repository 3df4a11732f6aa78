grant execute on function
service.chain_coins(bigint, uuid, integer, integer, boolean), service.chain_coins_looked(service.command)
to service_role;
