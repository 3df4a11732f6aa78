grant execute on function
service.rail_poll_from(text, interval), service.rail_polled(text, timestamptz), service.deposits_due(text, integer)
to service_role;
