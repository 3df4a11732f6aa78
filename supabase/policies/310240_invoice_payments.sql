grant execute on function
service.invoice_payment_accept(service.command), service.invoices_expire(integer)
to service_role;
