grant execute on function
service.message_enqueue(integer), service.message_claim(uuid, integer),
service.message_ask(uuid, text, uuid, integer, text),
service.message_record(uuid, integer, text, integer, text, text, text, integer, text),
service.message_receipt(uuid, text, text, text, text), service.message_unsubscribe(uuid, text)
to service_role;
