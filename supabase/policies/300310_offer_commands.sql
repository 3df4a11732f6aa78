grant execute on function
service.offer_make(service.command), service.offer_counter(service.command), service.offer_decline(service.command),
service.market_expire(integer)
to service_role;
