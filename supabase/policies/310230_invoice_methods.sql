grant execute on function
service.invoice_method_begin(service.command), service.invoice_method_place(service.command)
to service_role;
