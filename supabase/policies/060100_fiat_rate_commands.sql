grant execute on function
service.fiat_rates_due(), service.fiat_rates_record(service.command), service.fiat_rate_set(service.command)
to service_role;
