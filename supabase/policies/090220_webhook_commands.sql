grant execute on function
service.webhook_endpoint_create(service.command), service.webhook_secret_rotate(service.command),
service.webhook_endpoint_enable(service.command), service.webhook_ping(service.command)
to service_role;
