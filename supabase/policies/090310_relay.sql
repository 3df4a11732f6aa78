grant execute on function service.outbox_relay(), service.webhook_enqueue(integer[]) to service_role;
