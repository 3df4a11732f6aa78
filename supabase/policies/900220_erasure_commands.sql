grant execute on function
service.erasure_ask(service.command), service.erasure_cancel(service.command), service.party_hold(service.command),
service.party_erase(service.command)
to service_role;
