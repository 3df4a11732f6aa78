grant execute on function service.party_suspend(service.command), service.party_restore(service.command)
to service_role;
