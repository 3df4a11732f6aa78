grant execute on function service.outbox_relay(), service.webhook_hand_over(integer[]) to service_role;
