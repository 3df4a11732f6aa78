grant execute on function
public.invoice_status(public.invoices), private.status_by_the_clock(public.invoices)
to authenticated;
