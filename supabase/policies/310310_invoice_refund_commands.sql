grant execute on function
service.invoice_refund_make(service.command), service.invoice_refund_claim(service.command),
service.invoice_refund_cancel(service.command), service.invoice_refunds_expire(integer)
to service_role;
