-- NOTE: private.refund_secrets has no grant: the secret is known to who made the refund and who claims it.
grant select on public.invoice_refunds to authenticated;
create policy invoice_refunds_select_own on public.invoice_refunds for select to authenticated
using (merchant_id = any(array(select private.readable_parties())));

select private.open_to_keys('public.invoice_refunds', 'invoices:read');
