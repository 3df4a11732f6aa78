grant execute on function service.webhook_resend(service.command), service.webhook_delivery_resend(service.command)
to service_role;
