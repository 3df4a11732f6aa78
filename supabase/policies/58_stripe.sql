grant execute on function
service.rail_poll_from(text, interval), service.rail_polled(text, timestamptz),
service.deposits_due(text, integer), service.payout_news(uuid), service.payout_returned(service.command),
service.chargebacks_due(interval, integer), service.chargeback_answered(service.command)
to service_role;
