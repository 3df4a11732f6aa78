grant execute on function
service.webhook_claim(uuid, integer),
service.webhook_record(uuid, integer, text, integer, integer, integer, integer, text, text)
to service_role;
