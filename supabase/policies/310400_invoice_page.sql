grant execute on function public.invoice_page(text), private.invoice_page(text) to anon, authenticated;
