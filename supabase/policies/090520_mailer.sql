grant execute on function
service.message_enqueue(integer), service.message_claim(uuid, integer), service.message_ask(service.command),
service.message_record(uuid, integer, text, integer, text, text, text, integer, text),
service.message_receipt(service.command), service.message_unsubscribe(service.command)
to service_role;
