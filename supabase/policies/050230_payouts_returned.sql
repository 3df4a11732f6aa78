grant execute on function service.payout_news(uuid), service.payout_returned(service.command) to service_role;
