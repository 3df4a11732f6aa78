grant execute on function
service.invoice_create(service.command), service.invoice_cancel(service.command), service.invoice_mark(service.command)
to service_role;
