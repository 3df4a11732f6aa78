grant execute on function
service.rail_poll_from(public.escrow_rail, interval), service.rail_polled(public.escrow_rail, timestamptz),
service.fundings_due(public.escrow_rail, integer), service.payout_news(uuid), service.payout_returned(service.command),
service.chargebacks_due(interval, integer), service.chargeback_answered(service.command)
to service_role;
