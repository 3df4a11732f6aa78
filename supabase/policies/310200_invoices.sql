-- Members of a merchant read its invoices, and operators who have its file open; whoever pays reads rpc/invoice_page.
grant select on public.invoices to authenticated;
create policy invoices_select_own on public.invoices for select to authenticated
using (merchant_id = any(array(select private.readable_parties())));

grant select on public.invoice_lines, public.invoice_methods, public.invoice_payments to authenticated;
create policy invoice_lines_select_own on public.invoice_lines for select to authenticated
using (
    exists (
        select from public.invoices as i
        where i.id = invoice_lines.invoice_id and i.merchant_id = any(array(select private.readable_parties()))
    )
);

create policy invoice_methods_select_own on public.invoice_methods for select to authenticated
using (
    exists (
        select from public.invoices as i
        where i.id = invoice_methods.invoice_id and i.merchant_id = any(array(select private.readable_parties()))
    )
);

create policy invoice_payments_select_own on public.invoice_payments for select to authenticated
using (
    exists (
        select from public.invoices as i
        where i.id = invoice_payments.invoice_id and i.merchant_id = any(array(select private.readable_parties()))
    )
);

select private.open_to_keys('public.invoices', 'invoices:read');
select private.open_to_keys('public.invoice_lines', 'invoices:read');
select private.open_to_keys('public.invoice_methods', 'invoices:read');
select private.open_to_keys('public.invoice_payments', 'invoices:read');
