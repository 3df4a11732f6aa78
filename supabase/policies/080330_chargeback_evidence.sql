grant execute on function service.chargebacks_due(interval, integer), service.chargeback_answered(service.command)
to service_role;
